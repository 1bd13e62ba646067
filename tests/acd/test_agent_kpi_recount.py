"""How agents spend their time, counted otherwise: other code, from pictures, and from the lines of a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.agent_kpi import Period, Row, Spent
from acd.agent_time import AgentTime
from acd.commands import Command
from acd.distributor import Distributor
from acd.errors import Refused
from acd.events import CallHeld, CallRetrieved, Event
from acd.incident import read
from acd.model import AgentState
from tests.acd.scene import NINE, Scene
from tests.acd.test_agent_kpi import seconds, sheet
from tests.acd.test_incident import SAMPLE
from tests.acd.test_random_play import AGENTS, HANDING_ON, LEVELS, SEATS, Move, play, small

BUSY = (*HANDING_ON, *("hold",) * 3, *("retrieve",) * 2)


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
