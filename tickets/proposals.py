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
from tickets.guesses import LEARNED, Found
from tickets.heard import MARKS, Heard, Span
from tickets.occurred import TimeFound
from tickets.phrases import Manner, PhraseFound
from tickets.place_told import PlaceTold
from tickets.ticket import EDITABLE, AppealKind, masked
from tickets.urgency import UrgencyTable, is_so

FLOWS_OWN = 0.93  # how much a flow's class says, where it holds
DEADLINE_BY = ("kind", "category", "urgency", "flow")  # the fields on which a deadline depends
SUBJECT_CHARS = 40
_FILLER = re.compile(
    r"^(?:嗯|啊|呃|额|哦|喂|那个|这个|好的?|对|是的?|对是的|您好|你好|谢谢|再见|没有了|我知道了|[，。？！…])+$"
)
_NOTHING_SAID = "来电人未说出可识别的内容 / nothing recognisable was said"
_APART = "上下级不符 / heard, but one of its names does not lie in the other"
_NOT_URGENT = "不属紧急类别 / of no urgency class"
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
        return empty("主叫号码隐藏、保密或未知 / the caller's number is hidden, confidential or unknown")
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


def kind(said: Heard, found: Found | None) -> Field:
    """What kind of appeal it is."""
    if found is None:
        return empty("听不出诉求类型 / there is no telling what kind of appeal it is")
    return _weighed("kind", said, found)


def _weighed(name: str, said: Heard, found: Found) -> Field:
    """As sure as the words it rests on: all of them, or those of its evidence."""
    evidence = tuple(said.span(*span) for span in found.spans)
    clear = said.clearness() if found.throughout else min(said.clearness(*span) for span in found.spans)
    return sure_enough(name, found.value, found.strength * clear, found.rule, evidence)


def place(told: PlaceTold | None) -> Field:
    """Where it is, with the gazetteer's spelling."""
    if told is None:
        return empty("未听到地名库中的地名 / no place of the gazetteer was heard")
    best = told.place
    evidence = (told.said.span(best.start, best.stop),)
    if not best.consistent:
        return Field(value=None, confidence=0.0, rule=f"听到“{best.value}”，但{_APART}", evidence=evidence)
    return sure_enough("place", best.value, told.sure * told.said.clearness(best.start, best.stop), told.rule, evidence)


def occurred(said: Heard, found: TimeFound | None, *, is_call_known: bool) -> Field:
    """When it happened, to the minute, in city time."""
    if not is_call_known:
        return empty("来电时间未知 / it is not known when the call came")
    if found is None:
        return empty("未听到确定的发生时间，或听到多个 / no certain time was heard, or several")
    value = found.at.isoformat(sep=" ", timespec="minutes")
    return proposed("occurred", value, found.strength, "日期与钟点", said, found.start, found.stop)


def of_no_event() -> Field:
    """Of an appeal in which likely nothing happened."""
    return empty("多半是咨询、建议，不填发生时间 / likely a question or a suggestion, which is of no event")


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
    return sure_enough("category", found.value, found.strength * sure, found.rule, evidence)


def _hits(said: Heard, found: CategoryFound) -> tuple[tuple[Span, ...], float]:
    """Where the category was spoken of, and how clear the clearest of those words are; all, if all were weighed."""
    evidence = tuple(dict.fromkeys(said.span(hit.start, hit.stop) for hit in found.hits))
    if found.rule == LEARNED:
        return evidence, said.clearness()
    return evidence, max(said.clearness(hit.start, hit.stop) for hit in found.hits)


def flow(said: Heard, found: FlowFound | None, topic: CategoryFound | None) -> Field:
    """The quick flow that the talk begins."""
    if found is None or topic is None:
        return empty("没有快速流程适用，或多个适用 / no quick flow applies, or several")
    hit = found.hit
    sure = topic.strength * min(said.clearness(hit.start, hit.stop), _hits(said, topic)[1])
    return sure_enough("flow", found.name, sure, f"触发词:{hit.phrase}", (said.span(hit.start, hit.stop),))


def department(said: Heard, begun: FlowFound | None, topic: CategoryFound | None, tree: CategoryTree) -> Field:
    """Who should handle it: the flow's department, unless a narrower category than the flow's has its own."""
    if topic is None:
        return empty(_NO_CATEGORY)
    evidence, sure = _hits(said, topic)
    if begun is not None and not tree.has_own_department(topic.path, below=begun.flow.category):
        rule = f"快速流程:{begun.flow.zh}"
        return sure_enough("department", begun.flow.department, topic.strength * sure, rule, evidence)
    usual = tree.department(topic.path)
    if usual is None:
        return empty("该分类未设承办单位 / the category has no department")
    return sure_enough("department", usual, topic.strength * sure, f"按分类:{topic.path[-1]}", evidence)


def urgency(said: Heard, begun: FlowFound | None, kind_: Field, found: Found | None, table: UrgencyTable) -> Field:
    """The urgency class: by the caller's words or the flow's, the graver of two.

    A flow's class is for what has happened: not for who only asks, and not where its trigger was announced or supposed.
    """
    grave = [name for name, _ in table.classes]
    words = _weighed("urgency", said, found) if found else empty(_NOT_URGENT)
    flows_own = begun.flow.urgency if begun and _is_matter(said, begun, kind_) else None
    if begun is None or flows_own is None or _is_graver(words.value, flows_own, grave):
        return words
    span = (begun.hit.start, begun.hit.stop)
    return _weighed(
        "urgency", said, Found(flows_own, FLOWS_OWN, f"快速流程:{begun.flow.zh}", (span,), throughout=False)
    )


def _is_graver(said: str | None, flows_own: str, grave: Sequence[str]) -> bool:
    return said is not None and (flows_own not in grave or grave.index(said) <= grave.index(flows_own))


def _is_matter(said: Heard, begun: FlowFound, kind_: Field) -> bool:
    """Whether what the flow is for has happened to somebody, as the caller tells it."""
    phrase = PhraseFound(begun.hit.start, begun.hit.stop, Manner.SAID)
    return kind_.value not in (None, AppealKind.CONSULTATION) and is_so(said.text, phrase)


def deadline(counted: Deadline | None, found: Mapping[str, Field]) -> Field:
    """Until when it is to be settled, in city time, by which rule; as sure as the least sure field it depends on."""
    if counted is None:
        return empty("来电时间未知，或本市未设时限 / it is not known when the call came, or the city has no deadlines")
    by = [each for name in DEADLINE_BY if (each := found[name]).value is not None]
    evidence = tuple(dict.fromkeys(span for each in by for span in each.evidence))
    value = counted.at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    return sure_enough("deadline", value, min((each.confidence for each in by), default=1.0), counted.said, evidence)


def confidential(said: Heard, *, by_hotline: bool = False) -> Field:
    """Whether it is confidential, as the hotline is, or as the caller says."""
    if by_hotline:
        return Field(value=YES, confidence=1.0, rule="保密热线")
    found = secrecy_of(said)
    if found is None:
        return empty("未要求保密 / no secrecy was asked for")
    return proposed("confidential", found.value, 0.9, "来电人要求", said, found.start, found.stop)


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
