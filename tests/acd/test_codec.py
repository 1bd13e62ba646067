"""What is written into the journal reads back as it was."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.codec import COMMANDS, EVENTS, KINDS, STEPS, UnknownKind, digest, pack, unpack
from acd.commands import (
    BorrowSeats,
    Command,
    InviteMessage,
    MuteRecording,
    ProposeCallBack,
    RingAgent,
    SayPosition,
    SayToCaller,
    SayWait,
    StopRinging,
)
from acd.distributor import RULES
from acd.events import CallJoined, Event
from acd.model import CallId, QueueName, RecipeStep, SkillLevel
from tests.acd.scene import NINE, skilled

st.register_type_strategy(SkillLevel, st.builds(SkillLevel, st.text(), st.integers()))
st.register_type_strategy(RecipeStep, st.one_of([st.builds(step) for step in STEPS.values()]))
moments = st.datetimes(timezones=st.just(UTC))


def facts() -> st.SearchStrategy[Event | Command]:
    """Any event or command with any field."""
    return st.one_of([st.builds(kind, at=moments) for kind in KINDS.values()])


@given(facts())
def test_every_event_and_command_reads_back_equal(fact: Event | Command) -> None:
    """Any text, any moment to the microsecond, through real JSON text."""
    kind, payload = pack(fact)

    assert unpack(kind, json.loads(json.dumps(payload))) == fact


def test_all_kinds_are_known() -> None:
    """Nothing can be told or ordered that the journal cannot keep."""
    assert set(EVENTS.values()) == set(RULES)
    assert set(COMMANDS.values()) == {
        BorrowSeats,
        InviteMessage,
        MuteRecording,
        ProposeCallBack,
        RingAgent,
        SayPosition,
        SayToCaller,
        SayWait,
        StopRinging,
    }


def test_row_of_a_newer_version_is_refused_by_name() -> None:
    """What is not understood is not guessed."""
    with pytest.raises(UnknownKind, match="CallTeleported"):
        unpack("CallTeleported", {})


def test_old_row_without_a_newer_field_reads_with_its_default() -> None:
    """A field added later does not make the past unreadable."""
    fact = CallJoined(at=NINE, call=CallId("c1"), queue=QueueName("general"))
    kind, payload = pack(fact)
    del payload["priority"], payload["skills"]

    assert unpack(kind, payload) == fact


def test_digest_does_not_depend_on_the_order_of_a_set() -> None:
    """Equal values have equal digests, in any process."""
    one, other = skilled(a=1, b=2, c=3), skilled(c=3, b=2, a=1)

    assert digest(one) == digest(other)
    assert digest(one) != digest(skilled(a=1, b=2, c=4))
