"""One TOML file of a city: read it, check its shape, and say where in it each mistake is."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from city.mistakes import Mistake
from city.positions import TOP, KeyPath, Position, nearest, positions

Entry = TypeVar("Entry", bound=BaseModel)

_SHAPE_RULES = {
    "missing": ("missing_key", "缺少此项"),
    "extra_forbidden": ("unknown_key", "没有这一项,请检查拼写"),
    "string_pattern_mismatch": ("wrong_format", "格式不对,须符合 {pattern}"),
    "literal_error": ("not_allowed", "不是允许的取值"),
    "enum": ("not_allowed", "不是允许的取值"),
    "union_tag_invalid": ("not_allowed", "不是允许的取值"),
    "union_tag_not_found": ("missing_key", "缺少此项"),
    "greater_than_equal": ("out_of_range", "数值太小,至少 {ge}"),
    "less_than_equal": ("out_of_range", "数值太大,至多 {le}"),
    "string_too_short": ("out_of_range", "太短,至少 {min_length} 字"),
    "string_too_long": ("out_of_range", "太长,至多 {max_length} 字"),
    "too_short": ("out_of_range", "至少要写一项"),
    "date_parsing": ("no_such_day", "没有这一天"),
    "date_from_datetime_parsing": ("no_such_day", "没有这一天"),
    "int_type": ("wrong_type", "须为整数,不加引号"),
    "bool_type": ("wrong_type", "须为是或否(true、false)"),
    "string_type": ("wrong_type", "须为文字,加引号"),
    "tuple_type": ("wrong_type", "须为一列,写在 [ ] 里"),
}
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, kw_only=True)
class Source:
    """What stands in one file, as far as it could be read. A file that could not be read at all holds nothing."""

    file: str  # inside the city's folder
    content: dict[str, Any] = field(default_factory=dict)
    positions: dict[KeyPath, Position] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    readable: bool = True

    def mistake(self, path: KeyPath, rule: str, zh: str, message: str) -> Mistake:
        """A mistake at `path`, or at the innermost table around it that is written."""
        line, column = nearest(self.positions, path)
        key = ".".join(str(part) for part in path)
        return Mistake(file=self.file, line=line, column=column, key=key, rule=rule, zh=zh, message=message)

    def whole(self, shape: type[Entry]) -> Entry | None:
        """The whole file as one thing, if its shape is right."""
        return _valid(shape, self.content)

    def entries(self, key: str, shape: type[Entry]) -> Iterator[tuple[KeyPath, Entry]]:
        """Those tables under `key` (an array; "": the file's own tables) whose shape is right, each with its path."""
        for path, content in self._tables(key):
            entry = _valid(shape, content)
            if entry is not None:
                yield path, entry

    def names(self, key: str, name: str) -> frozenset[str]:
        """What the tables of the array `key` are called, also those whose shape is wrong."""
        return frozenset(str(content[name]) for _, content in self._tables(key) if name in content)

    def _tables(self, key: str) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
        found: Any = self.content.get(key, ()) if key else self.content
        numbered = enumerate(found) if isinstance(found, list) else found.items() if isinstance(found, dict) else ()
        for part, content in numbered:
            if isinstance(content, dict):
                yield ((key, part) if key else (part,)), content


def read(folder: Path, file: str, shape: type[BaseModel]) -> Source:
    """Read one file of a city and check its shape. Never raises for what is in the file."""
    try:
        text = (folder / file).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        content = json.loads(json.dumps(tomllib.loads(text), default=str))
    except FileNotFoundError:
        return _unreadable(file, TOP, "file_missing", "缺少此文件", "the file is missing")
    except OSError as error:
        return _unreadable(file, TOP, "file_unreadable", "无法读取", f"cannot be read ({type(error).__name__})")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _unreadable(
            file, Position(line, 1), "not_utf8", "不是 UTF-8 编码,请另存为 UTF-8", "the text is not UTF-8"
        )
    except tomllib.TOMLDecodeError as error:
        fault, place = _WHERE.sub("", str(error)), _where(str(error), text)
        if fault.startswith("Invalid date"):
            return _unreadable(file, place, "no_such_day", "没有这一天或这一时刻", "there is no such day or time")
        return _unreadable(file, place, "not_toml", "不是合法的 TOML", fault)
    return checked(Source(file=file, content=content, positions=positions(text)), shape)


def checked(source: Source, shape: type[BaseModel]) -> Source:
    """The source with the mistakes of its shape and its characters, beside those it has.

    Of a text with a hidden character that alone is told: its shape is seldom wrong otherwise.
    """
    hidden = tuple(
        source.mistake(path, "hidden_character", f"含看不见的字符 {named},请删去", f"an invisible character: {named}")
        for path, named in _hidden(source.content)
    )
    told = {mistake.key for mistake in hidden}
    shapes = (_shape_mistake(source, fault) for fault in _faults(shape, source.content))
    return replace(source, mistakes=(*source.mistakes, *(one for one in shapes if one.key not in told), *hidden))


def read_if_there(folder: Path, file: str, shape: type[BaseModel]) -> Source:
    """As `read`; a file that is not there is as good as an empty one."""
    return read(folder, file, shape) if (folder / file).exists() else Source(file=file)


def _unreadable(file: str, position: Position, rule: str, zh: str, message: str) -> Source:
    line, column = position
    mistake = Mistake(file=file, line=line, column=column, key="", rule=rule, zh=zh, message=message)
    return Source(file=file, mistakes=(mistake,), readable=False)


def _where(error: str, text: str) -> Position:
    """tomllib says the place at the end of its sentence."""
    found = _WHERE.search(error)
    if found is None or found[1] is None:
        return Position(text.count("\n") + 1, 1)
    return Position(int(found[1]), int(found[2]))


def _valid(shape: type[Entry], content: dict[str, Any]) -> Entry | None:
    try:
        return shape.model_validate_json(json.dumps(content))
    except ValidationError:
        return None


def _faults(shape: type[BaseModel], content: dict[str, Any]) -> list[ErrorDetails]:
    """By way of JSON: a strict model takes a list for a tuple there, as TOML writes it, and still no "20" for 20."""
    try:
        shape.model_validate_json(json.dumps(content))
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)
    return []


