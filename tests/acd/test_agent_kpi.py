"""How agents spend their time: formulas by hand, and an independent recount over whatever may happen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.agent_kpi import Handled, Period, Row, Sheet, Spent
from acd.agent_time import AgentTime
from acd.commands import Command
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import CallHeld, CallRetrieved, Event
from acd.incident import read
from acd.model import AgentId, AgentState, CallId
from acd.talk_facts import ConsultAnswered, ConsultBegun, ConsultEnded, Party, TransferBegun, TransferFailed
from tests.acd.scene import NINE, Scene, clock
from tests.acd.test_incident import SAMPLE
from tests.acd.test_random_play import AGENTS, HANDING_ON, LEVELS, SEATS, Move, play, small

HOUR = timedelta(hours=1)
BUSY = (*HANDING_ON, *("hold",) * 3, *("retrieve",) * 2)


def sheet(
    told: Iterable[Event], since_s: float = 0, until_s: float = 3600, every_s: float = 0, whom: str | None = None
) -> Sheet:
    """The figures, when all that was told is told again."""
    every, agent = timedelta(seconds=every_s) if every_s else None, None if whom is None else AgentId(whom)
    core, time = Distributor(), AgentTime(Period(since=clock(since_s), until=clock(until_s), every=every, whom=agent))
    for event in told:
        core.receive(event)
        time.note(core, event)
    return time.close()


def seconds(count: float) -> timedelta:
    """So many."""
    return timedelta(seconds=count)


def one_call() -> Scene:
    """101 is ready from 0, rung at 10, answers at 14, holds 34 to 44, ends at 74, is ready again at 104."""
    scene = Scene()
    scene.seat("8101")
    scene.log_on("101", "8101")
    scene.ready("101")
    scene.later(10)
    scene.join("c")
    scene.ring("c")
    scene.later(4)
    scene.answer("c")
    scene.later(20)
    scene.tell(CallHeld(at=scene.now, call=CallId("c"), attempt=1))
    scene.later(10)
    scene.tell(CallRetrieved(at=scene.now, call=CallId("c"), attempt=1))
    scene.later(30)
    scene.talk_ends("c")
    scene.end("c")
    scene.later(96)
    return scene


def test_each_formula_on_one_conversation() -> None:
    """50 s of talk, 10 of hold, 30 of wrap-up; 94 s busy of 200 on duty, then a break of 200 more."""
    scene = one_call()
    scene.later(30)
    scene.rest("101")
    [row] = sheet(scene.told, until_s=400).agents

    spent, done = row.spent, row.handled
    assert (spent.ready, spent.offered, spent.on_break) == (seconds(106), seconds(4), seconds(200))
    assert (spent.talking, spent.holding, spent.wrap_up) == (seconds(50), seconds(10), seconds(30))
    assert (spent.occupancy, spent.utilisation) == (pytest.approx(94 / 200), pytest.approx(94 / 400))
    assert (done.handled, done.average_handle_s, done.average_talk_s) == (1, 90, 50)
    assert (done.average_hold_s, done.average_wrap_up_s) == (10, 30)


def test_nothing_to_reckon_with_is_not_zero() -> None:
    """No conversation, no mean; nobody on duty, no rate; on break only: nothing of the time was used."""
    resting = Spent(on_break=seconds(5))

    assert (Handled().average_handle_s, Spent().occupancy, Spent().utilisation) == (None, None, None)
    assert (resting.occupancy, resting.utilisation) == (None, 0)


def test_time_is_cut_but_a_conversation_is_whole_where_it_is_over() -> None:
    """Rung in the first minute, over in the second."""
    first, second, *_ = sheet(one_call().told, until_s=120, every_s=60).agents

    assert (first.since, first.handled.handled) == (clock(0), 0)
    assert (first.spent.talking, first.spent.holding, first.spent.offered) == (seconds(36), seconds(10), seconds(4))
    assert (second.since, second.handled.talked, second.spent.talking) == (clock(60), seconds(50), seconds(14))


def test_neighbouring_periods_add_up() -> None:
    """Wherever they are cut, nothing is lost and nothing counted twice."""
    told = one_call().told
    whole = sheet(told, until_s=300).total

    for cut in range(0, 301, 7):
        early, late = sheet(told, until_s=cut).total, sheet(told, since_s=cut, until_s=300).total
        assert (early.spent + late.spent, early.handled + late.handled) == (whole.spent, whole.handled)


def test_a_queue_has_its_conversations_and_one_agent_can_be_asked_for() -> None:
    """Both agents' are in the queue's row; of one agent only theirs."""
    scene = one_call()
    scene.rest("101")
    scene.staff("102")
    scene.join("d")
    scene.answer("d")
    scene.later(10)
    scene.talk_ends("d")
    scene.later(60)

    [queue], [of_one] = sheet(scene.told).queues, sheet(scene.told, whom="102").agents

    assert (queue.name, queue.handled.handled, queue.handled.talked) == ("general", 2, seconds(60))
    assert (of_one.name, of_one.handled.handled, of_one.handled.talked) == ("102", 1, seconds(10))


def test_who_is_consulted_is_busy_but_has_handled_nothing() -> None:
    """The colleague's conversation is no citizen's."""
    scene = one_call()
    scene.rest("101")
    for agent in ("102", "103"):
        scene.staff(agent)
    scene.join("d")
    scene.answer("d")
    here = {"call": CallId("d"), "attempt": 1}
    scene.tell(ConsultBegun(at=scene.now, to=Party.AGENT, seat=scene.agent("103").seat, **here))  # type: ignore[arg-type]
    scene.tell(ConsultAnswered(at=scene.now, **here))  # type: ignore[arg-type]
    scene.later(20)
    scene.tell(ConsultEnded(at=scene.now, **here))  # type: ignore[arg-type]
    scene.later(100)

    rows = {row.name: row for row in sheet(scene.told).agents}

    assert (rows["103"].spent.talking, rows["103"].handled) == (seconds(20), Handled())


def test_a_transfer_that_failed_is_one_conversation() -> None:
    """Kept, rung again and talking on: handled once, and the time between is neither talk nor hold."""
    scene = Scene()
    scene.staff("101")
    scene.join("c")
    scene.answer("c")
    scene.later(10)
    call, seat = CallId("c"), scene.agent("101").seat
    assert seat is not None
    scene.tell(TransferBegun(at=scene.now, call=call, attempt=1, to_attempt=2, to=Party.OUTSIDE))
    scene.later(1)
    scene.tell(TransferFailed(at=scene.now, call=call, attempt=1, to_attempt=3, seat=seat))
    scene.later(1)
    scene.answer("c", 3)
    scene.later(10)
    scene.talk_ends("c", 3)
    scene.later(60)

    [row] = sheet(scene.told).agents

    assert (row.handled.handled, row.handled.talked, row.handled.held) == (1, seconds(20), seconds(0))


# ---- the same, counted otherwise


class Photographed(Scene):
    """A scene of which everybody's picture is kept after every fact."""

    def __init__(self) -> None:
        self.pictures: list[tuple[datetime, dict[str, str]]] = []
        super().__init__()

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event and take the picture."""
        orders = super().tell(event)
        self.pictures.append((event.at, dict(self.taken())))
        return orders

    def taken(self) -> Iterator[tuple[str, str]]:
        """Everybody's `state|call|@queue of their own|H`, from the snapshot, not from the live views."""
        state = self.core.snapshot()
        own = {talk.agent: talk for talk in state.talking}
        for one in state.agents:
            talk = own.get(one.id) if one.state is AgentState.TALKING else None
            queue, held = (f"@{talk.queue}", talk.held_since) if talk else ("", None)
            yield one.id, f"{one.state}|{one.call or ''}|{queue}|{'H' if held else ''}"


