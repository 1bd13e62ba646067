"""工单: a case. The machine drafts it (`tickets.draft`), a person reviews it (`tickets.review`). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from asr.plain import plain_text
from city.local_time import CITY_TIME
from recordings.calls import clean_ani
from tickets.states import TicketState

TicketId = NewType("TicketId", str)
TicketNumber = NewType("TicketNumber", str)  # 工单编号, for example "20261123-000017"


class AppealKind(StrEnum):
    """诉求类型."""

    CONSULTATION = "咨询"
    HELP = "求助"
    COMPLAINT = "投诉"
    REPORT = "举报"
    SUGGESTION = "建议"
    PRAISE = "表扬"


EDITABLE: Mapping[str, int] = MappingProxyType(
    {
        "contact_number": 21,
        "kind": 4,
        "place": 200,
        "subject": 100,
        "summary": 5000,
        "category": 120,
        "asked_for": 500,
        "department": 60,
        "urgency": 60,
        "occurred_at": 40,
        "confidential": 1,
    }
)
"""What a person may correct while confirming, and how many characters it may have."""

YES_OR_NO: Mapping[str, bool] = MappingProxyType({"是": True, "否": False})


class TicketRefused(Exception):
    """A person's request breaks a rule; nothing has changed. `zh` is the same sentence in Chinese."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


class TicketUnknown(TicketRefused):
    """No ticket has this id."""


class TicketChanged(TicketRefused):
    """Someone else changed it after the person looked at it: look again."""


class TransitionNotAllowed(TicketRefused):
    """A ticket cannot go from its present state to the one asked for."""


class ClaimFirst(TicketRefused):
    """Who works on a draft claims it first, so that no two do."""


class ClaimedByAnother(TicketRefused):
    """Somebody else works on this draft."""


class ReasonMissing(TicketRefused):
    """Nothing is discarded, returned or merged without a reason."""


class EditNotAllowed(TicketRefused):
    """A field that may not be edited, or a value it cannot take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket. Times aware UTC. Both numbers are personal data: show `masked(…)` of them."""

    id: TicketId
    call_id: str
    recording: str
    state: TicketState = TicketState.DRAFT
    version: int = 1
    number: TicketNumber | None = None
    caller_number: str | None = field(default=None, repr=False)
    contact_number: str | None = field(default=None, repr=False)  # 联系电话, as the caller said it
    hotline: str | None = None
    kind: AppealKind | None = None
    place: str | None = None
    subject: str | None = None
    summary: str | None = None
    category: str | None = None  # its whole path: 公用事业/供水/停水
    occurred_at: datetime | None = None  # 发生时间
    asked_for: str | None = None  # 诉求, in the caller's words
    department: str | None = None  # 建议承办单位
    urgency: str | None = None  # 紧急类别
    confidential: bool | None = None  # 保密; None: nobody said
    flow: str | None = None  # 快速流程, and the version in which it was followed
    flow_version: str | None = None
    drafted_at: datetime
    claimed_by: str | None = None  # who works on it, or did last
    claimed_at: datetime | None = None  # when they opened it
    claimed_until: datetime | None = None  # from then on somebody else may claim it
    returned_by: str | None = None
    returned_at: datetime | None = None
    return_reason: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    discarded_by: str | None = None
    discarded_at: datetime | None = None
    discard_reason: str | None = None

    @property
    def is_secret(self) -> bool:
        """Whether nobody is told who called: as was asked for; a report (举报) unless its caller said otherwise."""
        return self.kind is AppealKind.REPORT if self.confidential is None else self.confidential


def edited(name: str, text: str | None) -> str | AppealKind | datetime | bool | None:
    """What a person wrote into a field, as it is kept; None: emptied. EditNotAllowed."""
    if name not in EDITABLE:
        raise EditNotAllowed(f"{name[:40]!r} cannot be edited", "该字段不可修改")
    if text is None or not (cleaned := plain_text(text, EDITABLE[name])):
        return None
    if name == "contact_number":
        return _number(cleaned)
    if name == "occurred_at":
        return _moment(cleaned)
    if name == "confidential":
        return _yes_or_no(cleaned)
    return cleaned if name != "kind" else _kind(cleaned)


def _kind(text: str) -> AppealKind:
    try:
        return AppealKind(text)
    except ValueError:
        raise EditNotAllowed("no such kind of appeal", "没有这种诉求类型") from None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise EditNotAllowed("no moment: write 2026-11-23 20:00", "不是时间，请写作 2026-11-23 20:00") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=CITY_TIME)


def _yes_or_no(text: str) -> bool:
    if text not in YES_OR_NO:
        raise EditNotAllowed("confidential is 是 or 否", "是否保密，请写“是”或“否”")
    return YES_OR_NO[text]


def _number(text: str) -> str:
    digits = clean_ani(text)
    if digits is None:
        raise EditNotAllowed("not a phone number", "不是电话号码")
    return digits


def ticket_number(at: datetime, sequence: int) -> TicketNumber:
    """The number of the day's `sequence`-th ticket; the day is the city's."""
    return TicketNumber(f"{at.astimezone(CITY_TIME):%Y%m%d}-{sequence:06d}")


def masked(number: str | None) -> str:
    """A phone number as it may be shown: `138****0000`, `0518****5678`; Chinese words when it is hidden or unknown."""
    if number is None:
        return "隐藏/未知"
    if len(number) <= 7:
        return number[:1] + "*" * max(1, len(number) - 2) + number[-1:] if len(number) > 2 else "*" * len(number)
    return number[:-8] + "****" + number[-4:]
