"""Facts of 好差评, the caller's judgement after the talk; see acd.events. They change nothing for the ACD.

Every call with which an agent of ours talked comes to exactly one of the first two, so that who was asked is a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from acd.events import Event
from acd.model import AgentId, CallId, QueueName


class NotAsked(StrEnum):
    """Why a caller was not asked."""

    CALLER_LEFT = "caller_left"  # 来电人先挂机
    OUTSIDE = "outside"  # 转给了外部
    CRISIS = "crisis"  # 危机热线
    CONFIDENTIAL = "confidential"  # 保密热线
    POLICY = "policy"  # 按 ratings.toml 不邀请
    UNSEEN = "unseen"  # 系统不在场: nobody of ours was there to ask, or saw the talk end


BEST: Final = 5
"""非常满意; down to 1, 非常不满意."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingAsked(Event):
    """邀请评价: the agent is out, and the caller begins to hear the question. Without a CallRated: no answer."""

    call: CallId
    attempt: int
    agent: AgentId  # who talked with the caller last
    queue: QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingNotAsked(Event):
    """未邀请评价."""

    call: CallId
    attempt: int
    agent: AgentId
    queue: QueueName
    why: NotAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRated(Event):
    """评价: the key that the caller pressed, 1 to BEST."""

    call: CallId
    attempt: int
    score: int
