"""保密: whether the caller wants to remain unknown to those who handle the case. Pure.

Only an explicit wish counts, the last one if several. That a report (举报) is kept secret without one is the handling's
rule (`tickets.ticket.Ticket.is_secret`), and no word of the caller's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.heard import Heard

_NOT = r"(?:千万)?(?:不要|别|不想|不愿意?|不能|不希望|请勿|勿|不许|不可以|不得)"
_OTHERS = (
    r"(?:他们?|她们?|人家|别人|任何人|对方|物业|老板娘?|单位|公司|厂里|店里|店家|商家|房东|村里|村干部|学校|老师|领导"
    r"|邻居|家里人?|我妈|我爸)"
)
_HIDDEN = (
    rf"保密|匿名|{_NOT}(?:再)?(?:把|将)?(?:我的?|本人)?(?:名字|姓名|信息|身份|电话|号码|个人信息)?"
    rf"(?:给)?(?:公开|透露|泄露|泄漏|暴露|说出去|讲出去|传出去|告诉{_OTHERS})"
    rf"|{_NOT}(?:再)?(?:让|叫|给)?{_OTHERS}?(?:知道|晓得|说|讲|提)(?:出)?(?:是我|我的?(?:名字|姓名|电话|身份)|我是谁|我打)"
    rf"|{_NOT}(?:让|叫|给){_OTHERS}(?:知道|晓得)"
    r"|(?:名字|姓名|号码|电话)(?:你|也|就|可|千万)*(?:不要|别|不能)(?:给我|帮我|再)?(?:写|记|出现|外传)"
    r"|(?:不能|不要|别)(?:讲|说|写)(?:出去)?(?:是我|我是|是谁|是哪|是楼)|(?:不能|不要|别)把我们?的?名字"
    r"|(?:不能|不要|别)往(?:单子|外头?|学校|村里|厂里|单位)上?(?:写|讲|说)|别问我(?:叫|姓)什么"
    rf"|(?:怕|担心)(?:被)?{_OTHERS}(?:知道|晓得)?(?:会|来)?(?:报复|打击报复)"
)
_OPEN = (
    r"(?:不用|不需要|不必|无需|不要求|不要|没必要)(?:给我|帮我)?保密|可以公开|不怕公开|实名(?:举报|投诉|反映)"
    r"|我实名(?!认证)|可以写我的?名字|(?:名字|姓名)(?:你|就|都)?(?:随便|尽管|可以)你?(?:讲|写|说|告诉)"
    r"|叫什么你?尽管讲|大大方方写|就(?:说|讲)是我(?:打|讲|说|反映|举报)的"
)
_THEIRS = r"(?:保密(?:协议|合同|单位|局|工作|柜|费)|匿名(?:信|电话|短信))"
_SAID = re.compile(rf"(?P<other>{_THEIRS})|(?P<open>{_OPEN})|(?P<hidden>{_HIDDEN})")
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
        if not match["other"]:
            found = SecrecyFound(NO if match["open"] else YES, match.start(), match.end())
    return found
