"""How each field of a draft is proposed from what was found, or left empty with its reason. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from asr.transcript import UNHEARD, Turn
from city.local_time import CITY_TIME
from tickets.asked_for import asked_for_in
from tickets.categories import CategoryFound, CategoryTree
from tickets.confidential import YES, secrecy_of
from tickets.contact import ContactFound, without_numbers
from tickets.deadlines import Deadline
from tickets.field import Field, empty, proposed, sure_enough
from tickets.flows import FlowFound
from tickets.heard import MARKS, Heard, Span
from tickets.kinds import kind_of
from tickets.occurred import TimeFound
from tickets.places import Gazetteer
from tickets.ticket import EDITABLE, AppealKind, masked
from tickets.urgency import UrgencyTable, urgency_of

INCONSISTENT_FACTOR = 0.6  # for a place whose names do not lie in each other, as far as we know
BY_CATEGORY = 0.5  # how much a category says of the kind of appeal
BY_KIND = 0.9  # how much its being a report says of its being confidential
DEADLINE_BY = ("kind", "category", "urgency", "flow")  # the fields on which a deadline depends
SUBJECT_CHARS = 40
_FILLER = re.compile(
    r"^(?:嗯|啊|呃|额|哦|喂|那个|这个|好的?|对|是的?|对是的|您好|你好|谢谢|再见|没有了|我知道了|[，。？！…])+$"
)
_NOTHING_SAID = "来电人未说出可识别的内容 / nothing recognisable was said"
_NO_CATEGORY = "未听出诉求分类，或说到多类 / no category was heard, or several"


def is_filler(turn: Turn) -> bool:
    """Whether a turn says nothing of the matter."""
    return _FILLER.match(_clean(turn)) is not None or not _clean(turn)


def _clean(turn: Turn) -> str:
    return without_numbers(turn.text.replace(UNHEARD, "")).rstrip(MARKS)


def caller(ani: str | None, *, withheld: bool) -> Field:
    """Who called, masked."""
    if withheld:
        return empty("主叫要求隐藏号码 / the caller asked that the number be withheld")
    if ani is None:
        return empty("主叫号码隐藏或未知 / the caller's number is hidden or unknown")
    return Field(value=masked(ani), confidence=1.0, rule="主叫号码")


def hotline(number: str | None, name: str | None) -> Field:
    """Which hotline was dialled."""
    named = " ".join(filter(None, (number, name)))
    if not named:
        return empty("被叫号码未登记 / unknown number dialled")
    return Field(value=named, confidence=1.0, rule="被叫号码")


def contact(said: Heard, found: ContactFound | None) -> Field:
    """At which number the caller can be reached, masked."""
    if found is None:
        return empty("未听到联系电话，或听到多个 / no phone number was heard, or several")
    span = said.span(found.start, found.stop)
    evidence = (Span(span.start_s, span.end_s, without_numbers(span.words)),)
    confidence = said.confidence(found.start, found.stop) * found.strength
    return sure_enough("contact", masked(found.number), confidence, found.rule, evidence)


def kind(said: Heard, topic: CategoryFound | None, tree: CategoryTree) -> Field:
    """What kind of appeal it is: as the caller says, else as its category usually is."""
    found = kind_of(said)
    if found is not None:
        return proposed("kind", found.kind.value, found.strength, found.rule, said, found.start, found.stop)
    usual = tree.kind(topic.path) if topic else None
    if topic is None or usual is None:
        return empty("未说出类型，或说出多种类型 / no kind was named, or several")
    hit = topic.hits[0]
    return proposed("kind", usual, BY_CATEGORY * topic.strength, f"按分类:{topic.path[-1]}", said, hit.start, hit.stop)


def place(said: Heard, gazetteer: Gazetteer) -> Field:
    """Where it is, with the gazetteer's spelling."""
    found = gazetteer.find(said)
    if not found:
        return empty("未听到地名库中的地名 / no place of the gazetteer was heard")
    best = found[0]
    strength = 1.0 if best.consistent else INCONSISTENT_FACTOR
    rule = "地名库" if best.consistent else "地名库（上下级不符，请核对）"
    return proposed("place", best.value, strength, rule, said, best.start, best.stop)


def occurred(said: Heard, found: TimeFound | None, *, is_call_known: bool) -> Field:
    """When it happened, to the minute, in city time."""
    if not is_call_known:
        return empty("来电时间未知 / it is not known when the call came")
    if found is None:
        return empty("未听到确定的发生时间，或听到多个 / no certain time was heard, or several")
    value = found.at.isoformat(sep=" ", timespec="minutes")
    return proposed("occurred", value, found.strength, "日期与钟点", said, found.start, found.stop)


def asked_for(said: Heard) -> Field:
    """What the caller wants done, in the caller's words."""
    found = asked_for_in(said)
    if found is None:
        return empty("未听到明确诉求 / no wish was heard")
    value = without_numbers(found.value)
    return proposed("asked_for", value, found.strength, found.rule, said, found.start, found.stop)


