"""What a message says: its shapes, from which docs/schemas/events is made. `python -m tickets.events` writes them anew.

A case system needs the citizen's number to do its work, so it is whole here, and nowhere else outside; the number of a
caller who withheld it, or of a confidential ticket or hotline, is not told to anybody.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from recordings.calls import Call
from tickets.ticket import AppealKind, Ticket

PUBLISHED = Path(__file__).parent.parent / "docs" / "schemas" / "events"
What = Literal["ticket.confirmed", "ticket.merged", "ticket.unmerged"]
Number = Annotated[str, Field(pattern=r"^\+?[0-9]{1,20}$")]


class Told(BaseModel):
    """A part of a message. Unknown fields may be added later; a receiver ignores them."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class TicketTold(Told):
    """工单: what a person has confirmed."""

    id: str
    """工单在本系统的编号,不变 / the ticket's id here, which never changes"""
    number: str
    """工单编号,市民知道的 / the number that the citizen is told, for example 20261123-000017"""
    call: str
    """来电编号 / the id of the call"""
    hotline: str | None
    """热线号码与名称 / the hotline's number and name"""
    received_at: datetime | None
    """来电时间 UTC / when the call came"""
    caller_number: Number | None
    """主叫号码,完整;隐藏、保密或未知则空 / the caller's whole number; null: withheld, confidential, unknown"""
    withheld: bool
    """主叫要求隐藏号码,或工单、热线保密 / the number was withheld, or ticket or hotline is confidential"""
    contact_number: Number | None
    """联系电话,完整;保密则空 / the number to call back, whole; null: confidential"""
    kind: AppealKind | None
    """诉求类型 / kind of appeal"""
    place: str | None
    """地点 / place"""
    subject: str | None
    """主题 / subject"""
    summary: str | None
    """摘要 / summary"""
    repeat_of: str | None
    """重复诉求:所并入工单的 `id` / the `id` of the earlier ticket of which it is a repeat, as a person said"""
    repeat_of_number: str | None
    """该工单的编号,如已确认 / and its number, if it is confirmed"""
    confirmed_by: str
    """确认人 / who confirmed it"""
    confirmed_at: datetime
    """确认时间 UTC / when"""


class TicketEvent(Told):
    """工单消息: posted to the receiver `[tickets]`."""

    event: str
    """消息编号,重发不变,供去重 / the message's id, the same at every attempt"""
    type: What
    """何事:确认、并入更早的工单、撤销合并 / confirmed, merged into an earlier ticket, parted from it again"""
    at: datetime
    """何时 UTC / when"""
    ticket: TicketTold


class SmsEvent(Told):
    """短信: posted to the receiver `[sms]`."""

    event: str
    """消息编号,重发不变,供去重 / the message's id, the same at every attempt"""
    type: Literal["ticket.number"]
    """何事 / what it is about"""
    at: datetime
    """何时 UTC / when"""
    to: Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")]
    """手机号码 / the mobile number"""
    number: str
    """工单编号 / the ticket's number"""
    text: str
    """短信正文 / the message"""


SHAPES: dict[str, type[Told]] = {"ticket": TicketEvent, "sms": SmsEvent}


def ticket_told(ticket: Ticket, call: Call, *, confidential: bool, first: Ticket | None = None) -> TicketTold:
    """A confirmed ticket as it is told; `first`: of which it is a repeat."""
    if ticket.number is None or ticket.confirmed_by is None or ticket.confirmed_at is None:
        raise ValueError("only a confirmed ticket is told")
    hidden = bool(call.withheld) or confidential
    same = {name: getattr(ticket, name) for name in TicketTold.model_fields if name in Ticket.__dataclass_fields__}
    same |= {"repeat_of": first.id if first else None, "repeat_of_number": first.number if first else None}
    same |= {"call": ticket.call_id, "received_at": call.arrived_at, "withheld": hidden}
    if hidden:
        same["caller_number"] = None
    return TicketTold(**same | ({"contact_number": None} if confidential else {}))


def schema_text(name: str) -> str:
    """The schema of one kind of message, as it is published."""
    shape = SHAPES[name].model_json_schema(mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**dialect, **shape}, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path = PUBLISHED) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHAPES:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(*(Path(argument) for argument in sys.argv[1:2]))
