"""Numbers keyed in: of a ticket, whose progress is told to whom it concerns, and of anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.aloud import date_aloud, number_aloud
from ivr.caller import State, TicketTold
from ivr.menu import Join, Keyed
from tests.ivr.nodes import ELSEWHERE, PERSON, TICKET, TOLD, met

# ---- 进度


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (TOLD, ["progress-class", "class-utilities", "progress-in-hand", "progress-due"]),
        (replace(TOLD, state=State.LATE, branch=()), ["progress-late", "progress-due"]),
        (replace(TOLD, state=State.SETTLED, branch=("其他",)), ["progress-settled", "progress-settled-on"]),
    ],
    ids=["in hand", "late", "settled"],
)
async def test_a_ticket_of_the_callers_number_is_told(told: TicketTold, said: list[str]) -> None:
    """Number, class if it has a voice, state, day; then a person, if nobody hangs up."""
    phone, end, by = await met("progress", [TICKET, "1", None], tickets={(TICKET, ""): told})

    spoken = ["progress-ticket", *number_aloud(TICKET), *said, *date_aloud(told.day), "progress-next"]
    assert phone.heard[-len(spoken) :] == spoken
    assert (end, by) == (ELSEWHERE, ["told"])


async def test_it_is_told_again_at_most_twice() -> None:
    """1, 1, and then the journey goes on."""
    phone, _, _ = await met("progress", [TICKET, "1", "1", "1", "1"], tickets={(TICKET, ""): TOLD})

    assert phone.heard.count("progress-ticket") == 3


async def test_a_check_code_opens_what_the_number_does_not() -> None:
    """Asked for only then."""
    phone, end, by = await met("progress", [TICKET, "1", "314159", "0"], tickets={(TICKET, "314159"): TOLD})

    assert phone.asked == [(TICKET, ""), (TICKET, "314159")]
    assert (end, by) == (PERSON, ["0"])


async def test_a_wrong_guess_learns_nothing() -> None:
    """A ticket that is there and one that is not sound alike, to the last prompt."""
    there, _, _ = await met("progress", [TICKET, "1", "000000"] * 2, tickets={(TICKET, "314159"): TOLD})
    absent, end, by = await met("progress", [TICKET, "1", "000000"] * 2)

    assert there.heard == absent.heard
    assert (end, by) == (ELSEWHERE, ["refused"])


# ---- 输入号码


async def test_digits_travel_with_the_call() -> None:
    """Read back, confirmed, and no part of a repr."""
    phone, end, _ = await met("meter", ["4321", "1"])

    assert end == replace(ELSEWHERE, keyed=(Keyed("meter", "4321"),))
    assert "4321" not in repr(end)
    assert phone.heard[2:] == ["keyed-is", *number_aloud("4321"), "keyed-confirm"]


@pytest.mark.parametrize("first", ["0123", "123", "12*4"], ids=["pattern", "too short", "a star"])
async def test_digits_that_do_not_fit_are_asked_for_again(first: str) -> None:
    """And told to be wrong."""
    phone, end, _ = await met("meter", [first, "4321", "1"])

    assert phone.heard[1:4] == ["ask-meter", "keyed-wrong", "ask-meter"]
    assert isinstance(end, Join)
    assert end.keyed == (Keyed("meter", "4321"),)


@pytest.mark.parametrize(
    ("presses", "by"),
    [
        (
            [
                "",
            ],
            "silence",
        ),
        (["0"], "0"),
        (["1", "2"], "wrong"),
        (["4321", "2", "4321", "2"], "wrong"),
        (["4321", "0"], "0"),
    ],
)
async def test_digits_that_do_not_come_reach_a_person(presses: list[str | None], by: str) -> None:
    """Silence, 0, as many mistakes as there are attempts, 0 instead of a confirmation."""
    _, end, passed = await met("meter", presses)

    assert (end, passed) == (PERSON, [by])


async def test_what_is_read_back_is_repeated_at_most_twice() -> None:
    """Keys that mean nothing: then it is silence."""
    phone, end, by = await met("meter", ["4321", "7", "7", "7"])

    assert phone.heard.count("keyed-is") == 3
    assert (end, by) == (PERSON, ["silence"])
