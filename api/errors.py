"""Every refusal's HTTP status and words, in one table. A client never sees a trace, nor its own input again.

An error answer is `{"rule", "zh", "en", "fields"}`: the rule is stable and for machines, the sentences are for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from acd.errors import (
    Advertises,
    AnnouncementTooLong,
    BadReason,
    BadSeat,
    CrisisHasNoMachine,
    CrisisLaneStaysFree,
    EndsBeforeItBegins,
    InThePast,
    LentToItself,
    LimitsDoNotFit,
    NeedsAnEnd,
    NoSuchPhone,
    NothingToChange,
    NumberNotListed,
    NumberRefused,
    OffersNoCallBack,
    Refused,
    TooBusy,
    UnknownAgent,
    UnknownChange,
    UnknownHotline,
    UnknownLevel,
    UnknownMeasure,
    UnknownPrompt,
    UnknownQueue,
    UnknownSeat,
    UnknownSkill,
)
from acd.inbox import EngineStopped
from acd.staff import BadNumberOrPin
from api.auth import NotAllowed, NotKnown, UnknownToken
from api.error_words import IN_CHINESE, OF_HTTP, Line
from api.jobs import JobNotDead, UnknownJob
from api.recordings import ReasonNeeded
from api.transcripts import NotTranscribed
from api.unanswered import PastAway, PastUnreadable, PeriodTooLong, TooLong, TooMany, TooMuch, Unknown, WishRefused
from city.mistakes import Mistake
from city.refusals import (
    CityChangedMeanwhile,
    CityRefused,
    FolderChangedMeanwhile,
    NoRecording,
    UnknownPromptName,
    UnknownVersion,
    VersionLost,
)
from recordings.grants import (
    GrantExpired,
    GrantForAnother,
    GrantOfAnother,
    GrantRevoked,
    GrantUnknown,
    NothingToHear,
)
from recordings.keys import KeyLost
from recordings.ledger import RecordingUnknown
from recordings.unmasking import NoNumber, NumberConfidential, TooManyShown
from recordings.vault import Tampered
from telephony.errors import TelephonyError
from telephony.talk import NoAgentLeg
from tickets.alerts import AlertUnknown
from tickets.call_backs import NoSuchCallBack
from tickets.clocking import NoSuchUrgency
from tickets.escalations import EscalationUnknown
from tickets.follow_ups import FollowUpUnknown
from tickets.outbox import LetterDelivered, UnknownLetter
from tickets.receivers import ReceiversRefused
from tickets.repeat import MergeRefused
from tickets.rulebook import FolderRefused
from tickets.ticket import (
    ClaimedByAnother,
    ClaimFirst,
    EditNotAllowed,
    TicketChanged,
    TicketRefused,
    TicketUnknown,
)

log = structlog.get_logger(__name__)

MISTAKES_SHOWN_MOST = 100


class Wrong(BaseModel):
    """One field that cannot be taken: where it is, and what is asked of it."""

    field: str
    zh: str
    en: str


class Problem(BaseModel):
    """Why there is no other answer."""

    rule: str
    zh: str
    en: str
    fields: tuple[Wrong, ...] = ()


AWAY = Line(
    503, "database_away", "数据库暂时不可用,请稍后核对并重试", "the database is away; look later, then try again"
)
TABLE: dict[type[Exception], Line] = {
    PastUnreadable: Line(500, "past_unreadable"),
    WishRefused: Line(422),
    TooLong: Line(
        503, "took_too_long", "回看用时过长,请缩小范围后重试", "looking back took too long; ask for less, or again"
    ),
    TooMany: Line(
        503,
        "too_many_lookups",
        "正在排队的回看与报表过多,请稍后重试",
        "too many reports and questions about the past stand in line; try again later",
    ),
    PeriodTooLong: Line(
        422,
        "period_too_long",
        "时段过长,一次最多 31 天,请分段查询",
        "31 days at most at one time: ask for them in parts",
    ),
    PastAway: AWAY,
    TooMuch: Line(
        422,
        "too_much",
        "结果过多,请缩短时段、加长时段间隔,或只查一名话务员",
        "too many rows: ask for a shorter period, longer intervals or one agent",
    ),
    NotKnown: Line(401, "token_needed", "需要有效的令牌", "a valid token is needed"),
    NotAllowed: Line(403, "not_allowed", "您的角色不能执行此操作", "your role does not reach so far"),
    UnknownToken: Line(
        404, "unknown_token", "没有这个令牌,或已撤销", "there is no such token, or it is revoked already"
    ),
    Unknown: Line(404, "unknown", "没有找到", "there is no such thing"),
    NotTranscribed: Line(
        404,
        "not_transcribed",
        "这通来电没有转写,尚未完成,或保存期已满",
        "nothing said in this call is transcribed (yet, or any more)",
    ),
    UnknownAgent: Line(404),
    UnknownSeat: Line(404),
    UnknownChange: Line(404),
    UnknownMeasure: Line(404),
    UnknownQueue: Line(422),
    UnknownSkill: Line(422),
    **dict.fromkeys(
        (UnknownLevel, LentToItself, NothingToChange, LimitsDoNotFit, InThePast, EndsBeforeItBegins), Line(422)
    ),
    **dict.fromkeys((CrisisHasNoMachine, CrisisLaneStaysFree, OffersNoCallBack, UnknownPrompt), Line(422)),
    **dict.fromkeys((UnknownHotline, NeedsAnEnd, AnnouncementTooLong, Advertises), Line(422)),
    NumberRefused: Line(422),
    NoSuchCallBack: Line(404, "unknown_call_back", "没有这个待回拨", "no call-back is owed for this call"),
    NumberNotListed: Line(422),
    BadSeat: Line(422),
    NoSuchPhone: Line(422),
    BadReason: Line(422),
    BadNumberOrPin: Line(422),
    TooBusy: Line(503),
    Refused: Line(409),
    EngineStopped: Line(
        503, "stopping", "系统正在停止,请稍后核对是否生效", "the system is stopping; look later whether it took effect"
    ),
    UnknownJob: Line(404, "unknown_job", "没有这个转写任务", "there is no such job"),
    JobNotDead: Line(409, "job_not_dead", "只有已放弃的任务可以重试", "only a job that was given up is retried"),
    UnknownLetter: Line(404, "unknown_message", "没有这条外发消息", "there is no such message"),
    LetterDelivered: Line(
        409, "message_delivered", "对方已收到,不必重发", "the receiver has it: nothing to send again"
    ),
    TicketUnknown: Line(404, "unknown_ticket"),
    EscalationUnknown: Line(404, "unknown_escalation"),
    AlertUnknown: Line(404, "unknown_alert"),
    FollowUpUnknown: Line(404, "unknown_follow_up"),
    NoSuchUrgency: Line(422, "unknown_urgency"),
    TicketChanged: Line(409, "changed_meanwhile"),
    MergeRefused: Line(409, "cannot_merge"),
    FolderRefused: Line(422, "rules_refused"),
    CityRefused: Line(422),
    **dict.fromkeys((CityChangedMeanwhile, FolderChangedMeanwhile, NoRecording, VersionLost), Line(409)),
    **dict.fromkeys((UnknownPromptName, UnknownVersion), Line(404)),
    ReceiversRefused: Line(422, "receivers_refused"),
    EditNotAllowed: Line(422, "edit_not_allowed"),
    ClaimFirst: Line(409, "claim_first"),
    ClaimedByAnother: Line(409, "claimed_by_another"),
    TicketRefused: Line(409, "ticket_refused"),
    RecordingUnknown: Line(404, "unknown_recording", "没有这段录音", "there is no such recording"),
    NothingToHear: Line(409, "nothing_to_hear", "这段录音没有声音", "the recording holds no sound"),
    ReasonNeeded: Line(
        422, "reason_needed", "不是本人通话,须说明原因", "not your own call: say why you want to hear it"
    ),
    GrantUnknown: Line(403, "grant_unknown", "须先取得收听授权", "a grant is needed to hear a recording"),
    GrantExpired: Line(403, "grant_expired", "授权已过期,请重新申请", "the grant is over; ask for another"),
    GrantRevoked: Line(403, "grant_revoked", "授权已被收回(已留痕)", "the grant was taken back; this is written down"),
    GrantOfAnother: Line(403, "grant_of_another", "这是他人的授权(已留痕)", "another person's; this is written down"),
    GrantForAnother: Line(
        403, "grant_for_another", "授权不是给这段录音的(已留痕)", "for another recording; this is written down"
    ),
    NoNumber: Line(409, "no_number", "主叫号码隐藏或未知", "the caller's number is hidden or unknown"),
    NumberConfidential: Line(403, "number_confidential", "保密热线,号码不予显示", "a confidential hotline: not shown"),
    TooManyShown: Line(429, "too_many_shown", "一小时内查看号码过多", "you have seen too many numbers within the hour"),
    Tampered: Line(
        500, "recording_tampered", "录音文件已损坏或被改动,或密钥不符", "damaged or tampered with, or the wrong key"
    ),
    KeyLost: Line(500, "recording_key_lost", "录音主密钥缺失,请从备份恢复", "a master key is missing: restore it"),
    ValidationError: Line(422, "not_valid", "内容不合要求", "the content is not as it should be"),
    NoAgentLeg: Line(409, "not_now", "该来电没有在通话", "the call is with no agent"),
    TelephonyError: Line(
        503, "not_carried_out", "话务平台未能执行,请核对后重试", "Asterisk did not carry it out; look, then try again"
    ),
    **dict.fromkeys((OperationalError, InterfaceError, NoConnectionFree), AWAY),
    TimeoutError: Line(503, "too_slow", "系统忙,请稍后重试", "the system is busy; try again"),
}
"""The nearest ancestor of an error in this table speaks for it; an error without one is ours, and answered with 500."""


def problem_of(error: Exception) -> tuple[int, Problem]:
    """Status and words for an error."""
    if isinstance(error, web.HTTPException):
        return _of_http(error)
    line = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)
    if line is None:
        _write_down(error)
        return 500, Problem(rule="our_fault", zh="系统内部错误,已记录", en="an error of ours; it is written down")
    if isinstance(error, Refused | WishRefused | CityRefused):
        lines = tuple(wrong_lines(error.mistakes)) if isinstance(error, CityRefused) else ()
        return line.status, Problem(rule=error.rule, zh=error.zh, en=str(error), fields=lines)
    if isinstance(error, TicketRefused):
        lines = tuple(wrong_lines(error.mistakes)) if isinstance(error, FolderRefused) else ()
        return line.status, Problem(rule=line.rule, zh=error.zh, en=str(error), fields=lines)
    fields = tuple(wrong_fields(error)) if isinstance(error, ValidationError) else ()
    return line.status, Problem(rule=line.rule, zh=line.zh, en=line.en, fields=fields)


def _of_http(error: web.HTTPException) -> tuple[int, Problem]:
    line = OF_HTTP.get(error.status, OF_HTTP[400])
    return error.status, Problem(rule=line.rule, zh=line.zh, en=line.en)


def wrong_fields(error: ValidationError) -> Iterable[Wrong]:
    """Which fields, and why; what the client wrote there (a PIN, perhaps) is not repeated."""
    for mistake in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(step) for step in mistake["loc"])
        en = mistake["msg"] if mistake["type"] in IN_CHINESE else "not as it should be"
        yield Wrong(field=where, zh=IN_CHINESE.get(mistake["type"], "不合要求"), en=en)


def wrong_lines(mistakes: Iterable[Mistake]) -> Iterable[Wrong]:
    """The first mistakes of a city's folder, each by file, line, rule and key."""
    for each in islice(mistakes, MISTAKES_SHOWN_MOST):
        where = f"{each.file}:{each.line}:{each.column} [{each.rule}] {each.key}".rstrip()
        yield Wrong(field=where, zh=each.zh, en=each.message)


def _write_down(error: Exception) -> None:
    """Kind and place of an error, without its words: they may hold what a citizen said or a telephone number."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("a request met an error of ours", error=type(error).__name__, place=place)
