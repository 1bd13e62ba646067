"""What the HTTP face needs from the rest of the house, as small Protocols. `hotline.controller` fits the parts in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from acd.advice import Advice, Mode
from acd.arrangement import Arrangement
from acd.call_back_plan import Place
from acd.capacity import Capacity
from acd.events import Request
from acd.foresight import Effect
from acd.model import Agent, AgentId, CallId, Force, QueueName, SeatId
from acd.outlook import Outlook
from acd.overstay import Limits
from acd.staff import StaffMember
from acd.why import NobodyRings
from api.auth import Tokens
from api.board import Board
from api.city_port import CityVersions
from api.hindsight import Hindsight
from api.prompt_port import PromptVoices
from api.transcription import Transcription
from recordings.archive import Archive
from recordings.chain import Broken
from recordings.retention import Retention
from recordings.sweeper import Swept
from telephony.dial_rules import Wish
from telephony.talk import Beside, TalkCode
from telephony.trunks import TrunkSight
from tickets.clocking import Clocking
from tickets.forgetting import Forgetting
from tickets.posting import Posting
from tickets.receivers import ReceiverBook
from tickets.rulebook import Rulebook
from tickets.webhook import Destination


class Floor(Protocol):
    """The ACD: who is logged on, and the one way to ask for a change."""

    @property
    def turns(self) -> int:
        """The engine's turns: while it is the same, so is what is asked here. Another at least every half second."""

    def agents(self) -> Iterable[Agent]:
        """Everybody who is logged on, at this moment."""

    @property
    def break_limits(self) -> Limits:
        """How long breaks may be, by their reason."""

    def forces(self) -> Mapping[AgentId, Force]:
        """What team leaders did last about agents' states. A live view."""

    def queues(self) -> Iterable[QueueName]:
        """The city's queues, in the city's order."""

    def outlook(self) -> Outlook:
        """The lines as they are at this moment."""

    async def ask(self, request: Request) -> None:
        """Apply a request in its turn. acd.errors.Refused."""

    def nobody_rings(self, queue: QueueName) -> NobodyRings | None:
        """What keeps everybody from the calls of a queue, now; None: there is no such queue."""


class Directory(Protocol):
    """The persons who may log on: `acd.staff.Staff`."""

    async def add(self, member: StaffMember, pin: str) -> None:
        """Enter a person. acd.errors.Refused."""

    async def everybody(self) -> Sequence[StaffMember]:
        """All persons, by number."""

    async def names(self, of: Collection[AgentId]) -> Mapping[AgentId, str]:
        """The names of those who are known, of these at least."""


class Callers(Protocol):
    """The register of calls, behind the masking gate."""

    async def masked(self, calls: Sequence[CallId]) -> Mapping[CallId, str]:
        """The callers' numbers, masked; a hidden or unknown one is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMark:
    """Something that happened in a call. `what`: the fact's name, for example call_held."""

    at: datetime
    what: str
    attempt: int | None


class Talks(Protocol):
    """Conversations: what may be done in them, and what was."""

    def agent_of(self, call: CallId) -> AgentId | None:
        """Who talks with this caller."""

    async def press(self, call: CallId, code: TalkCode) -> None:
        """Carry out an agent's code. acd.errors.Refused, telephony.errors.TelephonyError, TimeoutError."""

    async def stand_beside(self, call: CallId, seat: SeatId, manner: Beside, who: str) -> None:
        """Ring a supervisor's phone beside a talk. The same errors."""

    async def happened(self, call: CallId) -> Sequence[CallMark]:
        """Everything that happened in a call, in order."""


class Dialling(Protocol):
    """Calls that we make, and whom we owe one: `hotline.call_back_desk`."""

    async def dial(self, wish: Wish) -> CallId:
        """Ring the agent, then the citizen. acd.errors.Refused, telephony.errors.TelephonyError."""

    async def call_back(self, debt: CallId, agent: AgentId, who: str) -> CallId:
        """The same for a debt, which is theirs from then on. Also tickets.call_backs.NoSuchCallBack."""

    async def take(self, debt: CallId, agent: AgentId) -> None:
        """A debt is this agent's. acd.errors.Refused, tickets.call_backs.NoSuchCallBack."""

    async def release(self, debt: CallId) -> None:
        """A debt is nobody's again. The same errors."""

    def standings(self) -> Mapping[CallId, Place]:
        """Where each debt stands with the rules (acd.call_back_plan), as of a moment ago."""

    async def owe(self, call: CallId) -> None:
        """The citizen of this call asked for a call-back. acd.errors.Refused, api.unanswered.Unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Exactly one of these: to whom a caller is handed, or who is asked."""

    hotline: str | None = None
    agent: AgentId | None = None
    seat: SeatId | None = None
    number: str | None = None  # outside, as the city lists it


