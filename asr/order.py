"""Which recording is transcribed first: what a citizen in need said, then what nobody has heard yet. Pure.

A talk has been heard by an agent, a voice message (语音留言) by nobody: it comes before all talks. What was said on a
crisis hotline, message or talk, comes before both. Within a rank the older recording is first.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum

from recordings.calls import Call


class Rank(IntEnum):
    """Place in the line of jobs; the smaller is first."""

    CRISIS = 0  # 危机热线
    MESSAGE = 1  # 语音留言
    TALK = 2  # 通话


def rank_of(call: Call, attempt: int, crisis: Collection[str]) -> Rank:
    """The rank of a call's `attempt`-th recording; `crisis`: the numbers of hotlines for people in need."""
    if call.hotline in crisis:
        return Rank.CRISIS
    return Rank.MESSAGE if call.message_attempt == attempt else Rank.TALK
