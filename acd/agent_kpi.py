"""话务员指标: how agents spend their time, each figure with its formula. Pure.

The end of a wrap-up is no fact but a decision of the distributor's. So the journal is played once more to the real one
(acd.past) while acd.agent_time watches the agents: the figures cannot say otherwise than the distributor did.

Two kinds of figures, which are cut differently:

- *time by the clock* (occupancy): every second belongs to the interval in which it passes.
- *means of conversations* (AHT, ACW, hold): a conversation belongs, whole, to the interval in which it is over, its
  wrap-up included. Sums of neighbouring periods are thus the sum of both, and no figure changes later.

A conversation is an agent's time with one citizen's call, from picking up to the end of the wrap-up: calls that we make
count, and so does each agent through whom a caller was handed. Who is consulted by a colleague is busy, but that is no
conversation. One of which the beginning was not seen is in no mean: it is counted as `unseen`.

A rate of nothing is None, not 0. Change a formula, and VERSION changes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from acd.model import AgentId

VERSION: Final = 1
HEAD_START: Final = timedelta(hours=2)
"""So long before a period the playing begins: conversations that began earlier and end in it are `unseen`."""
NOTHING: Final = timedelta(0)

ROWS_MOST: Final = 2000
"""No answer is longer, for the controller's loop has to write it: whoever wants more asks for a shorter period, longer
intervals or one agent.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `since` up to before `until`, cut in intervals from `since`; of one agent only, if said."""

    since: datetime
    until: datetime
    every: timedelta | None = None
    whom: AgentId | None = None


class Activity(StrEnum):
    """What an agent's time is spent on."""

    READY = "ready"  # 就绪
    OFFERED = "offered"  # 振铃: a call is on its way or rings; or the agent is kept while handing a caller on
    TALKING = "talking"  # 通话: with a citizen or a colleague, nobody on hold
    HOLDING = "holding"  # 保持: the caller hears the music of a hold
    WRAP_UP = "wrap_up"  # 话后整理
    ON_BREAK = "on_break"  # 小休


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Sums over the conversations that were over in one interval."""

    handled: int = 0
    unseen: int = 0  # over, but begun unseen: in no sum
    talked: timedelta = NOTHING
    held: timedelta = NOTHING
    wrapped_up: timedelta = NOTHING

    @property
    def average_handle_s(self) -> float | None:
        """平均处理时长 AHT: (talk + hold + wrap-up) / handled, in seconds. Source: the usual one (COPC, ICMI)."""
        return self._mean(self.talked + self.held + self.wrapped_up)

    @property
    def average_talk_s(self) -> float | None:
        """平均通话时长 ATT: talk without hold / handled, in seconds."""
        return self._mean(self.talked)

    @property
    def average_hold_s(self) -> float | None:
        """平均保持时长: hold / handled, in seconds; of all conversations, those without a hold too."""
        return self._mean(self.held)

    @property
    def average_wrap_up_s(self) -> float | None:
        """平均话后整理时长 ACW: wrap-up / handled, in seconds."""
        return self._mean(self.wrapped_up)

    def _mean(self, total: timedelta) -> float | None:
        return total / timedelta(seconds=1) / self.handled if self.handled else None

    def __add__(self, other: Handled) -> Handled:
        return Handled(
            handled=self.handled + other.handled,
            unseen=self.unseen + other.unseen,
            talked=self.talked + other.talked,
            held=self.held + other.held,
            wrapped_up=self.wrapped_up + other.wrapped_up,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time by the clock, in one interval."""

    ready: timedelta = NOTHING
    offered: timedelta = NOTHING
    talking: timedelta = NOTHING
    holding: timedelta = NOTHING
    wrap_up: timedelta = NOTHING
    on_break: timedelta = NOTHING

    @property
    def busy(self) -> timedelta:
        """在忙: being rung, talking, holding, writing. While a phone rings its agent can be given nothing else."""
        return self.offered + self.talking + self.holding + self.wrap_up

    @property
    def staffed(self) -> timedelta:
        """在岗: busy or ready; breaks are not in it."""
        return self.busy + self.ready

    @property
    def logged_on(self) -> timedelta:
        """签入: on duty or on break."""
        return self.staffed + self.on_break

    @property
    def occupancy(self) -> float | None:
        """占用率: busy / staffed. Source: the usual one (COPC, ICMI), but with the ringing, which they do not name."""
        return self.busy / self.staffed if self.staffed else None

    @property
    def utilisation(self) -> float | None:
        """工时利用率: busy / logged on, breaks included. Source: the same; often mistaken for occupancy."""
        return self.busy / self.logged_on if self.logged_on else None

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            ready=self.ready + other.ready,
            offered=self.offered + other.offered,
            talking=self.talking + other.talking,
            holding=self.holding + other.holding,
            wrap_up=self.wrap_up + other.wrap_up,
            on_break=self.on_break + other.on_break,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An agent or a queue in one interval. Of a queue no time is spent by the clock: agents serve several."""

    since: datetime
    name: str
    handled: Handled = Handled()
    spent: Spent = Spent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All rows by interval and name, and the sum of the agents'.

    `hotlines`: by the number that the citizen dialled, "" for the calls that we make; `named` makes hotlines of them.
    `agrees`: no order of the replay differs from the one given then, and no facts are missing.
    """

    agents: tuple[Row, ...]
    queues: tuple[Row, ...]
    hotlines: tuple[Row, ...]
    total: Row
    agrees: bool = True

    def named(self, hotline_of: Callable[[str], str]) -> Sheet:
        """The same, with numbers dialled gathered under their hotlines."""
        cells: dict[tuple[datetime, str], Handled] = {}
        for row in self.hotlines:
            key = row.since, hotline_of(row.name) if row.name else ""
            cells[key] = cells.get(key, Handled()) + row.handled
        hotlines = (Row(since=since, name=name, handled=done) for (since, name), done in sorted(cells.items()))
        return replace(self, hotlines=tuple(hotlines))
