"""诉求: what the caller asks for, in the caller's own words. Pure.

In falling strength: a wish (希望尽快修好) · a request (请帮我查一下) · a question (请问怎么办理). The first of the
strongest sort counts, to the end of its clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.heard import Heard

CHARS_MAX = 40
_END = r"[^，。？！；,.?!;\n]"
RULES: tuple[tuple[float, str, re.Pattern[str]], ...] = (
    (0.9, "表达愿望", re.compile(rf"(?:希望|要求(?!我)|请求|恳请|我建议|建议(?!是|都|也不)){_END}{{2,{CHARS_MAX}}}")),
    (
        0.8,
        "提出请求",
        re.compile(
            rf"(?:能不能|能否|可不可以|可否|麻烦(?!您了|你了|了|的)|想请|请(?!问|假|客|说|讲|稍|教)|帮我|帮忙|想要){_END}{{2,{CHARS_MAX}}}"
        ),
    ),
    (0.7, "提出问题", re.compile(rf"(?:请问|想问|想咨询|咨询|想了解|想知道)(?:一下)?{_END}{{3,{CHARS_MAX}}}")),
)
"""Strength, name and pattern."""


@dataclass(frozen=True, slots=True)
class WishFound:
    """What is asked for, how strongly the rule speaks for it, and where it stands."""

    value: str
    strength: float
    rule: str
    start: int
    stop: int


def asked_for_in(said: Heard) -> WishFound | None:
    """What the caller asks for; None when no rule finds it."""
    for strength, rule, pattern in RULES:
        if match := pattern.search(said.text):
            return WishFound(match[0], strength, rule, match.start(), match.end())
    return None
