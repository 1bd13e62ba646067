"""From what was said to a draft ticket (工单草稿): every field with its evidence, or with the reason why it is empty.
Pure.

A person always confirms it, so an empty field costs them a second and a wrong one may cost a citizen days: empty
beats wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from asr.transcript import UNHEARD, Speaker, Transcript, Turn
from tickets.contact import ContactFound, contact_of, without_numbers
from tickets.heard import Heard, Span, heard
from tickets.kinds import kind_of
from tickets.places import Gazetteer
from tickets.ticket import EDITABLE, masked

CONFIDENCE_MIN = 0.3  # a field less sure than this is left empty
INCONSISTENT_FACTOR = 0.6  # for a place whose names do not lie in each other, as far as we know
SUBJECT_CHARS = 40
_FILLER = re.compile(r"^(?:嗯|啊|呃|额|哦|喂|那个|这个|好的?|对|是的?|对是的|您好|你好|谢谢|再见|没有了|我知道了)+$")
_NOTHING_SAID = "来电人未说出可识别的内容 / nothing recognisable was said"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of the call without listening. Times aware UTC. `ani` None: hidden or unknown."""

    call_id: str
    hotline: str | None
    hotline_name: str | None
    ani: str | None = field(default=None, repr=False)
    withheld: bool = False
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A proposed value: how sure (0…1), by which rule, and where it was said. Empty: `rule` says why."""

    value: str | None
    confidence: float
    rule: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the machine proposes. `caller.value` is masked; the full number is in the call's facts, and the number
    that was said is in `contact_number`, alone."""

    caller: Field
    hotline: Field
    contact: Field
    kind: Field
    place: Field
    subject: Field
    summary: Field
    contact_number: str | None = field(default=None, repr=False)  # whole; never among what is shown


def draft(facts: CallFacts, transcript: Transcript, gazetteer: Gazetteer) -> Draft:
    """The draft ticket of one talk."""
    said = [turn for turn in transcript.by(Speaker.CALLER) if not _is_filler(turn)]
    caller = heard(said)
    kind, contact = _kind(caller), contact_of(caller)
    return Draft(
        caller=_caller(facts),
        hotline=_hotline(facts),
        contact=_contact(caller, contact),
        kind=kind,
        place=_place(caller, gazetteer),
        subject=_subject(said, kind),
        summary=_summary(said),
        contact_number=contact.number if contact else None,
    )


def _is_filler(turn: Turn) -> bool:
    return _FILLER.match(_clean(turn)) is not None or not _clean(turn)


def _clean(turn: Turn) -> str:
    return without_numbers(turn.text.replace(UNHEARD, ""))


def _empty(why: str) -> Field:
    return Field(value=None, confidence=0.0, rule=why)


def _caller(facts: CallFacts) -> Field:
    if facts.withheld:
        return _empty("主叫要求隐藏号码 / the caller asked that the number be withheld")
    if facts.ani is None:
        return _empty("主叫号码隐藏或未知 / the caller's number is hidden or unknown")
    return Field(value=masked(facts.ani), confidence=1.0, rule="主叫号码")


def _hotline(facts: CallFacts) -> Field:
    named = " ".join(filter(None, (facts.hotline, facts.hotline_name)))
    return (
        Field(value=named, confidence=1.0, rule="被叫号码")
        if named
        else _empty("被叫号码未登记 / unknown number dialled")
    )


def _contact(caller: Heard, found: ContactFound | None) -> Field:
    if found is None:
        return _empty("未听到联系电话，或听到多个 / no phone number was heard, or several")
    span = caller.span(found.start, found.stop)
    evidence = (Span(span.start_s, span.end_s, without_numbers(span.words)),)
    confidence = round(caller.confidence(found.start, found.stop), 3)
    return Field(value=masked(found.number), confidence=confidence, rule="来电人报号", evidence=evidence)


def _kind(caller: Heard) -> Field:
    found = kind_of(caller)
    if found is None:
        return _empty("未说出类型，或说出多种类型 / no kind was named, or several")
    confidence = found.strength * caller.confidence(found.start, found.stop)
    return _sure_enough(caller, found.kind.value, confidence, found.rule, found.start, found.stop)


def _place(caller: Heard, gazetteer: Gazetteer) -> Field:
    found = gazetteer.find(caller)
    if not found:
        return _empty("未听到地名库中的地名 / no place of the gazetteer was heard")
    best = found[0]
    confidence = caller.confidence(best.start, best.stop) * (1.0 if best.consistent else INCONSISTENT_FACTOR)
    rule = "地名库" if best.consistent else "地名库（上下级不符，请核对）"
    return _sure_enough(caller, best.value, confidence, rule, best.start, best.stop)


def _sure_enough(caller: Heard, value: str, confidence: float, rule: str, start: int, stop: int) -> Field:
    evidence = (caller.span(start, stop),)
    if confidence < CONFIDENCE_MIN:
        why = f"听到“{value}”，但把握不足 / heard, but not surely enough"
        return Field(value=None, confidence=round(confidence, 3), rule=why, evidence=evidence)
    return Field(value=value, confidence=round(confidence, 3), rule=rule, evidence=evidence)


def _subject(said: list[Turn], kind: Field) -> Field:
    """The turn that names the kind, else the longest."""
    if not said:
        return _empty(_NOTHING_SAID)
    at = [evidence.start_s for evidence in kind.evidence]
    turn = next((turn for start in at for turn in said if turn.start_s <= start <= turn.end_s), None)
    turn = turn or max(said, key=lambda turn: len(turn.text))
    text = _clean(turn)
    cut = text if len(text) <= SUBJECT_CHARS else text[: SUBJECT_CHARS - 1] + "…"
    return Field(value=cut, confidence=_mean([turn]), rule="来电人原话", evidence=(_span(turn),))


def _summary(said: list[Turn]) -> Field:
    if not said:
        return _empty(_NOTHING_SAID)
    text = "；".join(_clean(turn) for turn in said)[: EDITABLE["summary"]]
    return Field(value=text, confidence=_mean(said), rule="来电人原话", evidence=tuple(_span(turn) for turn in said))


def _span(turn: Turn) -> Span:
    return Span(turn.start_s, turn.end_s, without_numbers(turn.text))


def _mean(turns: list[Turn]) -> float:
    confidences = [word.confidence for turn in turns for word in turn.words]
    return round(sum(confidences) / len(confidences), 3)
