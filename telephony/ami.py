"""The one AMI connection: kept up, logged in, watched, and asked things with a deadline.

panoramisk's `Manager` connects and sends; the protocol class is ours (`telephony.protocol`), and so are reconnecting,
logging in and pings, because a refusal, a silence or a loss must each end somewhere (decision 6). Nothing is ever sent
twice: what was not answered raises, and whoever asked decides.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NoReturn

import structlog
from panoramisk import Manager
from pydantic import SecretStr

from telephony.errors import (
    ActionNotListed,
    ActionTimedOut,
    AsteriskRefused,
    AsteriskUnreachable,
    LoginRefused,
    PeerMisbehaved,
    TelephonyError,
)
from telephony.message import AmiEvent, AmiReply, Value
from telephony.protocol import AmiProtocol, Question
from telephony.rights import ACTIONS, ALWAYS_SAID, NEVER_SAID

log = structlog.get_logger(__name__)

_NEVER_S = 10**8  # panoramisk's own pings check nothing: never
_JITTER = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAccount:
    """Where Asterisk's AMI listens and who we are there."""

    host: str
    port: int
    username: str
    secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long what may take, seconds. A silent peer is noticed within `ping_every_s + ping_answer_s`.

    One that goes on talking is not silent, though its pong be late: that stands in line behind all it has to say.
    """

    connect_s: float = 3.0
    answer_s: float = 3.0  # any action
    listing_s: float = 10.0  # from asking for a list to its end
    boot_s: float = 60.0  # from login to Asterisk's FullyBooted
    ping_every_s: float = 1.0
    ping_answer_s: float = 1.5  # without a byte
    pong_longest_s: float = 30.0  # however much is said: news that late is worth less than a new look
    first_pause_s: float = 0.2  # before connecting again; doubles
    longest_pause_s: float = 5.0


class _SingleConnection(Manager):  # type: ignore[misc]  # panoramisk carries no types
    """panoramisk's Manager, connecting once: a failure is for whoever awaits it to judge."""

    def connection_made(self, task: asyncio.Task[object]) -> None:
        """Take over the protocol, if there is one."""
        if not task.cancelled() and task.exception() is None:
            super().connection_made(task)


class Sent:
    """An action on its way: await it for Asterisk's yes. AsteriskRefused, ConnectionLost, ActionTimedOut."""

    def __init__(self, protocol: AmiProtocol, question: Question, deadline_s: float) -> None:
        self._protocol, self._question, self._deadline_s = protocol, question, deadline_s

    def __await__(self) -> Generator[object, None, AmiReply]:
        return self._answered().__await__()

    async def _answered(self) -> AmiReply:
        question = self._question
        try:
            await asyncio.wait({question.answer}, timeout=self._deadline_s)
            if not question.answer.done():
                raise ActionTimedOut(f"{question.name}: no answer within {self._deadline_s:g} s")
            return question.answer.result()
        finally:
            self._protocol.forget(question)


