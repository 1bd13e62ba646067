"""The worst hour of a small city: 110 agents, four times as many callers as usual, 1,957 of them. Ours and `Queue()`.

The same citizens call both houses, with the same patience, talks, writing and redials, drawn beforehand; as many agents
with the same habits serve them. Ours is the core with the sample city and the autopilot in `act`: its advice is
followed at once (bench/city_houses.py). The other is Asterisk's own queue, emulated (bench/native_queue.py) and first
held against a real one on this machine (bench/native_check.py): the bench fails if the two disagree.

What is said of the city is what is published: 110 agents, 1,957 calls, four times normal (Zhangjiagang, 2022). The rest
are the simulator's own figures as simulation.town has them, chosen before this bench and not for it:

- half an hour at a quarter of the rate, the hour, half an hour at a quarter again; first calls are a Poisson process;
  those who call in the hour are counted, with their redials
- talk lognormal, mean 180 s, spread 1; writing after it lognormal, mean 25 s, spread 0.8
- patience exponential, mean 180 s; of those who gave up half dial again, after 2 min on average, at most 3 times
- an agent picks up after 1 to 5 s and misses 2 rings in 100; 4 s of greeting, inside the 15 s

**The writing.** In ours an agent says ready when it is written, the queue's limit (30 s) at the latest. `Queue()` knows
a fixed `wrapuptime` for everybody, or agents who pause their phones until they have written. Shorter wrap-up answers
more people and leaves more unwritten, in either house. So every sane setting of the native one is tried, and the one
that answers most people **without leaving more unwritten than ours** is what ours is compared with (`city.*`). Beside
it stand the same limit in both (`city.same_limit_*`: wrapuptime = 30), and agents who pause to write but for 30 s at
most (`city.same_writing_*`): no `Queue()` ends a pause by itself, somebody would have to. What is left of the ratios
then is what it costs to look once a second.

**Call-backs.** The city offers none by itself; the autopilot does when the foreseen wait is long. Who asks for one
hangs up; half of those who are offered one ask, and four in five calls to them are answered. They are not `answered`,
which means on the line, but `by_call_back`, if they talked with an agent within two hours. Their wait counts until they
have hung up. The agents who call them back are the same 110. Beside it stands ours with a call-back offered to
everybody who has waited for 20 s, by rule, 22 at once (`city.offering_*`): what that does to the same hour.

**What ours is not given.** A draft saves writing, but how much nobody has measured: nothing is assumed. One queue is
served by all: nobody is there to be borrowed. Nothing of the native house's own: no load on its machine, callers'
threads that are never late.

`answered`: citizens who talked with an agent, in whichever of their calls. `within15`: calls answered within 15 s of
their arrival. `p95_wait`: of all calls, from the waiting room's door. Ratios are ours over native for each seed;
printed is the median over SEEDS; the error stream has the range, and the interval that holds the median with 95 %
confidence (order statistics). All else is the mean of an hour. `seats_saved`: so many more agents the native house
needs until it answers as many citizens and as many calls within 15 s as ours, in the sum of all seeds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor, sqrt
from pathlib import Path
from typing import Final

from acd.advised_change import at_once
from acd.autopilot import LADDER
from bench.city_houses import GENERAL, Hour, OurHouse, native, our_house, scored
from bench.native_check import Compared, compare, emulated, watched
from bench.native_queue import Settings
from city.city import City
from city.level import ADDED, QueueChange
from city.load import load_city
from city.queue import CallsBack
from city.recipe import OfferCallBackRow
from hotline.embedded import premises
from ivr.prompts import SPOKEN
from sandbox.figures import report
from sandbox.sipp import find_sipp
from simulation.people import Citizen, Habits, Kind, Worker
from simulation.town import Demand, Surge, Team, citizens, workers

SEEDS: Final = range(60)
AGENTS: Final = 110
CALLERS, TIMES = 1957, 4.0
BEGINS: Final = datetime(2022, 4, 5, 1, tzinfo=UTC)
BEFORE: Final = timedelta(minutes=30)
HOUR: Final = timedelta(hours=1)
HABITS: Final = Habits(misses=0.02)
WRAPUPTIMES: Final = (10, 15, 20, 25, 30, 35, 40)
SAME_LIMIT: Final = Settings(wrapuptime_s=30)
SAME_WRITING: Final = Settings(wrapuptime_s=0, pause_to_write=True, write_at_most_s=30.0)
NATIVES: Final = (
    *(Settings(wrapuptime_s=seconds) for seconds in WRAPUPTIMES),
    Settings(wrapuptime_s=0, pause_to_write=True),
)
MOST_MORE_SEATS: Final = 30
LEAST_ANSWERED, LEAST_WITHIN, MOST_P95 = 1.0, 1.2, 0.8
MAIN: Final = "city."
SAMPLE_CITY: Final = Path(__file__).parents[1] / "cities/sample"


@dataclass(frozen=True)
class Town:
    """One seed's citizens."""

    seed: int
    everybody: Sequence[Citizen]
    counted: frozenset[str]


