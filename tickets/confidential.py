"""保密: whether the caller wants to remain unknown to those who handle the case. Pure.

An explicit wish decides, the last one if several; without one a report (举报) is confidential, and nothing else is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.heard import Heard

_HIDDEN = (
    r"保密|匿名|(?:不要|别|不想|不愿|不能|不希望|请勿|勿)(?:把)?(?:我的?)?(?:名字|姓名|信息|身份|电话)?"
    r"(?:公开|透露|泄露|泄漏|说出去|告诉(?:他们|对方|物业|老板|单位|公司))"
)
_OPEN = r"(?:不用|不需要|不必|无需|不要求)(?:给我)?保密|可以公开|实名(?:举报|投诉|反映)"
_SAID = re.compile(rf"(?P<open>{_OPEN})|(?P<hidden>{_HIDDEN})")
YES, NO = "是", "否"


@dataclass(frozen=True, slots=True)
class SecrecyFound:
    """What the caller wants, and where it was said."""

    value: str
    start: int
    stop: int


def secrecy_of(said: Heard) -> SecrecyFound | None:
    """The caller's own last word on it; None when there is none."""
    found = None
    for match in _SAID.finditer(said.text):
        found = SecrecyFound(NO if match["open"] else YES, match.start(), match.end())
    return found
