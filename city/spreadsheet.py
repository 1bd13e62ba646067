"""热线表的电子表格: hotlines as CSV, for people who keep them in a spreadsheet. The file itself: city.hotlines_toml.

The first row names the columns, by key, in Chinese, or both. A cell of several things has them apart by semicolons, a
skill is `psychology=3`. Lines and columns of mistakes are the spreadsheet's rows and columns, from 1.

A spreadsheet takes a cell that begins with = + - or @ for a formula and would run it on whoever opens the file. So such
a cell, one that begins with an apostrophe, and one with blanks at an end is written with an apostrophe before it, which
is taken away when it is read: what was written is read.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from city.hotline import Hotline, HotlinesFile, MergeMode, Night, is_default
from city.mistakes import Mistake
from city.positions import KeyPath, Position
from city.source import Source, checked

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK: Final = "'"
APART: Final = ";"
WORKBOOK: Final = b"PK\x03\x04"
"""How a workbook (.xlsx) begins."""
YES: Final = {"是": True, "yes": True, "true": True, "1": True, "否": False, "no": False, "false": False, "0": False}
MERGES: Final[Mapping[StrEnum, str]] = {
    MergeMode.OWN: "本级",
    MergeMode.WHOLE: "整体并入",
    MergeMode.DUAL: "双号并行",
    MergeMode.BRANCH: "设分中心",
}
NIGHTS: Final[Mapping[StrEnum, str]] = {Night.QUEUE: "转队列", Night.TRANSFER: "转外部", Night.MESSAGE: "留言"}

Cell = Callable[[str], Any]
"""What a cell's text means; text that means nothing is left as it is, and then is no good value for its key."""


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a hotline, as a column."""

    key: str
    zh: str
    read: Cell = str
    write: Callable[[Any], str] = str

    @property
    def title(self) -> str:
        """As it is written: 号码 number."""
        return f"{self.zh} {self.key}"


def _trimmed(text: str) -> str:
    return text.strip()


def _number(text: str) -> int | str:
    bare = text.strip()
    return int(bare) if bare.removeprefix("-").isascii() and bare.removeprefix("-").isdigit() else text


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.replace("；", APART).split(APART) if part.strip()]


def _levels(text: str) -> dict[str, int | str]:
    pairs = (part.partition("=") for part in _several(text))
    return {name.strip(): _number(level or "1") for name, _, level in pairs}


def _yes(text: str) -> bool | str:
    return YES.get(text.strip().lower(), text)


def _one_of(words: Mapping[StrEnum, str]) -> Cell:
    meant = {zh: word.value for word, zh in words.items()}
    return lambda text: meant.get(text.strip(), text.strip().lower())


def _joined(several: Iterable[str]) -> str:
    return f"{APART} ".join(several)


def _levels_written(skills: Mapping[str, int]) -> str:
    return _joined(f"{name}={level}" for name, level in skills.items())


def _yes_written(claim: bool) -> str:
    return "是" if claim else ""


COLUMNS: Final = (
    Column("number", "号码", _trimmed),
    Column("variants", "其他号码", _several, _joined),
    Column("zh", "名称"),
    Column("en", "英文名称"),
    Column("owner", "主管单位"),
    Column("merge", "归并方式", _one_of(MERGES), MERGES.__getitem__),
    Column("queue", "队列", _trimmed),
    Column("skills", "技能", _levels, _levels_written),
    Column("priority", "优先级", _number),
    Column("greeting", "欢迎词", _several, _joined),
    Column("menu", "菜单", _trimmed),
    Column("hours", "开放时间", _trimmed),
    Column("night", "关闭时", _one_of(NIGHTS), NIGHTS.__getitem__),
    Column("night_queue", "关闭时队列", _trimmed),
    Column("night_transfer", "关闭时转往", _trimmed),
    Column("night_prompt", "关闭时播放", _trimmed),
    Column("transfer", "转接号码", _trimmed),
    Column("crisis", "危机", _yes, _yes_written),
    Column("confidential", "保密", _yes, _yes_written),
    Column("recording_class", "录音级别", _trimmed),
)
"""Every key of a hotline, in the order of the file."""


def as_csv(hotlines: Iterable[Hotline]) -> str:
    """The hotlines, one a row; what a key leaves out is an empty cell. With the mark by which Excel knows UTF-8."""
    rows = io.StringIO(newline="")
    writer = csv.writer(rows)
    writer.writerow(column.title for column in COLUMNS)
    for hotline in hotlines:
        writer.writerow([_harmless(_written(column, hotline)) for column in COLUMNS])
    return "\ufeff" + rows.getvalue()


def _written(column: Column, hotline: Hotline) -> str:
    value = getattr(hotline, column.key)
    return "" if is_default(column.key, value) else column.write(value)


def _harmless(text: str) -> str:
    return MARK + text if text.startswith((*FORMULA, MARK)) or text != text.strip() else text


def read_csv(raw: bytes, file: str) -> Source:
    """The hotlines of a spreadsheet, as if hotlines.toml said so; `file` is what mistakes call it. Never raises."""
    text = _decoded(raw)
    if text is None:
        zh, en = "不是 UTF-8 或 GBK 文本;工作簿请另存为 CSV", "neither UTF-8 nor GBK; save a workbook as CSV"
        return _unreadable(file, Position(1, 1), "not_text", zh, en)
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        place = Position(len(rows) + 1, 1)
        return _unreadable(file, place, "not_csv", "不是合法的 CSV(引号不配对?)", f"no CSV: {error}")
    sheet = _Sheet(file, rows)
    return checked(sheet.source(), HotlinesFile) if not sheet.spoilt else sheet.source()


def _decoded(raw: bytes) -> str | None:
    """UTF-8, with its mark or without; UTF-16 by its mark; else GBK, as Chinese spreadsheets write. None: no text."""
    if raw.startswith(WORKBOOK):
        return None
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",\t", key=first.count)


def _unreadable(file: str, place: Position, rule: str, zh: str, message: str) -> Source:
    mistake = Mistake(file=file, line=place.line, column=place.column, key="", rule=rule, zh=zh, message=message)
    return Source(file=file, mistakes=(mistake,), readable=False)


class _Sheet:
    """Rows of cells on their way to a table of keys."""

    def __init__(self, file: str, rows: Sequence[Sequence[str]]) -> None:
        self._file, self._rows = file, rows
        self._positions: dict[KeyPath, Position] = {("hotlines",): Position(1, 1)}
        self._mistakes: list[Mistake] = []
        self._columns = self._read_titles(rows[0] if rows else ())

    @property
    def spoilt(self) -> bool:
        """Whether the columns are not known: then the rows mean nothing."""
        return any(mistake.line == 1 for mistake in self._mistakes)

    def source(self) -> Source:
        """What the sheet says."""
        content = {} if self.spoilt else {"hotlines": [dict(self._row(*row)) for row in self._filled()]}
        return Source(
            file=self._file,
            content=content,
            positions=self._positions,
            mistakes=tuple(self._mistakes),
            readable=not self.spoilt,
        )

    def _read_titles(self, titles: Sequence[str]) -> list[Column | None]:
        known = {name: column for column in COLUMNS for name in (column.key, column.zh, column.title)}
        columns = [known.get(" ".join(title.split())) for title in titles]
        for place, (title, column) in enumerate(zip(titles, columns, strict=True), 1):
            if column is None and title.strip():
                self._wrong(1, place, "unknown_column", "没有这一列", f"there is no column {title.strip()[:40]!r}")
            elif column is not None and column in columns[: place - 1]:
                self._wrong(1, place, "duplicate_column", "此列重复", f"column {column.key} is there twice")
        for column in COLUMNS:
            if Hotline.model_fields[column.key].is_required() and column not in columns:
                self._wrong(1, 1, "missing_column", f"缺少“{column.title}”列", f"column {column.key} is missing")
        return columns

    def _filled(self) -> Iterator[tuple[int, int, Sequence[str]]]:
        """Each row that has something: its hotline's place, its number, its cells."""
        filled = ((number, row) for number, row in enumerate(self._rows[1:], 2) if any(cell.strip() for cell in row))
        for place, (number, row) in enumerate(filled):
            yield place, number, row

    def _row(self, place: int, number: int, row: Sequence[str]) -> Iterator[tuple[str, Any]]:
        self._positions["hotlines", place] = Position(number, 1)
        for at, text in enumerate(row, 1):
            column = self._columns[at - 1] if at <= len(self._columns) else None
            if column is None and text.strip():
                self._wrong(number, at, "cell_without_column", "此格没有列名", "this cell has no column")
            elif column is not None and text.strip():
                self._positions["hotlines", place, column.key] = Position(number, at)
                yield column.key, column.read(text[1:] if text.startswith(MARK) else text)

    def _wrong(self, line: int, column: int, rule: str, zh: str, message: str) -> None:
        self._mistakes.append(
            Mistake(file=self._file, line=line, column=column, key="", rule=rule, zh=zh, message=message)
        )
