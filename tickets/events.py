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
from tickets.clocks import TicketClock
from tickets.ratings import LEVELS, Rating
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
    category: str | None
    """诉求分类,整条路径 / the category's whole path, for example 公用事业/供水/停水"""
    asked_for: str | None
    """诉求:来电人要什么 / what is asked for"""
    occurred_at: datetime | None
    """事发时间 UTC / when it happened"""
    department: str | None
    """建议承办单位 / the department suggested to handle it"""
    urgency: str | None
    """紧急类别;空:不紧急 / the urgent class; null: none"""
    deadline_at: datetime | None
    """办理时限 UTC;空:没有计时 / settled by then; null: no clock runs"""
    deadline_rule: str | None
    """时限所依的规则 / the rule that sets the deadline"""
    deadline_policy: str | None
    """时限政策的版本 / and the version of the policy"""
    flow: str | None
    """快速流程 / the quick flow"""
    flow_version: str | None
    """快速流程的版本 / and its version"""
    confidential: bool | None
    """来电人要求保密;空:没人说 / the caller asked for confidentiality; null: nobody said"""
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

    version: Literal[2] = 2
    """消息格式的版本;只增字段时不变 / of the shape; the same while fields are only added"""
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


class RatingTold(Told):
    """好差评: what a caller thought of the service. Nothing in it says who the caller is."""

    call: str
    """来电编号,与工单消息中的相同 / the id of the call, as in the messages of its ticket"""
    hotline: str | None
    """所拨热线 / the hotline that was dialled"""
    queue: str
    """队列 / the queue"""
    agent: str
    """最后接待的话务员工号 / the number of the agent who talked with the caller last"""
    score: Annotated[int, Field(ge=1, le=5)]
    """5 非常满意 … 1 非常不满意 / 5: very satisfied, to 1: very dissatisfied"""
    level: str
    """等级,五级之一 / its name, one of five"""


class RatingEvent(Told):
    """评价消息: posted to the receiver `[ratings]`."""

    version: Literal[1] = 1
    """消息格式的版本;只增字段时不变 / of the shape; the same while fields are only added"""
    event: str
    """消息编号,重发不变,供去重 / the message's id, the same at every attempt"""
    type: Literal["call.rated"]
    """何事 / what it is about"""
    at: datetime
    """评价时间 UTC / when the caller rated"""
    rating: RatingTold


SHAPES: dict[str, type[Told]] = {"ticket": TicketEvent, "sms": SmsEvent, "rating": RatingEvent}


def rating_told(rating: Rating) -> RatingTold:
    """A rating as it is told. ValueError: the caller gave none."""
    if rating.score is None:
        raise ValueError("only a rating is told")
    same = {name: getattr(rating, name) for name in RatingTold.model_fields if name != "level"}
    return RatingTold(**same, level=LEVELS[rating.score])


def ticket_told(
    ticket: Ticket, call: Call, *, confidential: bool, first: Ticket | None = None, clock: TicketClock | None = None
) -> TicketTold:
    """A confirmed ticket as it is told; `first`: of which it is a repeat; `clock`: how long it has.

    An urgent class that a person set on the clock goes before the draft's.
    """
    if ticket.number is None or ticket.confirmed_by is None or ticket.confirmed_at is None:
        raise ValueError("only a confirmed ticket is told")
    hidden = bool(call.withheld) or confidential
    same = {name: getattr(ticket, name) for name in TicketTold.model_fields if name in Ticket.__dataclass_fields__}
    same |= {"repeat_of": first.id if first else None, "repeat_of_number": first.number if first else None}
    same |= {"call": ticket.call_id, "received_at": call.arrived_at, "withheld": hidden}
    same |= _deadline_told(clock)
    if hidden:
        same["caller_number"] = None
    return TicketTold(**same | ({"contact_number": None} if confidential else {}))


def _deadline_told(clock: TicketClock | None) -> dict[str, object]:
    if clock is None:
        return dict.fromkeys(("deadline_at", "deadline_rule", "deadline_policy"))
    deadline = clock.deadline
    told = {"deadline_at": deadline.at, "deadline_rule": deadline.rule, "deadline_policy": deadline.policy_version}
    return told | ({"urgency": clock.urgency} if clock.urgency_by else {})


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
