"""Which outcome stands: news that is late by nature takes the place of a mere end, and nothing else does."""

from __future__ import annotations

import pytest

from acd.call_facts import Debt, TalkRecorded
from acd.events import TalkEnded
from acd.model import CallId
from acd.outcome import BESIDE, TAKES_THE_PLACE_OF, Outcome, settle
from tests.acd.scene import clock
from tests.acd.test_ledger import C1, C2, answered, arrived, ended, kept, message, owed, refused, sums, transferred


def test_a_message_counts_however_late_it_is_known() -> None:
    """Before the hang-up, after it, after the controller was dead meanwhile, or of a call nobody ever heard of."""
    for facts in (
        (arrived(), message(), ended(seconds=99)),
        (arrived(), ended(), message()),
        (arrived(), ended(missed=True), message()),
        (arrived(), ended(), owed(), message(), message()),
        (message(),),
    ):
        ledger = kept(*facts)

        assert sums(ledger) == (1, 0, {Outcome.VOICE_MESSAGE: 1})
        assert ledger.disputed == ()


def test_a_talk_that_nobody_heard_of_counts_when_its_recording_is_there() -> None:
    """The controller was dead meanwhile: the call was lost as far as it knew, or it never knew of it."""
    recorded = TalkRecorded(at=clock(80), call=C1, attempt=9001)
    for facts in (
        (arrived(), ended(missed=True), recorded),
        (arrived(), answered(), ended(), recorded, recorded),
        (arrived(), recorded, ended()),
        (recorded,),
    ):
        ledger = kept(*facts)

        assert sums(ledger) == (1, 0, {Outcome.ANSWERED: 1})
        assert ledger.disputed == ()


def test_a_debt_takes_the_place_of_a_mere_end_and_hides_no_loss() -> None:
    """Who gave up or was refused is owed a call; one that we lost is counted against us all the same."""
    assert sums(kept(arrived(), ended(), owed()))[2] == {Outcome.CALL_BACK_OWED: 1}
    assert sums(kept(refused(), owed(why=Debt.REFUSED), ended()))[2] == {Outcome.CALL_BACK_OWED: 1}
    assert sums(kept(arrived(), owed(why=Debt.ASKED), ended()))[2] == {Outcome.CALL_BACK_OWED: 1}
    assert sums(kept(arrived(), ended(missed=True), owed(why=Debt.LOST)))[2] == {Outcome.LOST_BY_PBX: 1}
    assert sums(kept(arrived(), answered(), ended(), owed(why=Debt.ASKED)))[2] == {Outcome.ANSWERED: 1}
    assert sums(kept(owed(C2)))[0] == 0  # of a call of long ago


def test_a_call_handed_over_is_answered_if_a_person_of_ours_talked_with_the_caller() -> None:
    """Transferred out are those that nobody of ours answered."""
    assert sums(kept(arrived(), transferred(), ended()))[2] == {Outcome.TRANSFERRED_OUT: 1}
    assert sums(kept(arrived(), answered(), transferred(), ended()))[2] == {Outcome.ANSWERED: 1}
    assert sums(kept(arrived(), transferred(), TalkEnded(at=clock(50), call=C1, attempt=1)))[2] == {Outcome.ANSWERED: 1}


def test_calls_that_we_make_are_offered_by_nobody() -> None:
    """Their answers and ends are none of the balance's."""
    ours = CallId("out-1")

    assert sums(kept(answered(ours), ended(ours), arrived())) == (1, 1, {})


MERE_ENDS = {Outcome.ABANDONED, Outcome.SHORT_ABANDONED, Outcome.LOST_BY_PBX}
STRONGER = {
    Outcome.VOICE_MESSAGE: MERE_ENDS | {Outcome.CALL_BACK_OWED},
    Outcome.CALL_BACK_OWED: {Outcome.ABANDONED, Outcome.SHORT_ABANDONED, Outcome.REFUSED},
    Outcome.ANSWERED: MERE_ENDS | {Outcome.TRANSFERRED_OUT},
}
PART_OF_IT = {
    Outcome.ANSWERED: {Outcome.VOICE_MESSAGE, Outcome.CALL_BACK_OWED, Outcome.TRANSFERRED_OUT},
    Outcome.TRANSFERRED_OUT: {Outcome.CALL_BACK_OWED},
    Outcome.LOST_BY_PBX: {Outcome.CALL_BACK_OWED},
}


@pytest.mark.parametrize("stands", Outcome)
@pytest.mark.parametrize("told", Outcome)
def test_of_two_outcomes_the_stronger_stands_and_what_contradicts_is_disputed(stands: Outcome, told: Outcome) -> None:
    """Every pair: a message, a talk and a debt are known late; a debt hides no loss; two ends contradict each other."""
    if stands in STRONGER.get(told, ()):
        assert settle(stands, told) == (told, False)
    else:
        goes_together = told is stands or told in STRONGER.get(stands, ()) or told in PART_OF_IT.get(stands, ())
        assert settle(stands, told) == (stands, not goes_together)


@pytest.mark.parametrize("first", Outcome)
@pytest.mark.parametrize("second", Outcome)
def test_precedence_does_not_depend_on_which_was_heard_first_unless_it_is_a_dispute(
    first: Outcome, second: Outcome
) -> None:
    """Two outcomes either go together, and one of them stands in both orders, or the first one stands, disputed."""
    one_way, other_way = settle(first, second), settle(second, first)

    assert settle(None, first) == (first, False)
    if second in TAKES_THE_PLACE_OF.get(first, ()) or first in TAKES_THE_PLACE_OF.get(second, ()):
        assert one_way == other_way
    elif second not in BESIDE.get(first, ()):
        assert one_way == (first, first is not second)
