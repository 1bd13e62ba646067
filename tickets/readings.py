"""What each of the learned fields is guessed from: the caller's words, and cues that rules find in them. Pure.

A cue is only a sign, to be weighed with all words; it is learned how much it says (`sandbox/draft_maker`). What the
agent says is a cue, too, each run of it: who asks 您想怎么表扬他们 has understood what kind of appeal it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.categories import CategoryFound, CategoryTree
from tickets.heard import MARKS, Heard
from tickets.kinds import spoken
from tickets.learned import BY_AGENT, Reading, Span, runs
from tickets.urgency import UrgencyTable, is_so, urgency_of

CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("问讯", re.compile(r"请问|想问|问一下|问一声|问问|咨询|打听|了解一下|查一下|想知道")),
    (
        "疑问",
        re.compile(
            r"怎么(?:办理|弄|申请|交|走|报|领|查|算|收费|约)|多少钱?|哪里|在哪|哪个|什么(?:时候|材料|手续|条件)|几点|几天|多久"
        ),
    ),
    ("可否", re.compile(r"能不能|可不可以|可以吗|行不行|能吗|要不要|是不是|有没有|算不算|还能")),
    ("问尾", re.compile(r"(?:吗|呢|么|啊|不)$", re.MULTILINE)),
    ("求人", re.compile(r"帮我|帮帮|帮忙|派人|来修|修一|修修|来看|赶紧|快点|麻烦|救救|急死|怎么办|求求|协调|解决")),
    (
        "责怪",
        re.compile(
            r"没人管|不管|推来推去|踢皮球|态度|凭什么|像话|霸王|讲理|骂|不承认|不认|不肯|说法|负责|欺负|忽悠|坑人|气"
        ),
    ),
    (
        "交涉",
        re.compile(r"(?:找|跟|打电话|问)(?:他|她|物业|老板|商家|店家|社区|村|客服|公司)|反映(?:了|过)|投诉(?:了|过)"),
    ),
    ("告发", re.compile(r"偷偷|私自|无证|没有?证|违法|违规|非法|假|查一查|查查|去查|来查|查处|管管|有人")),
    (
        "提议",
        re.compile(r"建议|能不能(?:多|加|给|增|改|早|晚|设|在)|最好|应该|要是能|是不是可以|就好了|提个|意见|可以考虑"),
    ),
    (
        "旁观",
        re.compile(
            r"我(?:自己|家|倒|又)?没(?:有)?(?:买|损失|投|吃|事|受|什么损失|住|去)|没影响我|跟我没关系|看不惯|路过|我看见|我盯|别问我|说一声"
        ),
    ),
    ("非告", re.compile(r"不(?:是来|是要|是)?(?:投诉|告|吵|反映|怪)|没诉求|没有诉求|没别的|别误会")),
    (
        "已好",
        re.compile(r"(?:修|弄|办|解决|救|找|治|换|好)(?:好|到|过来|成)了|好了好了|已经(?:好|修|弄|出院)|干干净净|以前"),
    ),
    (
        "设想",
        re.compile(
            r"可以(?:改|搞|先|学|加|沿|弄)|别的城市|为什么不|划(?:块|个|几|成)|加(?:高|装|一|个|几|长)|往(?:后|前)(?:挪|提)|点子|想法|琢磨|不如|试试"
        ),
    ),
    (
        "不图",
        re.compile(
            r"不嫌|死活不|给钱|塞钱|红包|不要钱|一分(?:钱)?没(?:收|要)|记(?:上)?一(?:笔|功)|请(?:个)?功|奖|姓[^\n，]{1,3}的?(?:医生|护士|师傅|同志)|小伙子|小护士|大姐|小姑娘|师傅"
        ),
    ),
    ("称谢", re.compile(r"谢谢(?:他|她|你们|那|师傅|这)|感谢|表扬|夸|锦旗|点赞|辛苦|好人|热心|耐心|感动|暖心")),
)
"""Manners of speaking that tell one kind of appeal from another."""


SOME, LONG = 20, 8
"""Characters of a step of length, and the longest, in steps."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a caller said, where places stand in it, what the category's words alone say of it; what the agent said."""

    said: Heard
    places: tuple[Span, ...]
    ruled: CategoryFound | None
    agent: str = ""


def reading_of_kind(matter: Matter, tree: CategoryTree) -> Reading:
    """For the kind of appeal."""
    text = matter.said.text
    named = (*(f"«说:{kind}" for kind in spoken(text)), *_turns(text))
    usual = tree.kind(matter.ruled.path) if matter.ruled else None
    return Reading(text, (*named, *_manners(text), f"«常:{usual}", *_answers(matter)), usual, matter.places)


def reading_of_category(matter: Matter, tree: CategoryTree) -> Reading:
    """For the category."""
    spoken_of = tuple(f"«类:{name}" for name in tree.spoken_of(matter.said))
    ruled = matter.ruled
    return Reading(matter.said.text, (*spoken_of, *_answers(matter)), ruled.value if ruled else None, matter.places)


def reading_of_urgency(matter: Matter, table: UrgencyTable) -> Reading:
    """For the urgency class."""
    text, found = matter.said.text, urgency_of(matter.said, table)
    cues = [
        f"«{'急' if is_so(text, phrase) else '非急'}:{name}"
        for name, phrases in table.classes
        for phrase in phrases.find(text)
    ]
    topic = [f"«类:{name}" for name in matter.ruled.path] if matter.ruled else []
    cues += (*topic, *_manners(text), *_answers(matter))
    return Reading(text, tuple(cues), found.urgency if found else None, matter.places)


def _turns(text: str) -> tuple[str, ...]:
    """How turns begin and end (哪里啊, 行不行), the last one apart, and how much was said in all."""
    turns = [turn for line in text.split("\n") if (turn := line.strip(MARKS))]
    begun = (f"«首:{turn[:2]}" for turn in turns)
    ended = (f"«尾:{turn[-size:]}" for turn in turns for size in (1, 2))
    last = (f"«末:{turns[-1][-size:]}" for size in (2, 3)) if turns else ()
    return tuple(dict.fromkeys((*begun, *ended, *last, f"«长:{min(LONG, len(text) // SOME)}")))


def _answers(matter: Matter) -> tuple[str, ...]:
    """What the agent said, marked as such."""
    return tuple(dict.fromkeys(f"{BY_AGENT}{run}" for run, _ in runs(Reading(matter.agent))))


def has_manner(text: str) -> bool:
    """Whether anything in it tells one kind from another, by itself."""
    return bool(spoken(text) or _manners(text))


def _manners(text: str) -> tuple[str, ...]:
    return tuple(f"«{name}" for name, pattern in CUES if pattern.search(text))
