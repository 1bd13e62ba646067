"""紧急类别: whether a case may wait, from phrases that the city lists. Pure.

The gravest class whose phrase was said of what is so now; the city lists the gravest first. What is denied, asked,
announced for later, supposed or past is none. How sure: two different phrases of one class speak for it more than one,
and what is told of others less than what the caller says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tickets.heard import Heard
from tickets.phrases import Manner, PhraseFound, Phrases

SEVERAL, ONCE, REPORTED = 0.96, 0.94, 0.92
RULE = "紧急用语"
_BACK, _AHEAD = 14, 6  # characters that tell of when
_CLAUSE = re.compile(r"[\n。！？!?，,；;]")
_LATER = re.compile(
    r"明天|后天|明早|明晚|下周|下星期|下个?月|今晚要|计划|打算|准备|将要|即将|听说要|说要|通知|公告|条子|告示|预告"
    r"|(?:是不是|会不会|要不要|啥时候|什么时候|几点|哪天)(?:又|再|还)?要?$"
)
_SUPPOSED = re.compile(
    r"如果|要是|万一|假如|假设|免得|省得|以防|防止|避免|预防|(?<!害)怕|担心|迟早|(?:容易|可能|差点|险些)(?:会|被|就)?$"
)
_PAST = re.compile(r"以前|上次|上回|当年|曾经|那年|那次")
_ASKED = re.compile(r"^(?:了)?(?:吗|么|没有?$|怎么(?:处理|预防|办理)|的(?:通知|公告|条子|标准|规定|时间))")


class Class(Protocol):
    """What a city says of a class: city.urgency.UrgentClass."""

    @property
    def zh(self) -> str:
        """Its name."""

    @property
    def words(self) -> tuple[str, ...]:
        """Phrases that indicate it."""

    @property
    def unless(self) -> tuple[str, ...]:
        """What is said within one of these does not count."""


class UrgencyTable:
    """The city's classes, ready to be looked for."""

    def __init__(self, classes: Iterable[Class]) -> None:
        self.classes = tuple((each.zh, Phrases(each.words, each.unless)) for each in classes)


@dataclass(frozen=True, slots=True)
class UrgencyFound:
    """A class (by its Chinese name), how strongly the words speak for it, and where the first of them stands."""

    urgency: str
    strength: float
    rule: str
    start: int
    stop: int


def urgency_of(heard: Heard, urgency: UrgencyTable) -> UrgencyFound | None:
    """The class of what a caller said; None: nothing urgent was said."""
    for name, phrases in urgency.classes:
        found = [phrase for phrase in phrases.find(heard.text) if is_so(heard.text, phrase)]
        if found:
            best = min(found, key=lambda phrase: (phrase.manner is Manner.REPORTED, phrase.start))
            return UrgencyFound(name, _strength(heard.text, found), f"{RULE}:{name}", best.start, best.stop)
    return None


def is_so(text: str, phrase: PhraseFound) -> bool:
    """Whether it is told as something that is so now."""
    before = _CLAUSE.split(text[max(0, phrase.start - _BACK) : phrase.start])[-1]
    behind = _CLAUSE.split(text[phrase.stop : phrase.stop + _AHEAD])[0]
    when = (_LATER, _SUPPOSED, _PAST)
    return phrase.manner is not Manner.DENIED and not (any(at.search(before) for at in when) or _ASKED.match(behind))


def _strength(text: str, found: list[PhraseFound]) -> float:
    if all(phrase.manner is Manner.REPORTED for phrase in found):
        return REPORTED
    return SEVERAL if len({text[phrase.start : phrase.stop] for phrase in found}) > 1 else ONCE