class Handing(Protocol):
    """Handing a caller on. Each returns when Asterisk has said that it was begun or done.

    Raises acd.errors.Refused, telephony.errors.TelephonyError, TimeoutError.
    """

    async def pass_on(self, call: CallId, whom: Whom) -> None:
        """Blind."""

    async def consult(self, call: CallId, whom: Whom) -> None:
        """Ask somebody; the caller hears music."""

    async def complete(self, call: CallId) -> None:
        """Who was asked has the caller."""

    async def rejoin(self, call: CallId) -> None:
        """Back to the caller."""

    async def three_way(self, call: CallId) -> None:
        """All three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VitalSigns:
    """How the controller does. Made anew for each look."""

    engine_ticked_s_ago: float  # since the engine last went round
    pbx_connected: bool
    pbx_version: str | None  # of its AMI, as its banner says it, for example "11.0.0"
    transcription: str  # the model in use; empty when transcription is off
    transcription_off: str  # why it is off, Chinese / English; empty when it is on
    jobs_waiting: int  # to be transcribed, or being transcribed
    jobs_failed: int  # will be tried again by themselves
    jobs_dead: int  # given up; only a person can have them tried again
    messages_waiting: int = 0  # to other systems
    messages_stuck: int = 0  # given up; only a person can have them sent again
    database: str = "sqlite"  # which one answers, for example "postgresql"; empty when it does not
    broker: str = ""  # what calls other machines to transcribe: "redis"; empty: there are none
    broker_away: bool = False
    resync_due: bool = False  # facts from the telephones are missing and have not been found out yet
    resyncs: int = 0  # since the start
    repairs: int = 0  # by the reconciler, since the start: each is a defect somewhere
    facts_lost: int = 0  # because too much came at once; each hole was followed by a resync
    event_lag_s: float = 0.0  # how late Asterisk's events come
    audit: Broken | None = None  # what is wrong with the audit trail
    swept: Swept | None = None  # what the last sweep of the recordings found; None before the first
    recordings_repaired: int = 0  # by sweeps, since the start
    trunks: tuple[TrunkSight, ...] = ()  # how each carrier's line does
    banned: int = 0  # addresses that guess passwords, banned now


class Vitals(Protocol):
    """Who can tell how the controller does."""

    async def signs(self) -> VitalSigns:
        """Look now."""


class Sweeping(Protocol):
    """Who compares table, archive and spool: `recordings.sweeper.Sweeper`."""

    async def sweep(self, *, everything: bool = False) -> Swept:
        """Look now, at the last days or at all there is."""


class Sending(Protocol):
    """Who carries the outbox's messages: `hotline.courier.Courier`."""

    @property
    def destinations(self) -> Sequence[Destination]:
        """Who has an address."""

    def notice(self) -> None:
        """There is a message: look now."""


class Advising(Protocol):
    """The autopilot: `hotline.pilot.Pilot`."""

    @property
    def mode(self) -> Mode:
        """How much it may do."""

    @property
    def standing(self) -> Sequence[Advice]:
        """What it proposes now."""

    async def accept(self, advice_id: str, *, who: str, why: str) -> Advice:
        """Do as proposed. acd.advice.AdviceGone, and what refuses such a change of a person."""

    async def foresee(self, advice_id: str) -> tuple[Advice, Effect | None]:
        """What accepting it would do. acd.advice.AdviceGone, and what refuses such a change of a person."""

    async def dismiss(self, advice_id: str, *, who: str, why: str) -> Advice:
        """Not now. acd.advice.AdviceGone."""

    async def set_mode(self, mode: Mode, *, who: str, why: str) -> None:
        """How much it may do from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the routes use, built in one visible place."""

    tokens: Tokens
    board: Board
    floor: Floor
    directory: Directory
    seats: Capacity
    measures: Arrangement
    callers: Callers
    talks: Talks
    dialling: Dialling
    handing: Handing
    vitals: Vitals
    hindsight: Hindsight
    autopilot: Advising
    transcription: Transcription
    rulebook: Rulebook
    city: CityVersions
    prompts: PromptVoices
    clocking: Clocking
    posting: Posting
    courier: Sending
    receivers: ReceiverBook
    repeat_window: timedelta  # how far back a repeat is looked for
    database: AsyncEngine
    archive: Archive
    sweeping: Sweeping
    retention: Retention
    forgetting: Forgetting
    is_confidential: Callable[[str | None], bool]  # whether nobody may see the numbers of this hotline's callers
