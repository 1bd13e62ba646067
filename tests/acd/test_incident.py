"""An incident is cut out, masked, and plays anywhere; a broken or foreign file is refused with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.commands import Command
from acd.events import AgentWentOnBreak, CallJoined, Event, Repaired
from acd.force_facts import AgentForced, ForceWithdrawn
from acd.incident import DAY, Incident, NotAnIncident, masked, read, replayed, write
from acd.model import AgentId, CallId, ForcedTo, QueueName, RingFailure, is_outward
from acd.replay import Step
from tests.acd.scene import Scene
from tests.acd.test_random_play import HANDING_ON, Move, play_all, small

SAMPLE = Path(__file__).parent / "incidents" / "refused-then-answered.jsonl"


class Kept(Scene):
    """A scene that keeps its steps from some moment on."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        super().__init__()

    def tell(self, event: Event) -> tuple[Command, ...]:
        """Feed one event and keep it with its orders."""
        orders = super().tell(event)
        self.steps.append(Step(len(self.steps) + 1, event, orders))
        return orders

    def begin(self) -> None:
        """The incident begins here."""
        self.state, self.steps = self.core.snapshot(), []

    def cut(self) -> Incident:
        """All since."""
        return masked(Incident(self.state, tuple(self.steps)))


def refused_once() -> Kept:
    """Of three agents one refuses a call and one is sent to rest by a leader; another call hangs up."""
    scene = Kept()
    for agent in ("101", "102", "103"):
        scene.staff(agent, psychology=2)
    scene.begin()
    scene.join("lx-1700000000.7", psychology=1)
    scene.join("lx-1700000000.8")
    scene.tell(AgentWentOnBreak(at=scene.now, agent=AgentId("103"), by="李班长"))
    scene.ring("lx-1700000000.7")
    scene.later(5)
    scene.fail("lx-1700000000.7", RingFailure.REFUSED)
    scene.end("lx-1700000000.8")
    scene.tell(Repaired(at=scene.now, subject="lx-1700000000.7", why="a test"))
    return scene


def test_what_was_cut_out_gives_the_same_orders_and_the_same_hash() -> None:
    """Read back from its file, in any process."""
    incident = refused_once().cut()
    again = read(write(incident))

    tally, digest = replayed(again)

    assert again == incident
    assert (tally.differences, digest) == (0, incident.digest)
    assert tally.orders > 0


def test_nobody_is_named_in_the_state_before() -> None:
    """An incident that begins while people wait, ring and talk; and it is decided as it was."""
    scene = refused_once()
    scene.join("lx-1700000000.9", psychology=1)
    scene.later(3)
    scene.begin()
    scene.join("lx-1700000000.10")
    scene.later(40)
    incident = scene.cut()
    page = "".join(write(incident))

    assert '"lx-17' not in page
    assert not any(f'"{name}"' in page for name in ("101", "102", "103", "8101", "8102"))
    assert replayed(incident)[0].differences == 0


def test_nobody_is_named_in_it() -> None:
    """Neither calls nor agents nor seats nor who asked; the clock begins at a day that is none."""
    incident = refused_once().cut()
    page = "".join(write(incident))

    for name in ("lx-17", "101", "102", "103", "8101", "李班长"):
        assert f'"{name}' not in page
    assert incident.steps[0].event.at == DAY
    assert QueueName("general") in page


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), max_size=50))
def test_masked_it_is_decided_as_it_was(moves: list[Move]) -> None:
    """Ids keep their order, so every tie falls as it fell; calls that we make are known as such."""
    scene = Kept()
    play_all(scene, moves)
    whole = Incident(Scene().core.snapshot(), tuple(scene.steps[1:]))

    tally, _ = replayed(masked(whole))

    assert tally.differences == replayed(whole)[0].differences == 0
    for step, bare in zip(whole.steps, masked(whole).steps, strict=True):
        call = getattr(step.event, "call", None)
        assert call is None or is_outward(call) == is_outward(getattr(bare.event, "call", CallId("")))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: [], "no incident file"),
        (lambda lines: ['{"hello": "world"}\n'], "no incident file"),
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: [*lines[:2], *lines[3:]], "cut short"),
        (lambda lines: [*lines[:-1], lines[-1][:20]], "line 13 "),
        (lambda lines: [lines[0], "[1]\n", *lines[2:]], "line 2 "),
        (lambda lines: [lines[0], '{"event": ["Teleported", {}], "orders": []}\n', *lines[2:]], "line 2 "),
        (lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]], "version 2"),
        (lambda lines: [lines[0].replace('"agents":[', '"agents":[7,'), *lines[1:]], "line 1 "),
    ],
)
def test_a_broken_or_foreign_file_is_refused(spoil: Callable[[list[str]], list[str]], says: str) -> None:
    """The message says what is wrong, and in which line."""
    lines = list(write(refused_once().cut()))
    says = says.replace("13", str(len(lines)))

    with pytest.raises(NotAnIncident, match=says) as refusal:
        read(spoil(lines))
    assert refusal.value.zh


def test_a_real_incident_replays() -> None:
    """Cut out of a call on a real Asterisk, by `hotline replay --call … --cut …`; a bug report is a file like it."""
    with SAMPLE.open(encoding="utf-8") as lines:
        incident = read(lines)

    tally, digest = replayed(incident)

    assert (tally.differences, digest) == (0, incident.digest)
    assert any(isinstance(step.event, CallJoined) for step in incident.steps)


def test_neither_a_leader_who_forces_nor_their_reason_is_in_it() -> None:
    """An order that was given in it, one that was withdrawn, and one that stood before it began."""
    scene = refused_once()
    scene.join("lx-1700000000.9", psychology=1)
    whom = next(agent.id for agent in scene.core.agents.values() if agent.call is not None)
    scene.tell(AgentForced(at=scene.now, agent=whom, by="李班长", into=ForcedTo.BREAK, why="孩子生病", seen=0))
    given = scene.cut()
    number = scene.core.snapshot().forces[-1].number
    scene.begin()
    scene.tell(ForceWithdrawn(at=scene.now, agent=whom, by="王班长", why="家人已到", seen=number))
    withdrawn = scene.cut()

    assert isinstance(given.steps[-1].event, AgentForced)
    for incident in (given, withdrawn):
        page = "".join(write(incident))
        assert not any(word in page for word in ("班长", "孩子", "家人"))
        assert replayed(incident)[0].differences == 0


def test_ids_are_numbered_from_one_in_their_order() -> None:
    """Agents, seats and calls each by themselves."""
    agents = sorted(agent.id for agent in refused_once().cut().begin.agents)

    assert agents == ["agent-000001", "agent-000002", "agent-000003"]


@pytest.mark.parametrize("line", ["order where a fact belongs", "fact where an order belongs"])
def test_orders_and_facts_are_not_taken_for_each_other(line: str) -> None:
    """A file that mixes them up is refused with the line."""
    lines = list(write(refused_once().cut()))
    number, step = next((n, json.loads(one)) for n, one in enumerate(lines) if '"orders":[[' in one)
    event, order = step["event"], step["orders"][0]
    mixed = {"event": order, "orders": []} if line.startswith("order") else {"event": event, "orders": [event]}

    with pytest.raises(NotAnIncident, match=f"line {number + 1} of the file cannot be read"):
        read([*lines[:number], json.dumps(mixed) + "\n", *lines[number + 1 :]])
