"""诉求类型: what kind of appeal it is, where the caller names it. Hardly anybody does; else it is guessed. Pure.

*我要投诉* (a wish and the word) decides; the word alone is one cue among others. A word that is denied (不是投诉) does
not count, and two different kinds are no kind.
"""

from __future__ import annotations

import re

from tickets.heard import Heard
from tickets.learned import Span
from tickets.ticket import AppealKind

_NAMED = "|".join(kind.value for kind in AppealKind)
_DENIED = r"(?<!不是)(?<!不想)(?<!不要)(?<!没有)(?<!没人)(?<!不用)(?<!不)(?<!没)(?<!别)"
_OBJECT = r"(?:问题|电话|热线|中心|部门|平台)"

WISHED = re.compile(rf"(?<!不)(?:要|想|来|打算|进行)(?:再)?(?P<kind>{_NAMED})")
SPOKEN = re.compile(rf"{_DENIED}(?P<kind>{_NAMED})(?!{_OBJECT})")
NAMED = 0.95
RULE = "我要+类型"


def wished(said: Heard) -> dict[AppealKind, Span]:
    """The kinds that the caller says are wanted, and where each is said first."""
    found = reversed(list(WISHED.finditer(said.text)))
    return {AppealKind(match["kind"]): match.span("kind") for match in found}


def spoken(text: str) -> list[str]:
    """The kinds whose names were said and not denied."""
    return sorted({match["kind"] for match in SPOKEN.finditer(text)})