def town(seed: int) -> Town:
    """Draw them."""
    surge = Surge(begins=BEGINS + BEFORE, lasts=HOUR, times=TIMES)
    demand = Demand(
        begins=BEGINS,
        lasts=2 * BEFORE + HOUR,
        per_hour=CALLERS / TIMES,
        hours=(1.0,),
        kinds=(Kind(GENERAL),),
        surges=(surge,),
    )
    everybody = list(citizens(demand, seed))
    in_it = (citizen.name for citizen in everybody if surge.begins <= citizen.comes < surge.begins + surge.lasts)
    return Town(seed, everybody, frozenset(in_it))


def crew(size: int) -> Sequence[Worker]:
    """So many agents, there from the beginning."""
    team = Team(name="a", size=size, queues=frozenset({GENERAL}), comes=BEGINS, habits=HABITS)
    return list(workers([team]))


def in_ours(city: City, town: Town) -> tuple[Hour, OurHouse]:
    """The hour in our house."""
    house = our_house(city, crew(AGENTS), town.everybody, town.seed, BEGINS)
    return scored(house.calls, house.rings, town.counted, house.called_back), house


def offering(city: City) -> City:
    """The city, if it offered a call-back to who has waited a little longer than is promised."""
    row = OfferCallBackRow(after_s=20.0, step="offer_call_back")
    share = {"calls_back": CallsBack.ASKED, "call_backs_at_once": at_once(AGENTS)}
    return city.under([(GENERAL, QueueChange.model_validate({ADDED: (row,), **share}))])


def in_native(settings: Settings, town: Town, agents: int = AGENTS) -> Hour:
    """The hour in a native one."""
    calls, rings = native(settings, crew(agents), town.everybody, town.seed, BEGINS)
    return scored(calls, rings, town.counted)


def best_native(towns: Sequence[Town], ours: Sequence[Hour]) -> tuple[Settings, Sequence[Hour]]:
    """Of those that leave no more unwritten than ours, the one that answers most citizens."""
    tried = [(settings, [in_native(settings, one) for one in towns]) for settings in NATIVES]
    for settings, hours in tried:
        say(f"native, {named(settings)}: {told(hours)}")
    limit = _sum(ours, lambda hour: hour.unwritten_min)
    fair = [one for one in tried if _sum(one[1], lambda hour: hour.unwritten_min) <= limit]
    return max(fair, key=lambda one: _sum(one[1], lambda hour: hour.answered))


def more_seats(settings: Settings, towns: Sequence[Town], ours: Sequence[Hour]) -> int:
    """How many more agents make the native house as good."""
    for more in range(MOST_MORE_SEATS):
        theirs = [in_native(settings, one, AGENTS + more) for one in towns]
        if all(_sum(theirs, of) >= _sum(ours, of) for of in (_answered, _within)):
            return more
    return MOST_MORE_SEATS


def _answered(hour: Hour) -> float:
    return hour.answered


def _reached(hour: Hour) -> float:
    return hour.answered + hour.by_call_back


def _within(hour: Hour) -> float:
    return hour.within


def _p95(hour: Hour) -> float:
    return hour.p95_s


def _sum(hours: Sequence[Hour], of: Callable[[Hour], float]) -> float:
    return sum(map(of, hours))


def named(settings: Settings) -> str:
    """For who reads along."""
    return "agents pause to write" if settings.pause_to_write else f"wrapuptime {settings.wrapuptime_s}"


def told(hours: Sequence[Hour]) -> str:
    """Medians over the seeds."""

    def median(of: Callable[[Hour], float]) -> float:
        return statistics.median(map(of, hours))

    return (
        f"{median(lambda hour: hour.answered / hour.citizens):.1%} of citizens answered, "
        f"{median(lambda hour: hour.within / hour.calls):.1%} of calls within 15 s, p95 wait {median(_p95):.0f} s, "
        f"{median(lambda hour: hour.abandoned):.0f} given up, "
        f"{median(lambda hour: hour.by_call_back):.0f} reached by call-back, "
        f"written {median(lambda hour: hour.written_min):.0f} min, "
        f"left {median(lambda hour: hour.unwritten_min):.0f} min"
    )


def say(words: str) -> None:
    """Figures go elsewhere."""
    sys.stderr.write(f"{words}\n")


async def calibrate(city: City) -> Sequence[Compared]:
    """The emulation beside a real queue."""
    program = await asyncio.to_thread(find_sipp)
    with tempfile.TemporaryDirectory(prefix="lx-city-") as folder:
        async with premises(Path(folder) / "state", city, model=None) as place:
            watch = await watched(place, program, Path(folder))
    return compare(watch, emulated(watch))