def of_agent(scene: Photographed, agent: str, end: datetime) -> list[tuple[str, timedelta, datetime]]:
    """Picture, how long, until when: every stretch between two facts."""
    shots = [(at, seen.get(agent, "logged_off|||")) for at, seen in scene.pictures] + [(end, "")]
    return [(shot, later - at, later) for (at, shot), (later, _) in pairwise(shots)]


def conversations(stretches: list[tuple[str, timedelta, datetime]]) -> Iterator[tuple[str, Counter[str], bool]]:
    """Queue, microseconds by kind, and whether it is over; from their first picture with a queue on."""
    index = 0
    while index < len(stretches):
        state, call, queue, _ = stretches[index][0].split("|")
        if not queue:
            index += 1
            continue
        spent: Counter[str] = Counter()
        wrote = False
        while index < len(stretches):
            state, its_call, _, held = stretches[index][0].split("|")
            if not (state == "wrap_up" or (its_call == call and not wrote)):
                break
            wrote = state == "wrap_up"
            spent["held" if held else state] += stretches[index][1] // timedelta(microseconds=1)
            index += 1
        yield queue[1:], spent, index < len(stretches)


def also(scene: Scene, move: Move) -> None:
    """Random play, with holds."""
    kind, a, *_ = move
    talks = sorted(scene.core.talking.values(), key=lambda talk: talk.call)
    if kind not in ("hold", "retrieve"):
        play(scene, move)
    elif talks:
        fact = CallHeld if kind == "hold" else CallRetrieved
        talk = talks[a % len(talks)]
        scene.tell(fact(at=scene.now, call=talk.call, attempt=talk.attempt))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BUSY), small, small, small), min_size=20, max_size=60))
