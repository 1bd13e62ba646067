"""A city's day: how many call and when, what they want, how long they talk and wait, whether they try again; and who
serves them. Figures without a source beside them are assumptions, there to be changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from math import inf
from random import Random
from typing import Final

from acd.model import AgentId, QueueName, SeatId, Skills
from simulation.draw import Draw, Exponential, Lognormal, Uniform, dice_named
from simulation.people import Citizen, Habits, Kind, Try, Worker

CHINA: Final = timezone(timedelta(hours=8))

A_DAY: Final = (
    *(0.15, 0.10, 0.08, 0.06, 0.06, 0.12, 0.30, 0.80, 1.70, 2.20, 2.10, 1.60),
    *(1.10, 1.20, 1.90, 2.10, 2.00, 1.60, 1.10, 1.00, 0.90, 0.80, 0.60, 0.44),
)
"""Calls of each hour of the day (China's time) over the day's mean hour: two peaks on a working day. An assumption."""


PICKS_UP: Final = Uniform(3.0, 15.0)
"""So soon a citizen answers who answers at all when we call back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """From `begins` on, for so long, so many times as many people call."""

    begins: datetime
    lasts: timedelta
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Who calls. `per_hour` is the mean over a day, before `times`: ×3 or ×10 is `times=3` or `times=10`."""

    begins: datetime
    lasts: timedelta
    per_hour: float
    kinds: Sequence[Kind]
    hours: Sequence[float] = A_DAY  # (1.0,): the same at all hours
    times: float = 1.0
    surges: Sequence[Surge] = ()
    patience: Draw = Exponential(180.0)
    talk: Draw = Lognormal(180.0, 1.0)
    wrap_up: Draw = Lognormal(25.0, 0.8)
    redials: float = 0.5  # share of those who gave up who dial again
    again_after: Draw = Lognormal(120.0, 1.0)
    most_tries: int = 4
    wants_call_back: float = 0.5  # share of those who are offered a call-back who take it
    answers_call_back: float = 0.8  # share of calls to them that they answer
    leaves_message: float = 0.6  # share of those who are asked for a message who leave one
    message: Draw = Lognormal(25.0, 0.6)

    def rate_per_s(self, moment: datetime) -> float:
        """How many first calls a second."""
        hour = moment.astimezone(CHINA).hour % len(self.hours)
        rate = self.per_hour / 3600.0 * self.times * self.hours[hour]
        for surge in self.surges:
            if surge.begins <= moment < surge.begins + surge.lasts:
                rate *= surge.times
        return rate

    @property
    def most_per_s(self) -> float:
        """No moment has more."""
        most = self.per_hour / 3600.0 * self.times * max(self.hours)
        for surge in self.surges:
            most *= max(1.0, surge.times)
        return most


def citizens(demand: Demand, seed: int) -> Iterator[Citizen]:
    """Draw them in the order they come: a Poisson process by thinning (Lewis and Shedler 1979)."""
    coming, traits, choices = dice_named(seed, "coming"), dice_named(seed, "traits"), dice_named(seed, "choices")
    most, ends = demand.most_per_s, demand.begins + demand.lasts
    bounds = list(accumulate(kind.share for kind in demand.kinds))
    moment, number = demand.begins, 0
    while True:
        moment += timedelta(seconds=coming.expovariate(most))
        if moment >= ends:
            return
        if coming.random() * most < demand.rate_per_s(moment):
            number += 1
            [kind] = traits.choices(demand.kinds, cum_weights=bounds)
            yield Citizen(f"c{number}", moment, kind, _tries(demand, traits, choices))


def _tries(demand: Demand, dice: Random, choices: Random) -> tuple[Try, ...]:
    """Every call that this citizen may make; so many draws for everybody, so that one changes nobody else."""
    return tuple(
        Try(
            patience_s=demand.patience.seconds(dice),
            talk_s=demand.talk.seconds(dice),
            wrap_up_s=demand.wrap_up.seconds(dice),
            again_after_s=_again(demand, dice),
            wants_call_back=choices.random() < demand.wants_call_back,
            message_s=_chosen(choices, demand.leaves_message, demand.message),
            picks_up_s=_chosen(choices, demand.answers_call_back, PICKS_UP),
        )
        for _ in range(demand.most_tries)
    )


def _chosen(dice: Random, share: float, draw: Draw) -> float | None:
    luck, seconds = dice.random(), draw.seconds(dice)
    return seconds if luck < share else None


def _again(demand: Demand, dice: Random) -> float | None:
    luck, after_s = dice.random(), demand.again_after.seconds(dice)
    return after_s if luck < demand.redials and after_s < inf else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Agents of one kind who work the same hours. They arrive one after the other within `spread`."""

    name: str  # agents are NAME001, NAME002, …
    size: int
    queues: frozenset[QueueName]
    comes: datetime
    skills: Skills = frozenset()
    leaves: datetime | None = None
    spread: timedelta = timedelta(minutes=2)
    rest_every: timedelta | None = None  # 小休
    rest: timedelta = timedelta(minutes=10)
    habits: Habits = Habits()


def workers(teams: Iterable[Team]) -> Iterator[Worker]:
    """Everybody on the roster."""
    for team in teams:
        for number in range(team.size):
            late = team.spread * number / team.size
            yield Worker(
                agent=AgentId(f"{team.name}{number + 1:03}"),
                seat=SeatId(f"8{team.name}{number + 1:03}"),
                queues=team.queues,
                skills=team.skills,
                comes=team.comes + late,
                leaves=None if team.leaves is None else team.leaves + late,
                breaks=tuple(_rests(team, number)),
                habits=team.habits,
            )


def _rests(team: Team, number: int) -> Iterator[tuple[datetime, timedelta]]:
    """Not all at once: each begins their round at another moment of it."""
    if team.rest_every is None or team.leaves is None:
        return
    moment = team.comes + team.rest_every * (1.0 + number / team.size) / 2.0
    while moment + team.rest < team.leaves:
        yield moment, team.rest
        moment += team.rest_every
