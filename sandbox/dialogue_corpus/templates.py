"""Templates of talks: what citizens and agents say, with gaps, and the ticket a careful clerk would file.

A file is TOML, `[[talk]]` by `[[talk]]`. In the caller's lines `{place}`, `{number}` and `{when}` stand for where it
happened, the number to call back and when it happened; each at most once. Every mistake of every file is found at once
and told by file, talk and field.
"""

from __future__ import annotations

import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from city.categories import UsualKind
from city.city import City
from tickets.labels import Labels, labels_of

TEMPLATES = Path(__file__).with_name("templates")
GAPS = ("place", "number", "when")
HELD_OUT_ONE_IN = 4
FRESH = frozenset({"balcony", "corridor", "office", "roadside", "teahouse"})
"""Files written for training, all by one hand, which knew the rules."""

Line = Annotated[str, Field(min_length=1, max_length=400)]


class TemplatesInvalid(ValueError):
    """The templates cannot be used. `mistakes`: file, talk, field, what is wrong."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class Template(BaseModel):
    """One talk with gaps, and its labels; a field that is left out is one that a clerk would leave empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    kind: UsualKind | None = None
    category: str | None = None
    """The whole path."""
    flow: str | None = None
    department: str | None = None
    urgency: str | None = None
    """The class's Chinese name."""
    secret: Literal["是", "否"] | None = None
    """Whether the caller asked that his name be kept secret, or said that it need not be."""
    when: bool = False
    """Whether `{when}` is the time of the event itself."""
    caller: Annotated[tuple[Line, ...], Field(min_length=1)]
    agent: tuple[Line, ...]

    @property
    def held_out(self) -> bool:
        """Whether this whole template is only ever measured with, never trained on: a fixed quarter of all names."""
        return zlib.crc32(self.name.encode()) % HELD_OUT_ONE_IN == 0

    def asks_for(self, gap: str) -> bool:
        """Whether the caller says such a thing."""
        return any(f"{{{gap}}}" in line for line in self.caller)


def read_templates(*files: Path, city: City) -> tuple[Template, ...]:
    """Every talk of these files, or of all of TEMPLATES; labels are `city`'s. Raises TemplatesInvalid, OSError."""
    labels = labels_of(city)
    mistakes: list[str] = []
    found: list[tuple[Path, Template]] = []
    for file in files or sorted(TEMPLATES.glob("*.toml")):
        for place, written in enumerate(_talks(file, mistakes), 1):
            where = f"{file.name}: {_name(written, place)}"
            try:
                template = Template.model_validate(written)
            except ValidationError as error:
                mistakes += (f"{where}: {field}: {what}" for field, what in _fields(error))
                continue
            mistakes += (f"{where}: {field}: {what}" for field, what in _wrong(template, labels))
            found.append((file, template))
    mistakes += _twice(found)
    if mistakes:
        raise TemplatesInvalid(mistakes)
    return tuple(template for _, template in found)


def _talks(file: Path, mistakes: list[str]) -> list[object]:
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.append(f"{file.name}: 不是 UTF-8 的 TOML / no TOML in UTF-8: {error}")
        return []
    talks = read.pop("talk", [])
    mistakes += (f"{file.name}: {key}: 不认识 / unknown" for key in read)
    if not isinstance(talks, list) or not talks:
        mistakes.append(f"{file.name}: 没有 [[talk]] / there is no [[talk]]")
        return []
    return talks


def _name(written: object, place: int) -> str:
    name = written.get("name") if isinstance(written, dict) else None
    return name if isinstance(name, str) else f"talk {place}"


def _fields(error: ValidationError) -> Iterator[tuple[str, str]]:
    for each in error.errors(include_input=False, include_url=False):
        yield ".".join(map(str, each["loc"])) or "talk", each["msg"]


def _wrong(template: Template, labels: Labels) -> Iterator[tuple[str, str]]:
    """What the types cannot say."""
    yield from labels.unknown(template.model_dump(include=set(labels.known)))
    said = Counter(gap for line in template.caller for gap in _gaps(line))
    yield from (("caller", f"{{{gap}}} 不认识 / unknown") for gap in said.keys() - set(GAPS))
    yield from (("caller", f"{{{gap}}} 多于一次 / more than once") for gap in GAPS if said[gap] > 1)
    if any(_gaps(line) for line in template.agent):
        yield "agent", "话务员的话里不能有空 / an agent's line has no gaps"
    if template.when and not said["when"]:
        yield "when", "话里没有 {when} / nobody says {when}"


def _gaps(line: str) -> tuple[str, ...]:
    """What stands in braces; the braces themselves where they do not fit."""
    try:
        return tuple(name for _, name, _, _ in Formatter().parse(line) if name is not None)
    except ValueError:
        return ("…",)


def _twice(found: Iterable[tuple[Path, Template]]) -> Iterator[str]:
    seen: dict[str, Path] = {}
    for file, template in found:
        if template.name in seen:
            first = seen[template.name].name
            yield f"{file.name}: {template.name}: name: 在 {first} 已有 / {first} has one of this name"
        seen.setdefault(template.name, file)
