"""队列: callers who wait for the same kind of help. The file `queues.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from city.recipe import AnnounceRow, AnyRow, OfferCallBackRow
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
    extend_wrap_up_s: Annotated[float, Field(ge=0, le=600)] = 0.0
    """话务员每次延长整理多少秒,0 为不可延长 / an agent may extend the wrap-up by so many seconds; 0: not at all"""
    extensions_most: Annotated[int, Field(ge=1, le=10)] = 2
    """一次整理至多延长几次 / so often in one wrap-up"""
    prefer_last_agent_days: Annotated[int, Field(ge=0, le=365)] = 0
    """熟人坐席:几天内接待过该号码的话务员优先,0 为不用 / who served the number within so many days goes first"""
    prefer_last_agent_s: Annotated[float, Field(ge=0, le=30)] = 0.0
    """其在岗但忙时,只等其多少秒 / how long the call waits for them alone while they are on duty and busy, in seconds"""
    breaks_at_once: Annotated[int, Field(ge=0, le=1000)] = 0
    """至多几名话务员同时自选小休,0 为不限 / so many of its agents may choose a break at once; 0: any number"""
    break_after_missed: Annotated[int, Field(ge=1, le=10)] = 2
    """话务员连续未接几次转小休,之前只提示 / on break after so many missed in a row; a warning before"""
    recipe: tuple[AnyRow, ...] = ()
    """溢出方案,按时间先后 / what happens as a call waits, the earliest row first"""
    calls_back: CallsBack = CallsBack.NOBODY
    """谁由规则自动回拨:nobody 由人领取,asked 要求回拨者,missed 连同未接来电 / who is called back by a rule"""
    call_backs_at_once: Annotated[int, Field(ge=1, le=1000)] = 3
    """同时排队与进行的自动回拨上限,其余坐席接来电 / call-backs in the line and in progress at once, by a rule"""

    @property
    def keeps_offers(self) -> bool:
        """Whether those to whom its recipe offers a call-back are called by a rule."""
        return self.calls_back is not CallsBack.NOBODY or not any(
            isinstance(row, OfferCallBackRow) for row in self.recipe
        )

    def with_prompts(self, instead: Mapping[str, str]) -> Queue:
        """The queue in whose recipe other prompts are said."""
        rows = (
            row.model_copy(update={"prompt": instead.get(row.prompt, row.prompt)})
            if isinstance(row, AnnounceRow)
            else row
            for row in self.recipe
        )
        return self.model_copy(update={"recipe": tuple(rows)})

    @model_validator(mode="after")
    def _waits_for_somebody(self) -> Self:
        if self.prefer_last_agent_s and not self.prefer_last_agent_days:
            raise PydanticCustomError(
                "waits_for_nobody",
                "prefer_last_agent_s needs prefer_last_agent_days",
                {"zh": "写了 prefer_last_agent_s,就须写 prefer_last_agent_days"},
            )
        return self


class QueuesFile(Written):
    """队列表 queues.toml: the queues of the city."""

    queues: Annotated[tuple[Queue, ...], Field(min_length=1)]
