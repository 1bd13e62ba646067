"""The chain itself, without a database: what holds, and what is said of the first line that does not."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from recordings.chain import GENESIS, START, Broken, Check, Fault, Head, Line, digest_of

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def trail(count: int) -> list[Line]:
    """So many lines that hold."""
    lines: list[Line] = []
    for seq in range(1, count + 1):
        told = {"seq": seq, "at": NINE + timedelta(seconds=seq), "who": "chief", "deed": "d", "subject": "s"}
        detail = None if seq % 2 else "多"
        previous = lines[-1].digest if lines else GENESIS
        lines.append(Line(**told, detail=detail, digest=digest_of(previous, **told, detail=detail)))
    return lines


def checked(lines: list[Line]) -> tuple[Broken | None, Head]:
    """The first fault, and how far the trail is good."""
    check = Check()
    fault = next((broken for line in lines if (broken := check.take(line)) is not None), None)
    return fault, check.head


def test_the_first_line_holds_on_to_sixty_four_zeros() -> None:
    """As it is written out: whoever has the lines can reckon it with nothing of ours."""
    written = f'["{"0" * 64}",1,"2026-11-23T09:00:01.000000+00:00","chief","d","s",null]'

    assert trail(1)[0].digest == hashlib.sha256(written.encode()).hexdigest()
    assert Head(0, "0" * 64) == START


def test_a_moment_is_the_same_in_every_zone() -> None:
    """Beijing's nine o'clock is one in the morning of UTC."""
    told = {"seq": 1, "who": "w", "deed": "d", "subject": "s", "detail": None}
    beijing = NINE.astimezone(timezone(timedelta(hours=8)))

    assert digest_of(GENESIS, at=beijing, **told) == digest_of(GENESIS, at=NINE, **told)


def test_a_trail_that_holds_is_good_to_its_end() -> None:
    """And one may be checked from any head on."""
    lines = trail(5)
    assert checked(lines) == (None, Head(5, lines[-1].digest))

    later = Check(Head(2, lines[1].digest))
    assert [later.take(line) for line in lines[2:]] == [None] * 3


@pytest.mark.parametrize(
    "change", [{"who": "x"}, {"deed": "x"}, {"subject": "x"}, {"detail": "x"}, {"at": NINE}, {"digest": "0" * 64}]
)
def test_a_line_of_which_anything_was_changed_is_named(change: dict[str, object]) -> None:
    """Whatever it is; the trail is good up to the one before."""
    lines = trail(4)
    lines[2] = replace(lines[2], **change)  # type: ignore[arg-type]

    assert checked(lines) == (Broken(3, Fault.CHANGED), Head(2, lines[1].digest))


def test_a_line_that_is_left_out_or_exchanged_is_named() -> None:
    """Missing is the one that should have come."""
    lines = trail(4)

    assert checked([*lines[:1], *lines[2:]]) == (Broken(2, Fault.MISSING), Head(1, lines[0].digest))
    assert checked([lines[1], lines[0]]) == (Broken(1, Fault.MISSING), START)
    assert checked([*lines, lines[3]])[0] == Broken(5, Fault.MISSING)


def test_a_head_that_was_noted_elsewhere_is_compared() -> None:
    """Beyond the end: cut off. At the end, another one: rewritten. One before the end says nothing here."""
    lines, check = trail(3), Check()
    for line in lines:
        check.take(line)

    assert check.compare(Head(3, lines[2].digest)) is None
    assert check.compare(Head(2, "another")) is None
    assert check.compare(Head(3, "another")) == Broken(3, Fault.REWRITTEN)
    assert check.compare(Head(4, "whatever")) == check.compare(Head(9, "")) == Broken(4, Fault.CUT_OFF)


@pytest.mark.parametrize("fault", Fault)
def test_what_is_wrong_is_said_in_both_languages(fault: Fault) -> None:
    """With the line's number; no two faults alike."""
    said = Broken(7, fault)

    assert said.zh.startswith("第 7 条:")
    assert said.en.startswith("line 7 ")
    others = [Broken(7, other) for other in Fault if other is not fault]
    assert all(other.zh != said.zh and other.en != said.en for other in others)
