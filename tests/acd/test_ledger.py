"""Every call that was offered ends in exactly one outcome, and the sums reconcile at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.call_facts import CallBackOwed, CallTransferredOut, Debt, TalkRecorded, VoiceMessageLeft
from acd.errors import Refused
from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, CallRefused, Event, GapMarked, TalkEnded
from acd.journal import Journal
from acd.ledger import DECIDING, Balance, Ledger
from acd.model import CallId, QueueName, Refusal, is_outward
from acd.outcome import Outcome
from plumbing.lifecycle import background
from tests.acd.scene import Scene, clock
from tests.acd.test_random_play import AGENTS, LEVELS, MOVES, SEATS, SERVES, Move, play, small

C1, C2 = CallId("c1"), CallId("c2")


def arrived(call: CallId = C1, seconds: float = 0, hotline: str = "12345") -> CallArrived:
    """A citizen is answered by the PBX."""
    return CallArrived(at=clock(seconds), call=call, hotline=hotline)


def ended(call: CallId = C1, seconds: float = 60, *, missed: bool = False) -> CallEnded:
    """The caller is gone."""
    return CallEnded(at=clock(seconds), call=call, missed=missed)


def answered(call: CallId = C1, seconds: float = 30) -> AgentAnswered:
    """An agent picked up."""
    return AgentAnswered(at=clock(seconds), call=call, attempt=1)


def refused(call: CallId = C1, seconds: float = 0) -> CallRefused:
    """The lines were full."""
    return CallRefused(at=clock(seconds), call=call, hotline="12345", why=Refusal.LINES_FULL)


def message(call: CallId = C1, seconds: float = 90) -> VoiceMessageLeft:
    """The caller's message is there."""
    return VoiceMessageLeft(at=clock(seconds), call=call, attempt=9002, hotline="12345")


def owed(call: CallId = C1, seconds: float = 61, why: Debt = Debt.ABANDONED) -> CallBackOwed:
    """The caller is owed a call."""
    return CallBackOwed(at=clock(seconds), call=call, why=why)


def transferred(call: CallId = C1, seconds: float = 40) -> CallTransferredOut:
    """The caller was handed over to somebody outside."""
    return CallTransferredOut(at=clock(seconds), call=call, attempt=1, to_kind="110")


def kept(*facts: Event, **how: object) -> Ledger:
    """A ledger that was told these."""
    ledger = Ledger(**how)  # type: ignore[arg-type]
    for fact in facts:
        ledger.note(fact)
    return ledger


def sums(ledger: Ledger) -> tuple[int, int, dict[Outcome, int]]:
    """Offered, in progress, and the outcomes that happened; of all hotlines."""
    balances = ledger.balances()
    total: Counter[Outcome] = Counter()
    for balance in balances:
        assert balance.reconciles
        total.update(balance.outcomes)
    return sum(b.offered for b in balances), sum(b.in_progress for b in balances), dict(+total)


def test_a_call_is_in_progress_until_something_decides_it() -> None:
    """Arrived, waiting: offered, without an outcome."""
    ledger = kept(arrived(), CallJoined(at=clock(5), call=C1, queue=QueueName("general")))

    assert sums(ledger) == (1, 1, {})
    assert ledger.outcome(C1) is None
    assert ledger.open == (C1,)


def test_an_answered_call_stays_answered_however_it_ends() -> None:
    """Talk over, hung up, or found gone after the PBX died: the answer decided."""
    for end in (ended(), ended(missed=True), TalkEnded(at=clock(60), call=C1, attempt=1)):
        ledger = kept(arrived(), answered(), end, ended(seconds=70))

        assert sums(ledger) == (1, 0, {Outcome.ANSWERED: 1})
        assert ledger.disputed == ()


def test_who_hangs_up_before_ten_seconds_is_a_short_abandon() -> None:
    """The limit is the city's; what lies on it is an ordinary abandon."""
    assert sums(kept(arrived(), ended(seconds=9.9)))[2] == {Outcome.SHORT_ABANDONED: 1}
    assert sums(kept(arrived(), ended(seconds=10)))[2] == {Outcome.ABANDONED: 1}
    assert sums(kept(arrived(), ended(seconds=10), short=timedelta(seconds=20)))[2] == {Outcome.SHORT_ABANDONED: 1}


