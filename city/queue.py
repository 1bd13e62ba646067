"""队列: callers who wait for the same kind of help. The file `queues.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from city.written import Named, Slug, Written


class CallsBack(StrEnum):
    """谁由规则回拨 / who is called back by themselves, without a person taking the debt."""

    NOBODY = "nobody"  # 由人领取
    ASKED = "asked"  # 要求回拨者
    MISSED = "missed"  # 要求回拨者与未接来电

    def covers(self, *, asked: bool) -> bool:
        """Whether a debt is dialled by a rule. `asked`: the citizen has asked for it."""
        return self is CallsBack.MISSED or (self is CallsBack.ASKED and asked)


class Queue(Named):
    """队列, and how long its agents' phones ring and its wrap-up lasts."""

    name: Slug
    """队列名 / its name in the other files"""
    ring_time_s: Annotated[float, Field(ge=5, le=120)] = 20.0
    """一部话机振铃多少秒后改派 / how long one phone rings before the next is tried, in seconds"""
    wrap_up_s: Annotated[float, Field(ge=0, le=1800)] = 30.0
    """话后整理秒数 / wrap-up after a call of this queue, in seconds"""
    calls_back: CallsBack = CallsBack.NOBODY
    """谁由规则自动回拨:nobody 由人领取,asked 要求回拨者,missed 连同未接来电 / who is called back by a rule"""
    call_backs_at_once: Annotated[int, Field(ge=1, le=1000)] = 3
    """同时排队与进行的自动回拨上限,其余坐席接来电 / call-backs in the line and in progress at once, by a rule"""


class QueuesFile(Written):
    """队列表 queues.toml: the queues of the city."""

    queues: Annotated[tuple[Queue, ...], Field(min_length=1)]
