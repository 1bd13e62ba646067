"""A folder to evaluate with (评测集): of each talk its sound, what was said, and the ticket a person would file.

`NAME.json` holds the reference, `NAME-caller.wav` and `NAME-agent.wav` the legs. Every mistake of the folder is found
before anything is decoded, each named by file and field. The format is written out in docs/evaluate.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from recordings.recording import Leg
from recordings.wav import inspect
from tickets.labels import Labels

Text = Annotated[str, Field(min_length=1, max_length=200)]
FreeText = Annotated[str, Field(min_length=1, max_length=2000)]
Minute = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$")]
BYTES_MOST = 1_000_000


class ReferenceInvalid(Exception):
    """The folder cannot be evaluated with. `mistakes`: file, field, what is wrong, in both languages."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ReferenceTicket(_Written):
    """The fields of a draft as a person would file them; one that is left out should stay empty."""

    contact: Annotated[str, Field(pattern=r"^[0-9]{3,20}$")] | None = None
    kind: Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"] | None = None
    category: Text | None = None
    place: Text | None = None
    occurred: Minute | None = None
    department: Text | None = None
    urgency: Text | None = None
    confidential: Literal["是", "否"] | None = None
    flow: Text | None = None
    deadline: Minute | None = None
    subject: FreeText | None = None
    summary: FreeText | None = None
    asked_for: FreeText | None = None


IN_OWN_WORDS = ("subject", "summary", "asked_for")
"""Compared by likeness: there is no one right wording."""
FIELDS = tuple(name for name in ReferenceTicket.model_fields if name not in IN_OWN_WORDS)
"""Right or wrong."""


class Reference(_Written):
    """What people wrote of one talk. `caller` and `agent`: all that each said, numbers as they were spoken."""

    caller: str
    agent: str
    answered_at: AwareDatetime | None = None
    hotline: Annotated[str, Field(pattern=r"^[0-9]{3,12}$")] | None = None
    ticket: ReferenceTicket = ReferenceTicket()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTalk:
    """One talk of the folder. `seconds`: of its longer leg."""

    name: str
    reference: Reference
    legs: Mapping[Leg, Path]
    seconds: float


def read_references(folder: Path, labels: Labels) -> list[ReferenceTalk]:
    """All talks, by name; `labels` are the city's. Blocks on the disk. Raises ReferenceInvalid with every mistake."""
    talks: list[ReferenceTalk] = []
    mistakes: list[str] = []
    for file in sorted(folder.glob("*.json")):
        try:
            talks.append(_talk(file, labels))
        except ReferenceInvalid as wrong:
            mistakes += wrong.mistakes
    if not talks and not mistakes:
        mistakes.append(f"{folder}: 没有对照文件 *.json / there is no reference *.json")
    if mistakes:
        raise ReferenceInvalid(mistakes)
    return talks


def _talk(file: Path, labels: Labels) -> ReferenceTalk:
    reference = _reference(file)
    unknown = labels.unknown(reference.ticket.model_dump(include=set(labels.known)))
    wrong = [f"{file.name}: ticket.{field}: {what}" for field, what in unknown]
    legs = {leg: file.with_name(f"{file.stem}-{leg}.wav") for leg in Leg}
    sounds = {leg: inspect(path) for leg, path in legs.items()}
    wrong += [
        f"{legs[leg].name}: 没有可用的声音 / there is no usable sound"
        for leg, sound in sounds.items()
        if not sound.sound_bytes
    ]
    if wrong:
        raise ReferenceInvalid(wrong)
    seconds = max(sound.seconds for sound in sounds.values())
    return ReferenceTalk(name=file.stem, reference=reference, legs=legs, seconds=seconds)


def _reference(file: Path) -> Reference:
    try:
        if file.stat().st_size > BYTES_MOST:
            raise ReferenceInvalid([f"{file.name}: 超过 1 MB / larger than 1 MB"])
        return Reference.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ReferenceInvalid([f"{file.name}: 无法读取 / cannot be read: {error.strerror}"]) from error
    except ValidationError as error:
        raise ReferenceInvalid(list(_named(file, error))) from error


def _named(file: Path, error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False):
        field = ".".join(map(str, each["loc"])) or "(整个文件 whole file)"
        yield f"{file.name}: {field}: 内容不对 / {each['msg']}"