def test_a_refused_call_was_offered_whether_it_had_arrived_or_not() -> None:
    """By the dialplan at the door, or by the reception a moment later."""
    at_the_door, by_reception = kept(refused(), ended()), kept(arrived(), refused(seconds=1), ended())

    assert sums(at_the_door) == sums(by_reception) == (1, 0, {Outcome.REFUSED: 1})
    assert at_the_door.disputed == by_reception.disputed == ()


def test_a_call_that_a_resync_finds_gone_is_lost_by_the_pbx() -> None:
    """Nobody saw why it ended."""
    assert sums(kept(arrived(), ended(missed=True)))[2] == {Outcome.LOST_BY_PBX: 1}


def test_a_call_whose_arrival_was_missed_is_offered_all_the_same() -> None:
    """Found waiting, or found answered, after a gap: under no hotline rather than under none at all."""
    joined = CallJoined(at=clock(5), call=C1, queue=QueueName("general"))
    ledger = kept(joined, TalkEnded(at=clock(9), call=C2, attempt=1), ended(C1))

    assert sums(ledger) == (2, 0, {Outcome.ABANDONED: 1, Outcome.ANSWERED: 1})
    assert [balance.hotline for balance in ledger.balances()] == [""]


def test_a_second_outcome_changes_nothing_and_names_the_call() -> None:
    """The first one stands."""
    ledger = kept(arrived(), refused(), answered(seconds=61), arrived(C2), answered(C2), refused(C2))

    assert sums(ledger) == (2, 0, {Outcome.REFUSED: 1, Outcome.ANSWERED: 1})
    assert ledger.disputed == (C1, C2)


def test_calls_unheard_of_since_a_gap_are_named_until_they_are_heard_of() -> None:
    """They are in progress as far as anybody knows."""
    ledger = kept(arrived(C1), arrived(C2), GapMarked(at=clock(1), why="journal full"))
    assert list(ledger.unheard) == [C1, C2]

    ledger.note(CallJoined(at=clock(2), call=C1, queue=QueueName("general")))
    ledger.note(ended(C2))

    assert not ledger.unheard
    assert sums(ledger) == (2, 1, {Outcome.ABANDONED: 1})


def test_each_hotline_has_its_balance_however_it_was_dialled() -> None:
    """The number dialled names the hotline."""
    ledger = kept(
        arrived(C1, hotline="+8651812320"), arrived(C2, hotline="12345"), hotline_of=lambda dialled: dialled[-5:]
    )

    assert [(balance.hotline, balance.offered) for balance in ledger.balances()] == [("12320", 1), ("12345", 1)]


def test_a_period_counts_the_calls_that_came_in_it_and_what_became_of_them_later() -> None:
    """Neither an end without a beginning nor a beginning whose end lies behind the period breaks the sums."""
    before, within, after = CallId("before"), CallId("within"), CallId("after")
    facts = (
        arrived(before, 0),
        arrived(within, 100),
        answered(before, 101),
        arrived(after, 200),
        answered(within, 250),
    )
    ledger = kept(*facts, ended(CallId("unknown"), 260), since=clock(50), until=clock(200))

    assert sums(ledger) == (1, 0, {Outcome.ANSWERED: 1})
    assert ledger.open == ()


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    """So that two that follow each other count every call once."""
    facts = [arrived(CallId(f"c{at}"), at) for at in (49, 50, 199, 200)]
    period, after = kept(*facts, since=clock(50), until=clock(200)), kept(*facts, since=clock(200))

    assert [call.call for call in period.offered()] == ["c50", "c199"]
    assert [call.call for call in after.offered()] == list(after.open) == ["c200"]
    assert [kept(*facts, until=clock(200)).knows(call) for call in ("c49", "c200", "c9")] == [True, True, False]


def test_an_end_that_is_told_before_the_beginning_still_ends_the_call() -> None:
    """Late news does not leave a call in progress for ever."""
    late = CallJoined(at=clock(61), call=C1, queue=QueueName("general"))

    assert sums(kept(ended(), late)) == (1, 0, {Outcome.SHORT_ABANDONED: 1})


def test_a_balance_that_does_not_add_up_says_so() -> None:
    """The sums are counted apart from each other."""
    assert not Balance(hotline="12345", offered=2, in_progress=0, outcomes={Outcome.ANSWERED: 1}).reconciles


def balanced(facts: Iterable[Event], short: timedelta) -> Ledger:
    """Note facts one by one; after each of them that may decide, everything must add up."""
    ledger = Ledger(short=short)
    for fact in facts:
        ledger.note(fact)
        if not isinstance(fact, DECIDING):
            continue
        offered, in_progress, outcomes = sums(ledger)
        assert offered == in_progress + sum(outcomes.values())
        assert in_progress == len(ledger.open)
    return ledger


