"""The gate: everything that dials a citizen goes through here, at most once (decision 9).

1. `dial`: is the number allowed, and not dialled too often? Then the intent is on disk, with who and why, before the
   ACD is asked whether the agent is free for it. (A call-back whose turn has come: once the ACD has chosen the agent.)
2. `send`, for the ACD's order: once the ACD's own decision is on disk, the step "sent" is taken in the book, by one
   UPDATE that only one can win, and only then Asterisk is told, under an id of ours that it refuses a second time.
3. From there the dialplan goes on by itself (`dial-out`): the agent's phone first, then the citizen's, once.

Nothing is sent again. Whoever dies, a call without an outcome has been an attempt; what became of it is told when it is
heard of, or as unknown when the telephones have been looked at, it is not there, and its dialplan's last word has not
come within LAST_WORD_S either: a list overtakes the news. Dialling again is a person's deed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.commands import Command, RingAgent, StopRinging
from acd.dial_facts import AgentDialsOut, DialOutcome, DialOutOver
from acd.dialling import DialStep, after_a_death, outcome_of, step_of
from acd.errors import Refused
from acd.events import Event, GapClosed, Request, RingFailed
from acd.model import OUTWARD, CallId, Offer, QueueName, RingFailure, is_outward
from city.city import City
from recordings.calls import note_dialled_out_over
from telephony import dial_book
from telephony.dial_book import DialOut
from telephony.dial_rules import Wish, masked, refuse_if
from telephony.errors import AsteriskRefused, AsteriskUnreachable, ConnectionLost, TelephonyError
from telephony.intents import Also, intent_of, write_intent
from telephony.message import AmiReply, Value

log = structlog.get_logger(__name__)

RETRY_S: Final = 1.0
LAST_WORD_S: Final = 3.0
"""So long the last word of a call that is not there any more may be on its way, behind the list that lacks the call."""

Due = Callable[[RingAgent], Awaitable[tuple[Wish, Also] | None]]
"""What an order is for that no person has asked for: a call-back whose turn it is; None: a person did."""


def new_call() -> CallId:
    """An id for a call that we make: never used before, and no citizen's."""
    return CallId(f"{OUTWARD}{secrets.token_hex(12)}")


class Exchange(Protocol):
    """What is needed of the AMI connection."""

    async def action(self, name: str, deadline_s: float | None = None, /, **fields: Value) -> AmiReply:
        """Send one action. Raises TelephonyError."""


class Acd(Protocol):
    """What is needed of the ACD's engine."""

    def tell(self, event: Event) -> None:
        """Report a fact."""

    async def ask(self, request: Request) -> None:
        """Have a request decided and written down. Raises acd.errors.Refused."""


