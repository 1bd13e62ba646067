"""What leaves and how it is signed: the page for receivers tells the truth."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from city.webhooks import Receiver, SmsReceiver
from recordings.calls import Call
from tests.recordings.scenes import NOON
from tickets.events import PUBLISHED, SHAPES, SmsEvent, TicketEvent, schema_text, ticket_told
from tickets.states import TicketState
from tickets.ticket import EDITABLE, AppealKind, Ticket, TicketId, TicketNumber
from tickets.webhook import (
    BODY_BYTES_MOST,
    EVENT,
    SIGNATURE,
    TIMESTAMP,
    TOLERANCE_S,
    Schedule,
    headers_of,
    is_genuine,
    signature,
    why_not,
)

PAGE = (Path(__file__).parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8")
SECRET, BODY, AT = b"secret", b'{"event":"e"}', 1_800_000_000
NO_FREE_TEXT = ("kind", "contact_number", "occurred_at", "confidential")
CONFIRMED = Ticket(
    id=TicketId("0199"),
    call_id="lx-1.1",
    recording="r",
    state=TicketState.CONFIRMED,
    number=TicketNumber("20261123-000017"),
    caller_number="13812340000",
    kind=AppealKind.COMPLAINT,
    drafted_at=NOON,
    confirmed_by="王芳#3",
    confirmed_at=NOON,
)


def test_genuine_message_is_taken() -> None:
    """With its own secret, timestamp and body."""
    assert is_genuine(SECRET, headers_of(SECRET, "e", AT, BODY), BODY, AT + TOLERANCE_S)


@pytest.mark.parametrize(
    ("secret", "headers", "body", "now"),
    [
        (b"another", {}, BODY, AT),
        (SECRET, {}, BODY + b" ", AT),
        (SECRET, {TIMESTAMP: str(AT + 1)}, BODY, AT),
        (SECRET, {}, BODY, AT + TOLERANCE_S + 1),
        (SECRET, {}, BODY, AT - TOLERANCE_S - 1),
        (SECRET, {SIGNATURE: ""}, BODY, AT),
        (SECRET, {SIGNATURE: "v1=签名"}, BODY, AT),
        (SECRET, {TIMESTAMP: "²"}, BODY, AT),
        (SECRET, {TIMESTAMP: "9" * 40}, BODY, AT),
        (SECRET, {TIMESTAMP: ""}, BODY, AT),
    ],
)
def test_other_message_is_not_taken(secret: bytes, headers: dict[str, str], body: bytes, now: int) -> None:
    """Forged, changed, old, from a clock ahead, or nonsense."""
    assert not is_genuine(secret, headers_of(SECRET, "e", AT, BODY) | headers, body, now)


def test_worked_example_of_the_page_is_right() -> None:
    """Who writes a receiver can check it against these numbers; its few lines of Python run as they stand there."""
    example = dict(re.findall(r"^(secret|timestamp|body|signature): (.+)$", PAGE, re.MULTILINE))
    code = re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)
    assert code
    names: dict[str, object] = {}
    exec(code[1], names)  # noqa: S102 - it is our own page

    secret, body, stamp = example["secret"].encode(), example["body"].encode(), int(example["timestamp"])
    assert signature(secret, stamp, body) == example["signature"]
    headers = {TIMESTAMP: example["timestamp"], SIGNATURE: example["signature"], EVENT: "e"}
    is_from_lianxin = names["is_from_lianxin"]
    assert callable(is_from_lianxin)
    assert is_from_lianxin(secret, headers, body, stamp)
    assert not is_from_lianxin(secret, headers, body + b" ", stamp)
    assert not is_from_lianxin(secret, headers, body, stamp + TOLERANCE_S + 1)


@given(st.integers(1, 200), st.floats(0, 1))
def test_pause_is_within_its_bounds(attempts: int, draw: float) -> None:
    """Half of the doubled pause at least, never more than the most."""
    schedule = Schedule()
    whole = min(schedule.first * 2 ** min(attempts - 1, 30), schedule.most)

    assert whole / 2 <= schedule.pause(attempts, draw) <= whole


def test_pauses_grow_and_end_after_some_hours() -> None:
    """Twice as long each time, up to half an hour; a message is stuck after about four hours."""
    pauses = [Schedule().pause(n, 1.0) for n in range(1, Schedule().attempts_most)]

    assert all(later in (2 * sooner, Schedule().most) for sooner, later in pairwise(pauses))
    assert timedelta(hours=2) < sum(pauses, timedelta()) < timedelta(hours=5)


@pytest.mark.parametrize("status", [100, 199, 300, 302, 307, 400, 410, 429, 500, 503, 599])
def test_only_2xx_is_an_arrival(status: int) -> None:
    """A redirect is none: it is not followed."""
    assert str(status) in str(why_not(status))
    assert why_not(204) is None


@pytest.mark.parametrize("name", SHAPES)
def test_published_schemas_are_current(name: str) -> None:
    """If this fails, run `python -m tickets.events`."""
    assert (PUBLISHED / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


def test_messages_obey_their_schemas() -> None:
    """A ticket with everything, and one with nothing but what it must have."""
    known = Call(call_id="lx-1.1", arrived_at=NOON)
    bare = Ticket(**{**{n: getattr(CONFIRMED, n) for n in CONFIRMED.__slots__}, "caller_number": None, "kind": None})
    for ticket in (CONFIRMED, bare):
        told = ticket_told(ticket, known, confidential=False)
        event = TicketEvent(event="e", type="ticket.confirmed", at=NOON, ticket=told)
        jsonschema.validate(json.loads(event.model_dump_json()), json.loads(schema_text("ticket")))
    sms = SmsEvent(event="e", type="ticket.number", at=NOON, to="13812340000", number="20261123-000017", text="x")
    jsonschema.validate(json.loads(sms.model_dump_json()), json.loads(schema_text("sms")))


@pytest.mark.parametrize(("withheld", "confidential"), [(True, False), (False, True), (None, False)])
def test_number_that_was_withheld_is_told_to_nobody(withheld: bool | None, confidential: bool) -> None:
    """Nor that of somebody who called a confidential hotline."""
    told = ticket_told(CONFIRMED, Call(call_id="lx-1.1", withheld=withheld), confidential=confidential)

    assert told.caller_number == (None if withheld or confidential else "13812340000")
    assert told.withheld == bool(withheld or confidential)


def test_draft_is_not_told() -> None:
    """No machine files anything."""
    with pytest.raises(ValueError, match="confirmed"):
        ticket_told(
            Ticket(id=TicketId("t"), call_id="c", recording="r", drafted_at=NOON), Call(call_id="c"), confidential=False
        )


def test_longest_ticket_is_within_the_limit_of_a_message() -> None:
    """Every field as long as it may be, of characters that JSON escapes or UTF-8 writes in four bytes."""
    for sign in ('"', "𠮷"):
        full = {name: sign * most for name, most in EDITABLE.items() if name not in NO_FREE_TEXT}
        ticket = Ticket(**{n: getattr(CONFIRMED, n) for n in CONFIRMED.__slots__} | full)
        told = ticket_told(ticket, Call(call_id="lx-1.1"), confidential=False)
        event = TicketEvent(event="e" * 36, type="ticket.confirmed", at=NOON, ticket=told)
        assert len(event.model_dump_json().encode()) < BODY_BYTES_MOST


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "http://8.8.8.8/", "ftp://10.0.0.1/", "https://user@example.com/", "https://", "x", "",
        "https://example.com/#part", "https://exa mple.com/", "https://example.com/\n", "https://[::1", "http://10.0.0.1:x/",
        "//example.com", "file:///etc/passwd", "https://例子.cn/",
    ],
)  # fmt: skip
def test_address_that_would_show_personal_data_is_refused(url: str) -> None:
    """In the open, with a password in it, or no address at all."""
    with pytest.raises(ValidationError):
        Receiver(url=url)


@pytest.mark.parametrize(
    "url", ["https://example.com/x?y=1", "http://127.0.0.1:8000/", "http://10.1.2.3/", "http://localhost/"]
)
def test_address_within_the_house_or_under_tls_is_taken(url: str) -> None:
    """As it is written."""
    assert Receiver(url=url).url == url


@pytest.mark.parametrize(
    "text", ["工单已登记,请留意", "{number}{number} 已登记", "{number} {0} 已登记", "工单 {number} 已登\u0007记"]
)
def test_text_message_says_the_number_once(text: str) -> None:
    """And nothing else in braces, in one line."""
    with pytest.raises(ValidationError):
        SmsReceiver(url="https://example.com/", text=text)
