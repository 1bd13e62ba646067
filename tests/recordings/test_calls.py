"""The few facts of a call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings.calls import Call, arrived, clean_ani, note_calls, read_call, who_served
from tests.databases import BOTH
from tests.recordings.scenes import NOON

pytestmark = BOTH


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("13812340000", "13812340000"),
        ("+8613812340000", "+8613812340000"),
        (" 0518-8555 1234 ", "051885551234"),
        ("12345678901234567890", "12345678901234567890"),
        ("123456789012345678901", None),
        ("", None),
        (None, None),
        ("anonymous", None),
        ("138\r\nAction: Hangup", None),
        ('"138" <sip:x>', None),
        ("${SHELL(id)}", None),
        ("+", None),
        ("++86138", None),
        ("١٣٨١٢٣٤", None),
        ("138１２３４", None),
        ("1" * 500, None),
        ("138\u202e0000", None),
    ],
)
def test_number_of_a_caller_is_digits_or_unknown(raw: str | None, clean: str | None) -> None:
    """Hidden, CR/LF, quotes, variables, 500 characters, other scripts."""
    assert clean_ani(raw) == clean


@given(st.text(max_size=40))
def test_no_text_becomes_anything_but_digits(raw: str) -> None:
    """And at most one leading plus."""
    clean = clean_ani(raw)

    assert clean is None or clean.removeprefix("+").encode().isdigit()


async def test_facts_may_come_in_any_order(engine: AsyncEngine) -> None:
    """A recording may be there before the controller has noted the call."""
    await note_calls(engine, [Call(call_id="c-1.1", outcome="answered", ended_at=NOON + timedelta(minutes=3))])
    await note_calls(engine, [Call(call_id="c-1.1", agent="101", seat="8001", answered_at=NOON + timedelta(seconds=9))])
    await note_calls(engine, [Call(call_id="c-1.1", joined_at=NOON + timedelta(seconds=4))])
    await note_calls(engine, [arrived("c-1.1", dnis="12345", hotline="12345", ani="138 1234 0000", at=NOON)])

    async with engine.connect() as connection:
        call = await read_call(connection, "c-1.1")

    assert (call.ani, call.hotline, call.agent, call.outcome) == ("13812340000", "12345", "101", "answered")
    assert call.ended_at - call.arrived_at == timedelta(minutes=3)


async def test_call_nobody_noted_is_all_unknown(engine: AsyncEngine) -> None:
    """A recording without a call still becomes a draft."""
    async with engine.connect() as connection:
        call = await read_call(connection, "c-9.9")

    assert (call.ani, call.hotline, call.arrived_at) == (None, None, None)


async def test_who_served_a_number_last_is_found_within_the_while_that_counts(engine: AsyncEngine) -> None:
    """The latest answer to this very number; hidden callers are nobody's acquaintance."""
    served = (("lx-1", "101", 0, "13800000001"), ("lx-2", "102", 60, "13800000001"), ("lx-3", "103", 90, ""))
    for call, agent, second, ani in served:
        at = NOON + timedelta(seconds=second)
        await note_calls(engine, [arrived(call, dnis="12345", hotline="12345", ani=ani, at=at)])
        await note_calls(engine, [Call(call_id=call, agent=agent, seat="8001", answered_at=at)])
    await note_calls(engine, [arrived("lx-4", dnis="12345", hotline="12345", ani="13800000001", at=NOON)])

    async with engine.connect() as connection:
        assert await who_served(connection, "13800000001", since=NOON) == "102"
        assert await who_served(connection, "13800000001", since=NOON + timedelta(seconds=61)) is None
        assert await who_served(connection, "13800000002", since=NOON) is None
        assert await who_served(connection, "", since=NOON) is None