def _hidden(content: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Texts with characters that nobody sees and that turn, break or cut what is read: controls, marks of direction.

    The Unicode categories Cc, Cf, Zl and Zp; see Boucher and Anderson, "Trojan Source", 2021. The first one is named.
    """
    if isinstance(content, str):
        found = next((char for char in content if unicodedata.category(char) in INVISIBLE), None)
        if found is not None:
            yield path, f"U+{ord(found):04X}"
        return
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for part, each in inside:
        yield from _hidden(each, (*path, part))


def _shape_mistake(source: Source, fault: ErrorDetails) -> Mistake:
    kind = fault["type"]
    own_zh = fault.get("ctx", {}).get("zh")
    rule, zh = (kind, own_zh) if own_zh else _SHAPE_RULES.get(kind, ("wrong_type", "类型或取值不对"))
    zh = zh if own_zh else zh.format_map(fault.get("ctx", {}))
    return source.mistake(_as_written(source, fault), rule, zh, fault["msg"])


def _as_written(source: Source, fault: ErrorDetails) -> KeyPath:
    """The path of a fault in the file. Pydantic's has parts of its own: what a key or a row was taken for.

    () if the file as a whole is at fault.
    """
    if not fault["loc"]:
        return ()
    *above, last = fault["loc"]
    path: KeyPath = ()
    for part in above:
        if (*path, part) in source.positions:
            path = (*path, part)
    key = str(fault.get("ctx", {}).get("discriminator", "")).strip("'")
    return tuple(part for part in (*path, last, key) if part not in ("[key]", ""))