def test_it_equals_a_recount_over_whatever_happens(moves: list[Move]) -> None:
    """Other code, from a picture of everybody after every fact; and time cut in pieces has the same sum."""
    scene = Photographed()
    for number, (seat, agent) in enumerate(zip(SEATS, AGENTS, strict=True)):
        scene.seat(seat, "general health")
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for move in moves:
        try:
            also(scene, move)
        except Refused:
            scene.told.pop()
    end = scene.now + seconds(1)
    seen = sheet(scene.told, until_s=(end - NINE).total_seconds())
    queues: Counter[str] = Counter()

    for row in seen.agents:
        stretches = of_agent(scene, row.name, end)
        check_time(row.spent, stretches)
        whole = [(queue, spent) for queue, spent, is_over in conversations(stretches) if is_over]
        queues.update(queue for queue, _ in whole)
        check_conversations(row, [spent for _, spent in whole])
    assert {row.name: row.handled.handled for row in seen.queues} == queues
    pieces = sheet(scene.told, until_s=(end - NINE).total_seconds(), every_s=3)
    assert (pieces.total.spent, pieces.total.handled) == (seen.total.spent, seen.total.handled)


def check_time(spent: Spent, stretches: list[tuple[str, timedelta, datetime]]) -> None:
    """Every stretch has gone where its picture says."""
    by: Counter[str] = Counter()
    for shot, lasts, _ in stretches:
        state, _, _, held = shot.split("|")
        by["held" if held else state] += lasts // timedelta(microseconds=1)
    offered = by["reserved"] + by["ringing"]
    assert [micro(it) for it in (spent.ready, spent.offered, spent.on_break)] == [by["ready"], offered, by["on_break"]]
    assert [micro(it) for it in (spent.talking, spent.holding)] == [by["talking"], by["held"]]
    assert micro(spent.wrap_up) == by["wrap_up"]


def check_conversations(row: Row, whole: list[Counter[str]]) -> None:
    """The sums of those that are over."""
    done = row.handled
    assert done.handled == len(whole)
    for seen, kind in ((done.talked, "talking"), (done.held, "held"), (done.wrapped_up, "wrap_up")):
        assert micro(seen) == sum(spent[kind] for spent in whole)


def micro(lasts: timedelta) -> int:
    """In microseconds."""
    return lasts // timedelta(microseconds=1)


def test_it_equals_a_recount_from_the_lines_of_a_real_call() -> None:
    """A call on a real Asterisk, cut out of its journal: the file's own moments, read as text."""
    lines = [json.loads(line)["event"] for line in SAMPLE.read_text(encoding="utf-8").splitlines()[1:-1]]
    at = {kind: datetime.fromisoformat(said["at"]) for kind, said in lines}
    core, time = Distributor(), None
    incident = read(SAMPLE.read_text(encoding="utf-8").splitlines())
    core.restore(incident.begin)
    end = at["AgentAnswered"] + seconds(60)
    time = AgentTime(Period(since=at["CallArrived"], until=end))
    for step in incident.steps:
        core.receive(step.event)
        time.note(core, step.event)
    rows = {row.name: row for row in time.close().agents}
    second = rows["agent-000002"]

    assert second.spent.talking == at["TalkEnded"] - at["AgentAnswered"]
    assert second.spent.offered == at["AgentAnswered"] - at["AgentBecameReady"]
    assert second.spent.on_break == at["AgentBecameReady"] - at["AgentLoggedOn"]
    assert second.spent.wrap_up == end - at["TalkEnded"]
    assert (second.handled.handled, rows["agent-000001"].spent.talking) == (0, seconds(0))
