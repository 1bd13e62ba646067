"""A change is tried before it is made: it says what would happen, and nothing happens."""

from __future__ import annotations

from acd.events import AgentAnswered, AgentLoggedOn, CallEnded
from acd.model import AgentId, CallId, SeatId
from tests.acd.centre import HEALTH, Centre, lend, limits
from tests.databases import BOTH

pytestmark = BOTH


async def test_a_rehearsal_says_what_would_happen_and_changes_nothing(centre: Centre) -> None:
    """Who would be rung for whom, seats and agents of each queue before and after, who could serve nobody."""
    await centre.on_duty("8007", "8008")
    await centre.waits("c1", "c2", "c3")
    before = centre.engine.distributor.snapshot()

    effect = (await centre.make(lend(2), dry_run=True)).effect

    assert effect
    assert [(offer.call, offer.seat) for offer in effect.offers] == [("c1", "8007"), ("c2", "8008")]
    general, health = effect.queues
    assert (general.seats, general.on_duty, general.waiting) == ((2, 4), (0, 2), (3, 1))
    assert (health.seats, health.on_duty) == ((3, 1), (2, 0))
    assert centre.engine.distributor.snapshot() == before
    assert (await centre.measures.history(9), centre.measures.version, centre.rung()) == ([], 0, [])
    await centre.make(lend(2))
    assert centre.rung() == [(offer.call, offer.seat) for offer in effect.offers]


async def test_a_rehearsal_says_how_the_wait_would_change(centre: Centre) -> None:
    """Of a caller who joins then, once enough talks were seen: twice the agents, two of them free, well under half."""
    await centre.on_duty("8007", "8008", "8001", "8002")
    for number in range(40):
        call = f"c{number}"
        await centre.waits(call)
        centre.engine.tell(AgentAnswered(at=centre.clock(), call=CallId(call), attempt=1))
        centre.clock.move(120)
        centre.engine.tell(CallEnded(at=centre.clock(), call=CallId(call)))
        centre.clock.move(60)
    await centre.waits(*(f"w{number}" for number in range(12)))

    effect = (await centre.make(lend(2), dry_run=True)).effect

    assert effect
    wait = effect.queues[0].wait
    assert wait.before
    assert wait.after
    assert 0.3 < wait.after.mean_s / wait.before.mean_s < 0.5


async def test_a_rehearsal_counts_who_would_be_spoken_to_and_who_sent_to_a_machine(centre: Centre) -> None:
    """Those who have waited so long; not who is being rung just then."""
    await centre.on_duty("8001")
    await centre.waits("c1", "c2", "c3")
    centre.clock.move(15)

    said = {"after_s": 10.0, "step": "announce", "prompt": "many-callers"}
    spoken = (await centre.make(limits(recipe_adds=(said,)), dry_run=True)).effect
    asked = (await centre.make(limits(recipe_adds=({"after_s": 10.0, "step": "message"},)), dry_run=True)).effect

    assert spoken
    assert asked
    assert (spoken.spoken_to, spoken.to_message) == (2, 0)
    assert (asked.spoken_to, asked.to_message) == (0, 2)


async def test_a_rehearsal_names_callers_whom_nobody_could_serve(centre: Centre) -> None:
    """Lending the last seats of a queue strands those who wait there; so does their undoing, tried as well."""
    await centre.on_duty("8007")
    await centre.engine.ask(AgentLoggedOn(at=centre.clock(), agent=AgentId("108"), seat=SeatId("8008")))
    await centre.waits("h1", "h2", queue=HEALTH)

    tried = await centre.make(lend(0, "8007", "8008"), dry_run=True)
    assert tried.effect
    assert tried.effect.stranded == ("h1", "h2")
    await centre.make(lend(0, "8007", "8008"))
    back = await centre.undo(1, dry_run=True)

    assert back.effect
    assert back.effect.stranded == ()
    assert centre.serves("8007") == "general"