class Arriving(Scene):
    """A scene in which whoever enters the waiting room arrived just before, as in the dialplan."""

    def tell(self, event: Event) -> tuple[object, ...]:  # type: ignore[override]
        """An arrival before each first joining."""
        if isinstance(event, CallJoined) and event.call not in self.core.calls:
            super().tell(CallArrived(at=event.at, call=event.call, hotline="12345"))
        return super().tell(event)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from((*MOVES, "end", "end")), small, small, small), min_size=10, max_size=60),
    st.lists(st.sampled_from(("gap", "refused", "missed", "message", "owed", "transferred")), max_size=5),
)
def test_the_ledger_balances_after_every_fact_of_random_play_and_agrees_with_the_distributor(
    moves: list[Move], troubles: list[str]
) -> None:
    """Calls joined, offered, answered, ended, in any order, stale and twice, with gaps and floods in between."""
    scene = Arriving()
    for number, (seat, agent) in enumerate(zip(SEATS[:3], AGENTS, strict=False)):
        scene.seat(seat, SERVES[number])
        scene.log_on(agent, seat, **LEVELS[number])
        scene.ready(agent)
    for number, move in enumerate(moves):
        try:
            play(scene, move)
        except Refused:
            scene.told.pop()
        if troubles and number % 10 == 9:
            cause_trouble(scene, troubles.pop(), number)
        scene.now += timedelta(seconds=1)

    ledger = balanced(scene.told, timedelta(seconds=5))
    waiting = {call.id for call in scene.core.waiting} | {*scene.core.arrived}  # those asked to be called back
    picked_up = {fact.call for fact in scene.told if isinstance(fact, AgentAnswered | TalkEnded)}
    told_early = {
        fact.call for fact in scene.told if isinstance(fact, VoiceMessageLeft | CallBackOwed | CallTransferredOut)
    }
    # An answer is one also when the offer was history by then.
    assert set(ledger.open) == waiting - picked_up - told_early
    talking = {call for call in scene.core.talking if not is_outward(call)}
    assert all(ledger.outcome(call) is Outcome.ANSWERED for call in talking - told_early)


def cause_trouble(scene: Scene, trouble: str, number: int) -> None:
    """What floods and crashes do to the facts."""
    if trouble == "gap":
        scene.tell(GapMarked(at=scene.now, lost=3))
    elif trouble == "refused":
        scene.tell(CallRefused(at=scene.now, call=CallId(f"r{number}"), hotline="12345", why=Refusal.NUMBER_AT_ONCE))
    elif waiting := scene.waiting():
        call = CallId(waiting[0])
        kinds: dict[str, Event] = {
            "missed": CallEnded(at=scene.now, call=call, missed=True),
            "message": VoiceMessageLeft(at=scene.now, call=call, attempt=9001),
            "owed": CallBackOwed(at=scene.now, call=call, why=Debt.ASKED),
            "transferred": CallTransferredOut(at=scene.now, call=call, attempt=1, to_kind="110"),
        }
        scene.tell(kinds[trouble])


async def test_the_balance_is_made_again_from_the_journal(database: object) -> None:
    """Written, read back by another process's journal: the same sums, from the deciding facts alone."""
    facts = (arrived(), answered(), arrived(C2, 40), GapMarked(at=clock(50)), ended(), ended(C2, 90, missed=True))
    journal = Journal(database)  # type: ignore[arg-type]
    await journal.open()
    async with background(journal.run()):
        for fact in facts:
            journal.append(fact, ())
        await journal.flushed(journal.last)

    read_back = [fact async for fact in Journal(database).events_of(DECIDING)]  # type: ignore[arg-type]
    assert read_back == list(facts)
    assert kept(*read_back).balances() == kept(*facts).balances()


def test_a_recording_tells_of_an_answer_that_nobody_heard_also_after_a_seen_end() -> None:
    """Both sides are on it, so somebody has talked with the caller, whatever the facts made of the call."""
    for end in (ended(), ended(missed=True)):
        ledger = kept(arrived(), end, TalkRecorded(at=clock(62), call=C1, attempt=1))

        assert sums(ledger) == (1, 0, {Outcome.ANSWERED: 1})
        assert ledger.disputed == ()
