"""Limits and response levels: at one go, the newest on top, each taken back exactly; refusals leave no trace."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from acd.arrangement import Arrangement, Wanted
from acd.engine import Engine
from acd.errors import (
    CrisisHasNoMachine,
    LentToItself,
    LimitsDoNotFit,
    MeasuresChangedMeanwhile,
    NoSuchPhone,
    NotEnoughSeats,
    NothingToChange,
    NotInQueue,
    OffersNoCallBack,
    Refused,
    TooBusy,
    UnknownLevel,
    UnknownMeasure,
    UnknownPrompt,
    UnknownQueue,
    UnknownSeat,
)
from acd.measures import Aim
from acd.steps import Announce, AnnounceWait, LeaveMessage, Relax
from city.level import Level, QueueChange
from city.queue import CallsBack
from hotline.fittings import acd_queues
from tests.acd.centre import CITY, GENERAL, Centre, add, lend, level, limits
from tests.databases import BOTH

pytestmark = BOTH


BAD: tuple[tuple[Aim, type[Refused]], ...] = (
    (lend(1, lender="helth"), UnknownQueue),
    (lend(1, borrower="helth"), UnknownQueue),
    (lend(1, borrower="health"), LentToItself),
    (lend(0), NothingToChange),
    (lend(1, "8007"), NothingToChange),
    (lend(0, "8010"), UnknownSeat),
    (lend(0, "8007", "8001"), NotInQueue),
    (lend(1), NotEnoughSeats),
    (add(0, "9999"), NoSuchPhone),
    (add(16), NotEnoughSeats),
    (limits("helth", wrap_up_s=5), UnknownQueue),
    (limits(), NothingToChange),
    (limits(prefer_last_agent_s=5, prefer_last_agent_days=0), LimitsDoNotFit),
    (limits(recipe=({"after_s": 9.0, "step": "waive", "skill": "x"},)), LimitsDoNotFit),
    (limits(recipe_adds=({"after_s": 60.0, "step": "offer_call_back"},)), OffersNoCallBack),
    (limits(recipe_adds=({"after_s": 60.0, "step": "announce", "prompt": "manny"},)), UnknownPrompt),
    (level("alarm"), UnknownLevel),
)


async def test_bad_measure_is_refused_and_leaves_no_trace(centre: Centre) -> None:
    """Each by the name of its rule, tried or done; nothing is stored, told or audited."""
    before = centre.engine.distributor.snapshot()
    for aim, refusal in BAD:
        for dry_run in (True, False):
            with pytest.raises(refusal):
                await centre.make(aim, dry_run=dry_run)

    assert centre.engine.distributor.snapshot() == before
    assert (await centre.measures.history(9), await centre.measures.trail(9)) == ([], [])


async def test_limits_count_at_once_and_the_newest_stands_above(centre: Centre) -> None:
    """What is not named stays; whichever ends first, what is left is what is there without it."""
    first = await centre.make(limits(wrap_up_s=10, ring_time_s=15))
    assert centre.times() == (15, 10)
    centre.clock.move(1)
    second = await centre.make(limits(wrap_up_s=5), ends=600)
    assert centre.times() == (15, 5)

    await centre.undo(first)
    assert centre.times() == (20, 5)
    await centre.undo(second)
    assert centre.times() == (20, 30)


async def test_limits_set_again_hide_the_older_ones(centre: Centre) -> None:
    """They do not pile up; undone, the older ones are back."""
    await centre.make(limits(wrap_up_s=10))
    newer = await centre.make(limits(wrap_up_s=5))
    assert [measure.number for measure in centre.measures.now.standing] == [newer.measure.number]

    await centre.undo(newer)

    assert centre.times() == (20, 10)


async def test_rows_laid_on_a_recipe_add_up_and_go_one_by_one(centre: Centre) -> None:
    """Neither hides the other, nor does a new limit; each end leaves the other rows, after a restart, too."""
    said = await centre.make(limits(recipe_adds=({"after_s": 30.0, "step": "announce_wait"},)))
    await centre.make(limits(recipe_adds=({"after_s": 600.0, "step": "message"},)))
    await centre.make(limits(wrap_up_s=9, recipe_adds=({"after_s": 400.0, "step": "announce_wait"},)))
    assert centre.steps() == {30: AnnounceWait, 90: Announce, 400: AnnounceWait, 600: LeaveMessage}

    await centre.undo(said)
    assert centre.steps() == {90: Announce, 400: AnnounceWait, 600: LeaveMessage}
    successor = centre.reborn()
    assert {queue.name: queue for queue in await successor.restore()}[GENERAL] == centre.engine.distributor.queues[
        GENERAL
    ]


async def test_no_measure_sends_who_calls_a_crisis_line_to_a_machine(centre: Centre) -> None:
    """Neither a message nor a call-back; what is said to them may be."""
    crisis = {"12320": CITY.hotlines["12320"].model_copy(update={"crisis": True, "menu": None})}
    centre.measures.now = replace(centre.measures.now, base=replace(CITY, hotlines={**CITY.hotlines, **crisis}))
    for row in ({"after_s": 600.0, "step": "message"}, {"after_s": 60.0, "step": "offer_call_back"}):
        with pytest.raises(CrisisHasNoMachine):
            await centre.make(limits("health", calls_back=CallsBack.ASKED, recipe_adds=(row,)))

    await centre.make(limits("health", recipe_adds=({"after_s": 60.0, "step": "announce_wait"},)))
    assert centre.steps("health") == {60: AnnounceWait, 120: Relax}


async def test_a_level_switches_limits_recipe_prompts_and_wrap_up_together(centre: Centre) -> None:
    """In one fact for the core, and for who takes callers in; undone, all is as before."""
    before = centre.engine.distributor.snapshot()
    row = {"after_s": 20.0, "step": "announce", "prompt": "many-callers"}
    storm = Level(
        name="storm",
        zh="风暴",
        en="Storm",
        queues={GENERAL: QueueChange(wrap_up_s=9, ring_time_s=8, recipe=(row,))},
        prompts={"many-callers": "please-wait", "greeting-12345": "greeting-12320"},
    )
    centre.measures.now = replace(centre.measures.now, base=replace(CITY, levels={**CITY.levels, "storm": storm}))
    made = await centre.make(level("storm"))

    assert (centre.times(), centre.steps()) == ((8, 9), {20: Announce})
    assert centre.engine.distributor.queues[GENERAL].recipe[0].step == Announce("please-wait")
    assert centre.measures.now.city.hotlines["12345"].greeting == ("greeting-12320",)
    await centre.undo(made)
    assert centre.engine.distributor.snapshot() == before
    assert centre.measures.now.city.hotlines["12345"] == CITY.hotlines["12345"]


async def test_a_level_switches_everything_at_one_go_and_back_exactly(centre: Centre) -> None:
    """Times, seats and prompt in one fact; the snapshot of the core is as it was before."""
    await centre.on_duty("8007", "8008", "8009")
    before = centre.engine.distributor.snapshot()
    await centre.make(level("elevated"))
    emergency = await centre.make(level("emergency"))

    assert (centre.times(), centre.times("health")) == ((12, 10), (12, 20))
    assert centre.serves("8007") == "general"
    assert [centre.serves("8008"), centre.serves("8009")] == ["health", "health"]  # two stay on duty
    assert centre.measures.now.city.hotlines["12345"].greeting == ("greeting-12345", "many-callers")
    now, by = centre.measures.now.level
    assert (now.name, by and (by.who, by.why)) == ("emergency", ("ops", "surge"))
    await centre.undo(emergency)
    assert (centre.times(), centre.serves("8007")) == ((20, 20), "health")
    await centre.make(level("normal"))
    assert centre.engine.distributor.snapshot() == before
    assert len(centre.measures.now.standing) == 1


async def test_two_editors_cannot_overwrite_each_other_unseen(centre: Centre) -> None:
    """Of two who read the same, the second is told; what began by itself counts as a change, too."""
    wanted = [Wanted(aim=level(name), who="ops", why="x", version=0) for name in ("elevated", "emergency")]
    results = await asyncio.gather(*map(centre.measures.make, wanted), return_exceptions=True)
    assert isinstance(results[1], MeasuresChangedMeanwhile)
    await centre.make(limits(wrap_up_s=5), begins=10)
    read = centre.measures.version
    await centre.later(10)

    with pytest.raises(MeasuresChangedMeanwhile):
        await centre.measures.undo(1, version=read, who="ops", why="x")
    with pytest.raises(UnknownMeasure):
        await centre.undo(99)


async def test_a_measure_that_the_engine_refuses_is_not_promised(centre: Centre) -> None:
    """Nothing is in force afterwards, not after a restart either; the trail shows both."""

    class Busy(Engine):
        async def ask(self, request: object) -> None:
            raise TooBusy("busy", "忙")

    busy = Busy(centre.engine.distributor, centre.floor, centre.journal, centre.engine.now)
    arrangement = Arrangement(centre.database, busy, centre.capacity, CITY, acd_queues)
    with pytest.raises(TooBusy):
        await arrangement.make(Wanted(aim=level("emergency"), who="ops", why="x", version=0))
    successor = centre.reborn()
    await successor.restore()

    assert arrangement.now.level[0].name == successor.now.level[0].name == "normal"
    assert [line.step for line in await successor.trail(9)] == ["refused", "begun"]
    assert successor.version == arrangement.version