class Gate:
    """Give `send` to the switchboard, `note` to the engine's watchers, and `run` it.

    `durable` waits until all that the ACD has decided so far is on disk; `offer` is what it has decided of a call.
    `due` says what stood in the line by itself. `on_over` is done in the transaction that writes an outcome down.
    """

    def __init__(
        self,
        exchange: Exchange,
        acd: Acd,
        database: AsyncEngine,
        city: Callable[[], City],
        now: Callable[[], datetime],
        *,
        durable: Callable[[], Awaitable[None]],
        offer: Callable[[CallId], Offer | None],
        due: Due,
        on_over: Also,
    ) -> None:
        self._exchange, self._acd, self._database, self._city, self._now = exchange, acd, database, city, now
        self._durable, self._offer, self._due, self._on_over = durable, offer, due, on_over
        self._about: dict[CallId, str] = {}  # what the agent is told before the citizen is dialled
        self._steps: dict[CallId, DialStep] = {}  # of calls without an outcome
        self._inherited: set[CallId] = set()  # of those, the ones that another run began
        self._entries: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._intending = asyncio.Lock()

    # ---- asked for

    async def dial(self, wish: Wish, also: Also | None = None) -> CallId:
        """Write the intent down and have the ACD decide; the id of the call. Raises Refused, TelephonyError.

        `also` is done in the transaction of the intent, and may refuse it.
        """
        intent = await self._intend(new_call(), wish, also)
        queue = QueueName(self._city().hotlines[intent.hotline].queue)
        request = AgentDialsOut(at=self._now(), by=wish.who, call=intent.call, agent=wish.agent, queue=queue)
        try:
            await self._acd.ask(request)
        except Refused:
            self._end(intent.call, DialOutcome.NOT_DIALLED)
            raise
        return intent.call

    async def has_carrier(self) -> bool:
        """Whether there is a carrier for calls outside. Raises TelephonyError."""
        return bool((await self._exchange.action("Getvar", Variable="CARRIER")).get("Value"))

    async def _intend(self, call: CallId, wish: Wish, also: Also | None) -> DialOut:
        city = self._city()
        intent = intent_of(call, wish, city, self._now())
        refuse_if(None if await self.has_carrier() else "no_carrier")
        async with self._intending:
            await write_intent(self._database, intent, city, also)
        self._steps[call] = DialStep.INTENDED
        if wish.about:
            self._about[call] = "&".join(wish.about)
        return intent

    # ---- sent, once

    async def send(self, order: RingAgent) -> None:
        """Carry out the ACD's order: ring the agent, whose leg then dials the citizen. Never raises TelephonyError."""
        call = order.call
        try:
            number = await self._take_the_step(order)
            offer = self._offer(call)
            if number is None or offer is None or offer.attempt != order.attempt:
                self._fail(order)  # taken before, or the ACD has given it up meanwhile
                return
            await self._exchange.action("Originate", **self._originate(order, number))
        except Refused as refusal:
            log.info("a call-back is not made now", call=call, rule=refusal.rule)
            self._fail(order)
        except (AsteriskRefused, SQLAlchemyError, OSError) as error:
            log.warning("a call to a citizen was not sent", call=call, why=type(error).__name__)
            self._fail(order)
        except TelephonyError as error:
            log.warning("nobody knows whether a call to a citizen was sent", call=call, why=type(error).__name__)
            if isinstance(error, AsteriskUnreachable) and not isinstance(error, ConnectionLost):
                self._fail(order)  # nothing was sent; else the agent's own deadline ends it

    async def _take_the_step(self, order: RingAgent) -> str | None:
        """The number to dial, if this is who may send it: nobody did before, and nobody will again."""
        await self._durable()
        if due := await self._due(order):
            await self._intend(order.call, *due)
        async with self._database.begin() as connection:
            known = await dial_book.read(connection, order.call)
            if known is None:
                return None
            taken = await dial_book.take_step(
                connection, order.call, DialStep.SENT, self._now(), agent=order.agent, seat=order.seat
            )
        if taken:
            self._steps[order.call] = DialStep.SENT
        return known.number if taken else None

    def _originate(self, order: RingAgent, number: str) -> dict[str, Value]:
        ring_s = self._city().dialling.ring_s
        return {
            "Channel": f"PJSIP/{order.seat}",
            "Context": "dial-out",
            "Exten": number,
            "Priority": "1",
            "ChannelId": order.call,
            "Timeout": str(round(order.ring_time.total_seconds() * 1000)),
            "CallerID": f"<{masked(number)}>",
            "Variable": [
                *(f"__CALL_ID={order.call}", f"__ATTEMPT={order.attempt}", f"RING_S={ring_s}"),
                f"ABOUT={self._about.pop(order.call, '')}",
            ],
        }

    def _fail(self, order: RingAgent) -> None:
        failure = RingFailure.NOT_CARRIED_OUT
        self._acd.tell(RingFailed(at=self._now(), call=order.call, attempt=order.attempt, failure=failure))

    # ---- heard of

    def note(self, event: Event, commands: tuple[Command, ...]) -> None:
        """The engine's watcher."""
        for command in commands:
            if isinstance(command, StopRinging) and is_outward(command.call):  # given up, whatever was sent
                self._end(command.call, after_a_death(self._steps.get(command.call, DialStep.SENT)))
        if isinstance(event, GapClosed):
            self._bury()
            return
        if isinstance(event, DialOutOver):
            self._steps.pop(event.call, None)
            self._entries.put_nowait(lambda: self._write_over(event))
        elif call := self._unfinished_call_of(event):
            self._follow(call, event)

    def _unfinished_call_of(self, event: Event) -> CallId | None:
        call: CallId | None = getattr(event, "call", None)
        return call if call in self._steps else None

    def _follow(self, call: CallId, event: Event) -> None:
        if outcome := outcome_of(event, self._steps[call]):
            self._conclude(call, outcome)
        elif further := step_of(event):
            self._steps[call] = further
            self._entries.put_nowait(lambda: self._write_step(call, further, event.at))

    def _bury(self) -> None:
        """The telephones were looked at: what another run began and the ACD does not know of is not there any more."""
        for call in tuple(self._inherited):
            self._inherited.discard(call)
            if call in self._steps and self._offer(call) is None:
                self._conclude(call, after_a_death(self._steps[call]))

    def _conclude(self, call: CallId, outcome: DialOutcome) -> None:
        """What is known is told at once; that nobody knows, only if the dialplan says nothing meanwhile."""
        if outcome is DialOutcome.UNKNOWN:
            asyncio.get_running_loop().call_later(LAST_WORD_S, self._end, call, outcome)
        else:
            self._end(call, outcome)

    def _end(self, call: CallId, outcome: DialOutcome) -> None:
        self._about.pop(call, None)
        if self._steps.pop(call, None) is not None:
            self._acd.tell(DialOutOver(at=self._now(), call=call, outcome=outcome))

    async def inherit(self) -> None:
        """Before the first decision: what another run began, and perhaps did not end."""
        async with self._database.connect() as connection:
            for dial_out in await dial_book.unfinished(connection):
                self._steps[dial_out.call] = dial_out.step
                self._inherited.add(dial_out.call)

    # ---- written down

    async def run(self) -> None:
        """Write steps and outcomes, in their order, until cancelled; a locked database delays them, it loses none."""
        while True:
            entry = await self._entries.get()
            while True:
                try:
                    await entry()
                except (SQLAlchemyError, OSError) as error:
                    log.warning("a call to a citizen is not written down yet", why=type(error).__name__)
                    await asyncio.sleep(RETRY_S)
                else:
                    break
            self._entries.task_done()

    async def written(self) -> None:
        """Wait until all steps and outcomes noted so far are on disk."""
        await self._entries.join()

    async def _write_step(self, call: CallId, step: DialStep, at: datetime) -> None:
        async with self._database.begin() as connection:
            await dial_book.take_step(connection, call, step, at)

    async def _write_over(self, event: DialOutOver) -> None:
        async with self._database.begin() as connection:
            if not await dial_book.take_step(connection, event.call, DialStep.OVER, event.at, outcome=event.outcome):
                return
            dial_out = await dial_book.read(connection, event.call)
            if dial_out is None:
                return
            await note_dialled_out_over(
                connection,
                dial_out.call,
                agent=dial_out.agent,
                seat=dial_out.seat,
                answered_at=dial_out.answered_at,
                ended_at=event.at,
            )
            await self._on_over(connection, dial_out)