def report_ratios(prefix: str, ours: Sequence[Hour], theirs: Sequence[Hour]) -> tuple[float, float, float]:
    """Print the three and return them."""
    bars = (("answered", _answered, LEAST_ANSWERED), ("within15", _within, LEAST_WITHIN), ("p95_wait", _p95, MOST_P95))
    answered, within, p95 = (
        report_ratio(f"{prefix}{name}_ratio", of, ours, theirs, None if prefix != MAIN else bar)
        for name, of, bar in bars
    )
    return answered, within, p95


def report_ratio(
    name: str, of: Callable[[Hour], float], ours: Sequence[Hour], theirs: Sequence[Hour], bar: float | None
) -> float:
    """Print the median over the seeds and return it."""
    ratios = sorted(of(our) / of(their) for our, their in zip(ours, theirs, strict=True))
    median = statistics.median(ratios)
    outside = floor(len(ratios) / 2 - 1.96 * sqrt(len(ratios)) / 2)  # so many on each side (David and Nagaraja 2003)
    inner = ratios[max(0, outside) : len(ratios) - max(0, outside)]
    say(f"{name}: {median:.4f}, 95 % {inner[0]:.3f} to {inner[-1]:.3f}, all {ratios[0]:.3f} to {ratios[-1]:.3f}")
    report(name, round(median, 4), "1", bar)
    return median


def report_means(ours: Sequence[Hour], theirs: Sequence[Hour]) -> None:
    """Print what an hour was like, in ours and, as the baseline, in theirs."""
    means: Sequence[tuple[str, str, Callable[[Hour], float]]] = (
        ("citizens", "1/h", lambda hour: hour.citizens),
        ("answered", "1/h", _answered),
        ("by_call_back", "1/h", lambda hour: hour.by_call_back),
        ("abandoned", "calls/h", lambda hour: hour.abandoned),
        ("written_min", "min/h", lambda hour: hour.written_min),
        ("unwritten_min", "min/h", lambda hour: hour.unwritten_min),
    )
    for name, unit, of in means:
        report(f"{MAIN}{name}", round(_sum(ours, of) / len(ours), 1), unit, round(_sum(theirs, of) / len(theirs), 1))


def report_offering(city: City, towns: Sequence[Town], ours: Sequence[Hour]) -> None:
    """Print what call-backs for everybody would do, beside ours without."""
    hours = [in_ours(offering(city), one)[0] for one in towns]
    say(f"ours, offering call-backs: {told(hours)}")
    report_ratios(f"{MAIN}offering_", hours, ours)
    report_ratio(f"{MAIN}offering_reached_ratio", _reached, hours, ours, None)
    for name, of in (("by_call_back", lambda hour: hour.by_call_back), ("promised", lambda hour: hour.promised)):
        report(f"{MAIN}offering_{name}", round(_sum(hours, of) / len(hours), 1), "1/h")


def measure() -> int:
    """Print every figure; 1 if one is not as promised, or the emulation is not what the real queue does."""
    say(__doc__ or "")
    city = load_city(SAMPLE_CITY, also_spoken=SPOKEN)
    compared = asyncio.run(calibrate(city))
    for one in compared:
        report(f"city.native_{one.name}", round(one.emulated, 3), one.unit, round(one.real, 3))
        say(f"{one.name}: real {one.real:.3f}, emulated {one.emulated:.3f}, may differ by {one.tolerance:.3f}")
    towns = [town(seed) for seed in SEEDS]
    served = [in_ours(city, one) for one in towns]
    ours = [hour for hour, _ in served]
    say(f"ours: {told(ours)}")
    settings, theirs = best_native(towns, ours)
    say(f"compared with: {named(settings)}")
    answered, within, p95 = report_ratios(MAIN, ours, theirs)
    for name, other in (("same_limit", SAME_LIMIT), ("same_writing", SAME_WRITING)):
        report_ratios(f"{MAIN}{name}_", ours, [in_native(other, one) for one in towns])
    report_means(ours, theirs)
    report("city.seats_saved", more_seats(settings, towns, ours), "seats")
    report("city.autopilot_switches", round(sum(house.switched for _, house in served) / len(towns), 2), "1/h")
    report("city.longest_foreseen_s", round(max(house.longest_s for _, house in served), 1), "s", LADDER[0].begins_s)
    report_offering(city, towns, ours)
    promised = answered >= LEAST_ANSWERED and within >= LEAST_WITHIN and p95 <= MOST_P95
    return int(not promised or not all(one.agrees for one in compared))


if __name__ == "__main__":
    sys.exit(measure())
