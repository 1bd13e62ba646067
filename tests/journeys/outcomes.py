"""The outcome table: what becomes of a conversation, by what is done in it and how that ends; each cell is walked.

`TABLE` is the one place: tests/journeys/test_outcome_table.py walks it on real phones, test_struck.py the rows of
`STRUCK`, docs/talk.md shows it. A cell has its words (Chinese, then English) and, unless it cannot occur by itself, the
walk that proves them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.journeys import struck, walks

ALONE = "– 没有第三方 nobody is called"
OFFER = "– 同普通派话 as any offer: `test_outcomes.py`"
ASKED = "– 三方由接通的咨询而来,见左列 begins from an answered consultation: the column before"


class Row(StrEnum):
    """How it ends."""

    ANSWER = "接听 answer"
    BUSY = "占线 busy"
    NO_ANSWER = "无人接听 no answer"
    REFUSED = "拒接 refused"
    UNREACHABLE = "不可达 unreachable"
    CALLER_GONE = "市民挂机 caller gone"
    AGENT_GONE = "话务员挂机 agent gone"
    TARGET_GONE = "对方挂机 target gone"
    CONTROLLER_GONE = "控制器停止 controller gone"
    CONTROLLER_FROZEN = "当中控制器冻结 controller frozen in the middle"
    LINE_CUT = "当中断线 its line to Asterisk cut in the middle"


STRUCK = (Row.CONTROLLER_FROZEN, Row.LINE_CUT)
"""Faults that strike when the phone rings, while somebody is asked, in a three-way; then it is ended by keys."""


class Column(StrEnum):
    """What is done."""

    HOLD = "保持 Hold"
    TO_AGENT = "转接话务员 To an agent"
    TO_HOTLINE = "转接热线 To a hotline"
    TO_OUTSIDE = "转接外部 To outside"
    ATTENDED = "咨询后转接 Attended"
    THREE_WAY = "三方 Three-way"
    SUPERVISOR = "班长 Supervisor"


@dataclass(frozen=True, slots=True)
class Cell:
    """What becomes of it; without a walk, why it cannot occur."""

    words: str
    walk: Callable[[Any], Awaitable[None]] | None = None


BACK = "话务员话机再振,与市民续谈 the agent's phone rings again, and they go on"
REJOINED = "话务员回到市民 the agent is back with the caller"
NOBODY = "对方也不接:市民回到队列前面 nobody there either: first in the queue"
AGREED = "商定移交:市民与对方续谈,记为转出 agreed: they go on; transferred out"
UNDECIDED = "未定:首接者(本台)与市民续谈 undecided: the first receiver goes on"
STILL = "按键仍可转接,市民等候 keys still do; the caller waits"
REFUSED = "对方拒接:话务员话机再振,与市民续谈 refused: the agent's phone rings again, and they go on"
WAITS = "– 同等候的市民 as all who wait: `test_failsafe.py`, `test_resync.py`"
BESIDE = "– 同上,与控制器无关 as above: the controller has no part in it"
NOT_REACHED = (Row.BUSY, Row.NO_ANSWER, Row.REFUSED, Row.UNREACHABLE)
AS_IT_WAS = "通话照旧 the talk is as it was"

TABLE: dict[Column, dict[Row, Cell]] = {
    Column.HOLD: {
        Row.ANSWER: Cell("取回后双方互相听见 retrieved, both hear each other", walks.hold_and_retrieve),
        **dict.fromkeys((*NOT_REACHED, Row.TARGET_GONE), Cell(ALONE)),
        Row.CALLER_GONE: Cell("话务员话机释放 the agent's phone is let go", walks.hold_caller_gone),
        Row.AGENT_GONE: Cell("市民回到队列前面 the caller goes first in the queue", walks.hold_agent_gone),
        Row.CONTROLLER_GONE: Cell("照常保持与取回 as ever", walks.hold_without_controller),
        **dict.fromkeys(STRUCK, Cell("照常取回 retrieved as ever", struck.held)),
    },
    Column.TO_AGENT: {
        Row.ANSWER: Cell("接听前原话务员预占,之后整理 reserved until then, then wraps up", walks.given),
        **dict.fromkeys(NOT_REACHED, Cell(BACK, walks.given_back)),
        Row.CALLER_GONE: Cell("两部话机都释放 both phones are let go", walks.given_caller_gone),
        Row.AGENT_GONE: Cell(NOBODY, walks.given_agent_gone),
        Row.TARGET_GONE: Cell("接听后挂机即通话结束 the call ends, as with any agent", walks.given_target_gone),
        Row.CONTROLLER_GONE: Cell(BACK, walks.given_without_controller),
        **dict.fromkeys(STRUCK, Cell(REFUSED, struck.given_back)),
    },
    Column.TO_HOTLINE: {
        Row.ANSWER: Cell("在该队列最前,由其话务员接听 first in its queue, answered there", walks.sent_to_hotline),
        **dict.fromkeys((*NOT_REACHED, Row.TARGET_GONE), Cell(OFFER)),
        Row.CALLER_GONE: Cell("等候中挂机,无人被卡住 nobody is stuck", walks.sent_caller_gone),
        Row.AGENT_GONE: Cell("– 已离开 has left already"),
        Row.CONTROLLER_GONE: Cell(STILL, walks.sent_without_controller),
        **dict.fromkeys(STRUCK, Cell(WAITS)),
    },
    Column.TO_OUTSIDE: {
        Row.ANSWER: Cell("市民与对方通话,记为转出 they talk; transferred out", walks.given),
        **dict.fromkeys(NOT_REACHED, Cell(BACK, walks.given_back)),
        Row.CALLER_GONE: Cell("对方话机释放 the other phone is let go", walks.given_caller_gone),
        Row.AGENT_GONE: Cell(NOBODY, walks.given_agent_gone),
        Row.TARGET_GONE: Cell("通话结束 the call ends", walks.given_target_gone),
        Row.CONTROLLER_GONE: Cell(BACK, walks.given_without_controller),
        **dict.fromkeys(STRUCK, Cell("对方接听,记为转出 answered: they talk; transferred out", struck.given)),
    },
    Column.ATTENDED: {
        Row.ANSWER: Cell("咨询不入录音;完成后对方与市民通话 unheard by the caller; then theirs", walks.asked_and_given),
        **dict.fromkeys(NOT_REACHED, Cell(REJOINED, walks.asked_in_vain)),
        Row.CALLER_GONE: Cell("三部话机都释放 all phones are let go", walks.asked_caller_gone),
        Row.AGENT_GONE: Cell("对方接过市民 the one who was asked has the caller", walks.asked_agent_gone),
        Row.TARGET_GONE: Cell(REJOINED, walks.asked_target_gone),
        Row.CONTROLLER_GONE: Cell("按键照常咨询与完成 keys ask and complete as ever", walks.asked_without_controller),
        **dict.fromkeys(STRUCK, Cell("按键完成,对方接过市民 completed by keys: they have the caller", struck.asked)),
    },
    Column.THREE_WAY: {
        Row.ANSWER: Cell("三方互相听见 all three hear each other", walks.three_way),
        **dict.fromkeys(NOT_REACHED, Cell(ASKED)),
        Row.CALLER_GONE: Cell("全部结束 ends for all", walks.three_way_caller_gone),
        Row.AGENT_GONE: Cell(AGREED, walks.three_way_agent_gone),
        Row.TARGET_GONE: Cell(UNDECIDED, walks.three_way_target_gone),
        Row.CONTROLLER_GONE: Cell("按键照常 by keys, as ever", walks.three_way_without_controller),
        **dict.fromkeys(STRUCK, Cell("话务员离开,另两方续谈 the agent leaves, the other two go on", struck.three_way)),
    },
    Column.SUPERVISOR: {
        Row.ANSWER: Cell("听见双方 hears both", walks.supervised),
        **dict.fromkeys(NOT_REACHED, Cell(AS_IT_WAS, walks.supervised_in_vain)),
        Row.CALLER_GONE: Cell("一同结束 ends too", walks.supervised_caller_gone),
        Row.AGENT_GONE: Cell("一同结束 ends too", walks.supervised_agent_gone),
        Row.TARGET_GONE: Cell(AS_IT_WAS, walks.supervised_target_gone),
        Row.CONTROLLER_GONE: Cell("已开始的照旧 what was begun goes on", walks.supervised_without_controller),
        **dict.fromkeys(STRUCK, Cell(BESIDE)),
    },
}  # fmt: skip


def page() -> str:
    """The table as docs/talk.md shows it."""
    lines = [f"| | {' | '.join(Column)} |", f"|---|{'---|' * len(Column)}"]
    lines += [f"| {row} | {' | '.join(TABLE[column][row].words for column in Column)} |" for row in Row]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())  # noqa: T201 - to paste into the page