class Ami:
    """The connection. `run` keeps it until cancelled; meanwhile `action` and `listing` may be called from any task.

    `on_login` is called each time Asterisk has let us in and is fully booted: AMI has no replay, so take a snapshot.
    `on_event` gets every later event named in `wanted`, in order. `on_lost` ends what `on_login` began.
    `on_ping` is told Asterisk's own time of each answered ping, and when it was sent and answered by the loop's clock.
    All are plain functions that must not block; one of the first three that raises is logged and costs nothing else.
    """

    def __init__(
        self,
        account: AmiAccount,
        *,
        wanted: frozenset[str],
        on_event: Callable[[AmiEvent], None],
        on_login: Callable[[], None] = lambda: None,
        on_lost: Callable[[], None] = lambda: None,
        on_ping: Callable[[str, float, float], None] = lambda _stamp, _sent, _arrived: None,
        patience: Patience | None = None,
        classes: str = "on",
    ) -> None:
        """`classes` of events are sent to this session, all by default; `system` must be among them."""
        self._account, self._patience, self._classes = account, patience or Patience(), classes
        self._wanted = wanted
        self._on_event, self._on_login, self._on_lost = on_event, on_login, on_lost
        self._on_ping = on_ping
        self._link: _SingleConnection | None = None  # while logged in and booted
        self._logins = 0
        self._ready = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether an action would be sent now."""
        return self._link is not None

    @property
    def version(self) -> str | None:
        """What the peer's banner says of its AMI while logged in, for example "11.0.0"."""
        return self._link.protocol.version if self._link else None

    async def ready(self) -> None:
        """Wait until logged in."""
        await self._ready.wait()

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: Value) -> AmiReply:
        """Send an action and return Asterisk's yes, within `deadline_s` (default `Patience.answer_s`).

        Raises AsteriskRefused (Asterisk said no), AsteriskUnreachable (nothing was sent), ConnectionLost or
        ActionTimedOut (sent, outcome unknown), UnsafeText and ActionNotListed (nothing was sent).
        A yes to Redirect or Originate means "queued". An OriginateResponse comes as an event with the reply's
        `action_id`; give an `ActionID` of your own to know it beforehand.
        """
        return await self.send(name, deadline_s, **fields)

    def send(self, name: str, deadline_s: float | None = None, /, **fields: Value) -> Sent:
        """The same, written before this returns; await what it returns for Asterisk's yes.

        Raises at once what is raised when nothing was sent, and the rest when awaited.
        """
        connection = self._connected()
        question: Question = connection.send_action(_spell(name, fields), as_list=False)
        return Sent(connection.protocol, question, deadline_s or self._patience.answer_s)

    async def listing(self, name: str, deadline_s: float | None = None, /, **fields: Value) -> list[AmiEvent]:
        """Send an action that is answered by a list, and return its items. Raises what `action` raises."""
        until_s = deadline_s or self._patience.listing_s
        return (await self._ask(self._connected(), _spell(name, fields), until_s, as_list=True)).items

    async def run(self) -> None:
        """Keep the connection until cancelled.

        Raises LoginRefused if Asterisk refuses the account before it ever accepted it. Later refusals (somebody edits
        manager.conf) are logged as errors and tried again at the longest pause.
        """
        patience = self._patience
        pause_s = patience.first_pause_s
        while True:
            logins = self._logins
            try:
                await self._stay_connected()
            except LoginRefused:
                if not self._logins:
                    raise
                log.exception("Asterisk no longer accepts our AMI account")
                pause_s = patience.longest_pause_s
            except (OSError, TelephonyError) as error:
                log.warning("no AMI connection", because=type(error).__name__, detail=str(error))
                if self._logins > logins:  # it was there a moment ago: it may be back in a moment
                    pause_s = patience.first_pause_s
            await asyncio.sleep(pause_s * _JITTER.uniform(0.5, 1.0))
            pause_s = min(2 * pause_s, patience.longest_pause_s)

    async def _stay_connected(self) -> NoReturn:
        """One connection from its first byte to its last; the reason of its end is raised."""
        protocol = AmiProtocol(wanted=self._wanted, on_event=self._on_event, on_booted=lambda: self._enter(connection))
        connection = _SingleConnection(
            loop=asyncio.get_running_loop(),
            host=self._account.host,
            port=self._account.port,
            protocol_factory=lambda: protocol,
            ping_delay=_NEVER_S,
        )
        try:
            async with asyncio.timeout(self._patience.connect_s):
                await connection.connect()
                await protocol.greeted
            await self._log_in(connection)
            await self._watch(connection, protocol)
        except AsteriskUnreachable as lost:
            raise protocol.fault or lost from None
        finally:
            connection.close()
            protocol.close()
            self._leave(connection)

    async def _log_in(self, connection: _SingleConnection) -> None:
        secret = self._account.secret.get_secret_value()
        login: dict[str, Value] = {
            "Action": "Login",
            "Username": self._account.username,
            "Secret": secret,
            "Events": self._classes,
        }
        try:
            await self._ask(connection, login, self._patience.answer_s)
        except AsteriskRefused as refusal:
            raise LoginRefused(f"Asterisk refuses the AMI account {self._account.username!r}: {refusal}") from None

    async def _watch(self, connection: _SingleConnection, protocol: AmiProtocol) -> NoReturn:
        """Ping until the connection is lost or the peer is silent."""
        loop = asyncio.get_running_loop()
        boot_deadline = loop.time() + self._patience.boot_s
        while True:
            await asyncio.wait({protocol.lost}, timeout=self._patience.ping_every_s)
            if not protocol.is_booted and loop.time() > boot_deadline:
                raise PeerMisbehaved("Asterisk does not say FullyBooted: does the account lack read=system?")
            sent = loop.time()
            pong = await self._ping(connection, protocol, sent)
            self._on_ping(pong.get("Timestamp", ""), sent, loop.time())

    async def _ping(self, connection: _SingleConnection, protocol: AmiProtocol, sent: float) -> AmiReply:
        """Ask for a sign of life. Raises ActionTimedOut when none has come, neither a pong nor anything else."""
        loop, patience = asyncio.get_running_loop(), self._patience
        question: Question = connection.send_action({"Action": "Ping"}, as_list=False)
        try:
            while not question.answer.done():
                heard_s = max(sent, protocol.heard_at) + patience.ping_answer_s
                left_s = min(heard_s, sent + patience.pong_longest_s) - loop.time()
                if left_s <= 0:
                    raise ActionTimedOut(f"Ping: no answer within {loop.time() - sent:.1f} s")
                await asyncio.wait({question.answer}, timeout=left_s)
            return question.answer.result()
        finally:
            protocol.forget(question)

    async def _ask(
        self, connection: _SingleConnection, action: dict[str, Value], deadline_s: float, *, as_list: bool = False
    ) -> Question:
        question: Question = connection.send_action(action, as_list=as_list)
        await Sent(connection.protocol, question, deadline_s)
        return question

    def _connected(self) -> _SingleConnection:
        if self._link is None:
            raise AsteriskUnreachable("not logged in to Asterisk")
        return self._link

    def _enter(self, connection: _SingleConnection) -> None:
        self._link = connection
        self._logins += 1
        self._ready.set()
        log.info("logged in to Asterisk", version=connection.protocol.version)
        self._on_login()

    def _leave(self, connection: _SingleConnection) -> None:
        if self._link is not connection:
            return
        self._link = None
        self._ready.clear()
        try:
            self._on_lost()
        except Exception:
            log.exception("on_lost failed")


def _spell(name: str, fields: dict[str, Value]) -> dict[str, Value]:
    """The whole action. Raises ActionNotListed for what the project does not use."""
    if name not in ACTIONS:
        raise ActionNotListed(f"{name} is not in telephony.rights.ACTIONS")
    never = NEVER_SAID.get(name, frozenset())
    for key in fields:
        if key.lower() in never:
            raise ActionNotListed(f"{name} must not say {key}")
    return {"Action": name, **fields, **ALWAYS_SAID.get(name, {})}
