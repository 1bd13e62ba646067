"""The emulated `Queue()`, by what bench/native_check.py saw the real one do: one look a second, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf

from acd.model import AgentId, QueueName, SeatId
from bench.city_houses import scored
from bench.native_queue import NativeQueue, Served, Settings
from simulation.agenda import Agenda
from simulation.draw import Exactly
from simulation.people import Citizen, Habits, Kind, Try, Worker

NOON = datetime(2022, 4, 5, 4, tzinfo=UTC)
QUEUE = QueueName("general")
AT_ONCE = Settings(wrapuptime_s=3, timeout_s=5.0, greeting_s=0.0, phone_s=0.0)


def at(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def caller(comes_s: float, *, patience_s: float = inf, talk_s: float = 10.0, wrap_up_s: float = 0.0) -> Citizen:
    """One who calls once."""
    return Citizen(f"at {comes_s}", at(comes_s), Kind(QUEUE), (Try(patience_s, talk_s, wrap_up_s),))


def agents(*names: str, misses: str = "") -> list[Worker]:
    """They pick up at once, but the one who never does, and is back after ten seconds."""
    return [
        Worker(
            agent=AgentId(name),
            seat=SeatId(name),
            queues=frozenset({QUEUE}),
            comes=NOON - timedelta(seconds=1),
            habits=Habits(picks_up=Exactly(0.0), misses=float(name == misses), comes_back=Exactly(10.0)),
        )
        for name in names
    ]


def served(settings: Settings, workers: Sequence[Worker], *callers: Citizen) -> tuple[NativeQueue, dict[str, Served]]:
    """The queue after a run, and its calls by citizen."""
    queue = NativeQueue(settings, Agenda(NOON - timedelta(seconds=2)))
    queue.run(workers, callers, seed=1)
    return queue, {call.citizen: call for call in queue.calls}


def test_a_waiting_caller_is_served_when_it_looks_next() -> None:
    """The wrap-up is over at 13 s, by whole seconds; who looks at every half second is served at 13.5."""
    _, calls = served(AT_ONCE, agents("a"), caller(0.2), caller(1.5))

    assert calls["at 1.5"].answered == at(13.5)


def test_a_second_free_member_serves_the_second_in_line() -> None:
    """With autofill both go at once; the one whose last call ended longest ago is rung first."""
    queue, calls = served(
        AT_ONCE, agents("a", "b"), caller(0.0, talk_s=5.0), caller(1.0, talk_s=1.0), caller(20.0), caller(20.1)
    )

    assert [calls[name].agent for name in ("at 0.0", "at 1.0", "at 20.0", "at 20.1")] == ["a", "b", "b", "a"]
    assert len(queue.rings[AgentId("a")]) == 2


def test_who_does_not_answer_is_paused_and_the_caller_tries_again_a_second_later() -> None:
    """Five seconds of ringing, one of retry; the phone is not rung again before its agent says so."""
    queue, calls = served(AT_ONCE, agents("a", "b", misses="a"), caller(0.0), caller(1.0, talk_s=3.0))

    assert (calls["at 0.0"].answered, calls["at 0.0"].agent) == (at(7.0), "b")  # busy until 4, wrap-up until 7
    assert queue.rings[AgentId("a")] == [at(0.0)]


def test_who_gives_up_is_gone_and_calls_again_if_they_mean_to() -> None:
    """Also while a phone rings."""
    again = Citizen("once more", at(1.0), Kind(QUEUE), (Try(2.0, 1.0, 0.0, again_after_s=30.0), Try(9.0, 1.0, 0.0)))

    queue, _ = served(AT_ONCE, agents("a"), caller(0.0), again)

    tries = [call for call in queue.calls if call.citizen == "once more"]
    assert [(call.joined, call.answered) for call in tries] == [(at(1.0), None), (at(33.0), at(33.0))]


def test_members_who_pause_to_write_are_rung_when_they_have_written() -> None:
    """No fixed time, and nothing left unwritten; a fixed one that is shorter leaves the rest."""
    writer = caller(0.0, wrap_up_s=6.5)
    pausing = Settings(wrapuptime_s=0, pause_to_write=True, greeting_s=0.0, phone_s=0.0)

    queue, calls = served(pausing, agents("a"), writer, caller(1.0))
    fixed, shorter = served(AT_ONCE, agents("a"), writer, caller(1.0))

    assert (calls["at 1.0"].answered, shorter["at 1.0"].answered) == (at(17.0), at(13.0))
    left = [scored(one.calls, one.rings, frozenset({"at 0.0"})).unwritten_min * 60 for one in (queue, fixed)]
    assert [round(seconds, 3) for seconds in left] == [0.0, 3.5]


def test_a_pause_to_write_can_be_given_an_end() -> None:
    """Whoever has not written by then is rung all the same, and it stays unwritten."""
    pausing = Settings(wrapuptime_s=0, pause_to_write=True, write_at_most_s=2.0, greeting_s=0.0, phone_s=0.0)

    queue, calls = served(pausing, agents("a"), caller(0.0, wrap_up_s=6.5), caller(1.0))

    assert calls["at 1.0"].answered == at(12.0)
    assert round(scored(queue.calls, queue.rings, frozenset({"at 0.0"})).unwritten_min * 60, 3) == 4.5


def test_who_hung_up_to_be_called_back_has_not_given_up() -> None:
    """Each citizen counts once: on the line, if ever so, else by the call-back; another hour's count not at all."""
    rings = {AgentId("a"): [at(5.0)]}
    calls = [
        Served("asks", at(0.0), at(1.0), None, at(30.0), None, 9.0, promised=True),
        Served("asks and rings again", at(0.0), at(1.0), None, at(20.0), None, 9.0, promised=True),
        Served("asks and rings again", at(4.0), at(5.0), at(6.0), at(9.0), AgentId("a"), 9.0),
        Served("leaves", at(0.0), at(1.0), None, at(8.0), None, 9.0),
    ]
    counted = frozenset({"asks", "asks and rings again", "leaves"})

    hour = scored(calls, rings, counted, {"asks", "asks and rings again", "from another hour"})

    assert (hour.answered, hour.by_call_back, hour.promised, hour.abandoned) == (1, 1, 2, 1)
    assert hour.waits_s == [1.0, 7.0, 19.0, 29.0]
