"""诉求类型: what kind of appeal it is, from words that say so. Empty beats wrong. Pure.

In falling strength: *我要投诉* (a wish and the word) · the word alone · a phrase that only fits one kind. A word that
is denied (不是投诉) does not count, and two different kinds of equal strength are no kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.heard import Heard
from tickets.ticket import AppealKind

_NAMED = "|".join(kind.value for kind in AppealKind)
_DENIED = r"(?<!不是)(?<!不想)(?<!不要)(?<!没有)(?<!没人)(?<!不用)(?<!不)(?<!没)(?<!别)"
_OBJECT = r"(?:问题|电话|热线|中心|部门|平台)"

RULES: tuple[tuple[float, str, re.Pattern[str]], ...] = (
    (0.95, "我要+类型", re.compile(rf"(?<!不)(?:要|想|来|打算|进行)(?:再)?(?P<kind>{_NAMED})")),
    (0.7, "说出类型", re.compile(rf"{_DENIED}(?P<kind>{_NAMED})(?!{_OBJECT})")),
)
"""Strength, name and pattern of the rules that read the kind's own name."""

PHRASES: tuple[tuple[AppealKind, float, re.Pattern[str]], ...] = (
    (AppealKind.CONSULTATION, 0.5, re.compile(r"怎么(?:办理|预约|报销|申请|去|办)|需要什么材料")),
    (AppealKind.CONSULTATION, 0.4, re.compile(r"请问|(?:多少钱?|什么时候|哪里)(?=\n|吗|呢|啊)")),
    (AppealKind.COMPLAINT, 0.5, re.compile(r"扰民|拒载|拖欠(?:我|我们)?(?:的)?工资|态度(?:很|太)?(?:差|恶劣)")),
    (AppealKind.HELP, 0.5, re.compile(r"坏了|停水了|停电了|漏水|没有燃气|救救|帮帮|心理援助|睡不着|很?害怕")),
    (AppealKind.HELP, 0.4, re.compile(r"没人(?:处理|清理|维修)|请(?:尽快)?(?:维修|处理|清理)")),
    (AppealKind.PRAISE, 0.5, re.compile(r"(?:要|想)(?:感谢|夸)|送锦旗")),
)
"""Phrases that fit one kind, and how well."""
PHRASE_RULE = "用语"


@dataclass(frozen=True, slots=True)
class KindFound:
    """A kind, how strongly the rule speaks for it, and where it stands."""

    kind: AppealKind
    strength: float
    rule: str
    start: int
    stop: int


def kind_of(heard: Heard) -> KindFound | None:
    """The kind of the strongest rule that speaks; None when none does, or two kinds with equal strength."""
    for strength, rule, pattern in RULES:
        found = [
            KindFound(AppealKind(match["kind"]), strength, rule, match.start("kind"), match.end("kind"))
            for match in pattern.finditer(heard.text)
        ]
        if found:
            return _only(found)
    return _only(sorted(_phrases(heard.text), key=lambda found: (-found.strength, found.start)))


def _phrases(text: str) -> list[KindFound]:
    return [
        KindFound(kind, strength, PHRASE_RULE, match.start(), match.end())
        for kind, strength, pattern in PHRASES
        for match in pattern.finditer(text)
    ]


def _only(found: list[KindFound]) -> KindFound | None:
    """The first, unless another kind speaks as strongly."""
    if not found:
        return None
    strongest = {each.kind for each in found if each.strength == found[0].strength}
    return found[0] if len(strongest) == 1 else None