def category(said: Heard, found: CategoryFound | None) -> Field:
    """The branch of the city's tree, as a path."""
    if found is None:
        return empty(_NO_CATEGORY)
    evidence, sure = _hits(said, found)
    return sure_enough("category", found.value, found.strength * sure, "分类用语", evidence)


def _hits(said: Heard, found: CategoryFound) -> tuple[tuple[Span, ...], float]:
    """Where the category was spoken of, and how sure the surest of those words are."""
    evidence = tuple(dict.fromkeys(said.span(hit.start, hit.stop) for hit in found.hits))
    return evidence, max(said.confidence(hit.start, hit.stop) for hit in found.hits)


def flow(said: Heard, found: FlowFound | None, topic: CategoryFound | None) -> Field:
    """The quick flow that the talk begins."""
    if found is None or topic is None:
        return empty("没有快速流程适用，或多个适用 / no quick flow applies, or several")
    hit = found.hit
    return proposed("flow", found.name, topic.strength, f"触发词:{hit.phrase}", said, hit.start, hit.stop)


def department(said: Heard, begun: FlowFound | None, topic: CategoryFound | None, tree: CategoryTree) -> Field:
    """Who should handle it: the flow's department, else the category's."""
    if topic is None:
        return empty(_NO_CATEGORY)
    evidence, sure = _hits(said, topic)
    if begun is not None:
        rule = f"快速流程:{begun.flow.zh}"
        return sure_enough("department", begun.flow.department, topic.strength * sure, rule, evidence)
    usual = tree.department(topic.path)
    if usual is None:
        return empty("该分类未设承办单位 / the category has no department")
    return sure_enough("department", usual, topic.strength * sure, f"按分类:{topic.path[-1]}", evidence)


def urgency(said: Heard, begun: FlowFound | None, table: UrgencyTable) -> Field:
    """The urgency class: by the caller's words or the flow's, the graver of two."""
    found = urgency_of(said, table)
    grave = [name for name, _ in table.classes]
    flows_own = begun.flow.urgency if begun else None
    if found is not None and (flows_own not in grave or grave.index(found.urgency) <= grave.index(flows_own)):
        return proposed("urgency", found.urgency, found.strength, found.rule, said, found.start, found.stop)
    if begun is None or begun.flow.urgency is None:
        return empty("不属紧急类别 / of no urgency class")
    hit = begun.hit
    return proposed("urgency", begun.flow.urgency, 0.9, f"快速流程:{begun.flow.zh}", said, hit.start, hit.stop)


def deadline(counted: Deadline | None, found: Mapping[str, Field]) -> Field:
    """Until when it is to be settled, in city time, by which rule; as sure as the least sure field it depends on."""
    if counted is None:
        return empty("来电时间未知，或本市未设时限 / it is not known when the call came, or the city has no deadlines")
    by = [each for name in DEADLINE_BY if (each := found[name]).value is not None]
    evidence = tuple(dict.fromkeys(span for each in by for span in each.evidence))
    value = counted.at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    return sure_enough("deadline", value, min((each.confidence for each in by), default=1.0), counted.said, evidence)


def confidential(said: Heard, kind_: Field) -> Field:
    """Whether it is confidential: as the caller says; a report is, unless the caller says otherwise."""
    found = secrecy_of(said)
    if found is not None:
        return proposed("confidential", found.value, 0.9, "来电人要求", said, found.start, found.stop)
    if kind_.value == AppealKind.REPORT:
        return sure_enough("confidential", YES, BY_KIND, "举报件保密", kind_.evidence)
    return empty("未要求保密 / no secrecy was asked for")


def subject(said: Sequence[Turn], kind_: Field) -> Field:
    """The turn that names the kind, else the longest."""
    if not said:
        return empty(_NOTHING_SAID)
    at = [evidence.start_s for evidence in kind_.evidence]
    turn = next((turn for start in at for turn in said if turn.start_s <= start <= turn.end_s), None)
    turn = turn or max(said, key=lambda turn: len(turn.text))
    text = _clean(turn)
    cut = text if len(text) <= SUBJECT_CHARS else text[: SUBJECT_CHARS - 1] + "…"
    return Field(value=cut, confidence=_mean([turn]), rule="来电人原话", evidence=(_span(turn),))


def summary(said: Sequence[Turn]) -> Field:
    """The caller's words."""
    if not said:
        return empty(_NOTHING_SAID)
    text = "；".join(_clean(turn) for turn in said)[: EDITABLE["summary"]]
    return Field(value=text, confidence=_mean(said), rule="来电人原话", evidence=tuple(_span(turn) for turn in said))


def _span(turn: Turn) -> Span:
    return Span(turn.start_s, turn.end_s, without_numbers(turn.text))


def _mean(turns: Sequence[Turn]) -> float:
    confidences = [word.confidence for turn in turns for word in turn.words]
    return round(sum(confidences) / len(confidences), 3)
