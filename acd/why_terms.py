"""The words of acd.why and acd.account in both languages, a table for each kind. A test holds that none is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from acd.account import OfferEnd, Phase
from acd.model import BreakReason
from acd.why import AgentRule, Bar, CallRule


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


BARS: Final[Mapping[Bar, Words]] = {
    Bar.OFF_DUTY: Words("未签入", "not logged on"),
    Bar.OTHER_QUEUE: Words("坐席不服务该队列", "seat does not serve the queue"),
    Bar.SKILL: Words("技能不够", "lacks a skill"),
    Bar.ON_BREAK: Words("小休", "on break"),
    Bar.TALKING: Words("通话", "talking"),
    Bar.WRAP_UP: Words("话后整理", "in wrap-up"),
    Bar.OFFERED: Words("预占或振铃", "being rung or kept for a call"),
    Bar.PHONE_IN_USE: Words("话机正在拨功能码", "phone dials a feature code"),
    Bar.RESTING: Words("刚有未接或指令未执行,稍歇", "rests after a missed call or an order that was not carried out"),
    Bar.NOTHING: Words("空闲", "free"),
}

BREAKS: Final[Mapping[BreakReason, Words]] = {
    BreakReason.REST: Words("休息", "rest"),
    BreakReason.MEAL: Words("用餐", "meal"),
    BreakReason.TRAINING: Words("培训", "training"),
    BreakReason.OTHER: Words("其他", "other"),
    BreakReason.MISSED: Words("未接来电", "missed a call"),
    BreakReason.PHONE_BUSY: Words("话机占线", "phone engaged"),
    BreakReason.PHONE_UNREACHABLE: Words("话机失联", "phone unreachable"),
}

AGENT_RULES: Final[Mapping[AgentRule, Words]] = {
    AgentRule.ONLY_ONE: Words("当时空闲且能接的只有此人", "nobody else was free for it"),
    AgentRule.PREFERRED: Words("上次接待这位市民的人", "served this citizen last"),
    AgentRule.BEST_SKILLED: Words("空闲者中技能最好", "the best skilled of those free"),
    AgentRule.LONGEST_IDLE: Words("技能相同者中空闲最久", "idle longest among equally skilled"),
    AgentRule.NUMBER: Words("技能与空闲时间都相同,工号在前", "equal in skill and idle time: the lower number"),
}

CALL_RULES: Final[Mapping[CallRule, Words]] = {
    CallRule.ONLY_ONE: Words("没有别的来电在等此人", "no other call waited for this agent"),
    CallRule.EARLIER: Words("进入更早", "joined earlier"),
    CallRule.PRIORITY: Words("进入较晚,但优先级更高", "joined later, with higher priority"),
    CallRule.NUMBER: Words("同时进入,编号在前", "joined at the same moment: the lower id"),
    CallRule.MEANWHILE: Words(
        "当时本来电正在派、不能派或只等熟人", "this one was being offered, could not be, or was held for its agent"
    ),
    CallRule.UNEXPLAINED: Words("!没有规则能解释,请报告", "! no rule explains it: please report"),
}

OFFER_ENDS: Final[Mapping[OfferEnd, Words]] = {
    OfferEnd.OPEN: Words("尚无结果", "still open"),
    OfferEnd.ANSWERED: Words("接听", "answered"),
    OfferEnd.NO_ANSWER: Words("无人接听", "not answered"),
    OfferEnd.BUSY: Words("话机占线", "phone engaged"),
    OfferEnd.REFUSED: Words("拒接", "refused"),
    OfferEnd.UNREACHABLE: Words("话机不可达", "phone unreachable"),
    OfferEnd.CALLER_GONE: Words("市民已挂机", "caller gone"),
    OfferEnd.NOT_CARRIED_OUT: Words("指令未执行", "order not carried out"),
    OfferEnd.SEAT_CLOSED: Words("坐席被撤除", "seat closed"),
    OfferEnd.TAKEN_BACK: Words("收回", "taken back"),
}

PHASES: Final[Mapping[Phase, Words]] = {
    Phase.ELSEWHERE: Words("不在等候", "not waiting"),
    Phase.ALL_BUSY: Words("能接的人都在忙", "everybody who can serve it is busy"),
    Phase.NOBODY: Words("签入的人中没有人能接", "nobody on duty can serve it"),
    Phase.OFFERED: Words("正在派给", "being offered to"),
    Phase.RESTS: Words("上一指令未执行,来电稍歇", "rests: the last order was not carried out"),
    Phase.LEAVES: Words("按溢出方案转去留言", "its recipe sends it to leave a message"),
    Phase.HELD: Words("只等上次接待的话务员", "held for the agent who served the citizen last"),
    Phase.BLIND: Words(
        "正在与电话系统核对,暂不派话", "facts are missing: nothing is offered until the telephones were asked"
    ),
    Phase.TALKING: Words("通话", "talking"),
    Phase.UNEXPLAINED: Words("!有人空闲却未派,请报告", "! somebody is free and it is not offered: please report"),
}
