"""A real SIP phone that obeys: registers, dials, answers or not, presses keys, speaks, notes what it hears and when.

One phone is one baresip process and has one call at a time; a second caller hears busy. Times are taken when baresip's
event arrives here, within a millisecond or two of the packet.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sandbox.baresip import Baresip, Program, Settings
from sandbox.diary import DEADLINE_S, Diary, Kind, PhoneEvent
from sandbox.lines import Line
from sandbox.mouth import SILENCE, Mouth, prepare
from sandbox.netstrings import Message
from sandbox.phone_call import Call
from sandbox.phone_errors import CallEnded, CommandRefused, NoCall, PhoneError, PhoneGone, RegistrationRefused
from sandbox.sound import RATE_HZ, Samples, keypad_tone

Part = TypeVar("Part")
TRAVEL_S = 0.2
"""From the last sample sent to the last sample heard: both sides buffer."""
KEY_S = 0.25
"""From key to key; a key sounds for some 100 ms of it."""

_KINDS = {
    "REGISTER_OK": Kind.REGISTERED,
    "REGISTER_FAIL": Kind.REGISTRATION_FAILED,
    "CALL_RINGING": Kind.RINGING,
    "CALL_PROGRESS": Kind.RINGING,
    "CALL_INCOMING": Kind.INCOMING,
    "CALL_ESTABLISHED": Kind.ESTABLISHED,
    "CALL_RTPESTAB": Kind.HEARING,
    "CALL_CLOSED": Kind.CLOSED,
    "CALL_DTMF_START": Kind.DIGIT,
}


class Manner(StrEnum):
    """What a phone does when it is called."""

    RING = "ring"
    """Rings until somebody calls `answer()`: for ever, if nobody does."""
    ANSWER = "answer"
    """Answers by itself, after a while if told so."""
    BUSY = "busy"
    """Rejects with 486."""
    REFUSE = "refuse"
    """Is not to be disturbed: 480, and the phone itself notices nothing."""


class Phone:
    """A phone that is switched on. Make one with `async with Phone.start(line) as phone`."""

    def __init__(self, line: Line, folder: Path) -> None:
        self.line = line
        self.folder = folder
        self.diary = Diary()
        self.calls: list[Call] = []
        """Every call, the latest last."""
        self._manner = Manner.RING
        self._after_s = 0.0
        self._received = 0
        self._baresip: Baresip | None = None
        self._mouth: Mouth | None = None

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        line: Line,
        *,
        manner: Manner = Manner.RING,
        after_s: float = 0.0,
        folder: Path | None = None,
        program: Program | None = None,
        listens_whole: bool = False,
    ) -> AsyncIterator[Phone]:
        """Switch a phone on, registered if a seat's; off with the context: hung up, unregistered, its program ended.

        `folder` keeps what it heard as `heard-N.wav`; a temporary folder does not. `listens_whole`: it loses nothing of
        what arrives late (sandbox.recognise). Raises RegistrationRefused, PhoneDidNotStart, sandbox.apt.DebsError, or
        TimeoutError if the registrar does not answer.
        """
        async with AsyncExitStack() as stack:
            own = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lx-phone-")))
            prepare(own)
            phone = cls(line, own)
            settings = Settings(folder=own, source=SILENCE, player="heard-1.wav", listens_whole=listens_whole)
            phone._baresip = await stack.enter_async_context(Baresip.start(settings, phone._take, program))
            phone._mouth = Mouth(phone._baresip, own)
            stack.callback(phone._mouth.rest)
            await phone.behave(manner, after_s)
            await phone.register()
            yield phone

    # ---------------------------------------------------------------- the phone itself

    @property
    def program(self) -> Baresip:
        """The process behind: to freeze it, kill it, or ask for its CPU time."""
        return _switched_on(self._baresip)

    @property
    def mouth(self) -> Mouth:
        """What it speaks with."""
        return _switched_on(self._mouth)

    async def register(self, deadline_s: float = DEADLINE_S) -> None:
        """Make the account and, if it is a seat's, wait for the registrar. Raises RegistrationRefused, TimeoutError."""
        since = len(self.diary.events)
        await self.program.command("uanew", self.line.account)
        if not self.line.registers:
            return
        answers = (Kind.REGISTERED, Kind.REGISTRATION_FAILED, Kind.GONE)
        event = await self.diary.wait_for(lambda it: it.kind in answers, deadline_s, since=since)
        if event.kind is not Kind.REGISTERED:
            raise RegistrationRefused(event.detail)

    async def unregister(self) -> None:
        """Remove the account: the registrar is told, and nobody can call the phone until `register()`."""
        await self.program.command("uadel", self.line.address)

    async def behave(self, manner: Manner, after_s: float = 0.0) -> None:
        """What to do with the next calls."""
        self._manner, self._after_s = manner, after_s
        await self.program.command("dnd", "true" if manner is Manner.REFUSE else "false")

    async def wait_for(self, kind: Kind, deadline_s: float = DEADLINE_S, *, since: int = 0) -> PhoneEvent:
        """The first event of this kind from number `since` of the diary on. Raises TimeoutError."""
        return await self.diary.wait_for(lambda event: event.kind is kind, deadline_s, since=since)

    # ---------------------------------------------------------------- calls

    @property
    def call(self) -> Call:
        """The call that is up or rings. Raises NoCall."""
        if not self.calls or self.calls[-1].end:
            raise NoCall("话机上没有通话。 The phone has no call.")
        return self.calls[-1]

    async def dial(self, number: str) -> Call:
        """Send the INVITE and return; what comes of it is the call's to tell. `number` may be a code such as `*71`."""
        answer = await self.program.command("dial", self.line.address_of(number))
        return self._known(answer.rpartition("call id: ")[2].strip())

    async def incoming(self, deadline_s: float = DEADLINE_S) -> Call:
        """The next call that came in, whatever became of it since; each is returned once, in order.

        Raises TimeoutError.
        """
        event = await self.wait_for(Kind.INCOMING, deadline_s, since=self._received)
        self._received = self.diary.events.index(event) + 1
        return next(call for call in self.calls if call.id == event.call)

    async def answer(self) -> Call:
        """Pick up, and wait until the PBX knows. Raises NoCall, CallEnded."""
        call = self.call
        await self.program.command("accept", call.id)
        await call.established()
        return call

    async def hang_up(self) -> Call:
        """End the call, or reject it (486) if it still rings here, and wait for its end. Raises NoCall."""
        call = self.call
        with suppress(CommandRefused):  # the other side was quicker
            await self.program.command("hangup", call.id)
        await call.closed()
        return call

    async def press(self, keys: str) -> None:
        """Press keys, 0-9, * and #, as RFC 4733 events; returns when the last has sounded, or has ended the call.

        Raises NoCall, or CallEnded if the call ends before the last key.
        """
        call = self.call
        for number, key in enumerate(keys, 1):
            try:
                await self.program.command("sndcode", key)
                await self._stay(call, KEY_S)
            except (CallEnded, CommandRefused) as error:
                if number < len(keys):
                    raise CallEnded(str(error)) from error

    async def press_tone(self, key: str) -> None:
        """Press a key that travels as sound, not as an event. Raises as `play` does."""
        await self.play(keypad_tone(key))

    async def play(self, samples: Samples) -> None:
        """Speak into the call; returns when the last sample was heard. Raises NoCall, or CallEnded on an early end."""
        call = self.call
        await self.mouth.speak(samples)
        try:
            await self._stay(call, len(samples) / RATE_HZ + TRAVEL_S)
        finally:
            if not call.end:
                self.mouth.keep_silent()

    async def _stay(self, call: Call, length_s: float) -> None:
        try:
            end = await call.closed(length_s)
        except TimeoutError:
            return
        raise CallEnded(end.detail)

    # ---------------------------------------------------------------- what baresip says

    def _take(self, message: Message) -> None:
        if not message:
            call = self.calls[-1].id if self.calls and not self.calls[-1].end else ""
            self.diary.note(Kind.GONE, call=call, detail="the phone's program has ended")
            return
        kind = _KINDS.get(str(message.get("type")))
        if kind is None:
            return
        call_id, peer, detail = (str(message.get(name, "")) for name in ("id", "peeruri", "param"))
        if kind is Kind.INCOMING:
            self._open(kind, call_id, peer)
            self._greet(call_id)
        else:
            if call_id:
                self._known(call_id)
            self.diary.note(kind, call=call_id, peer=peer, detail=detail)
            self._follow(kind, call_id)

    def _known(self, call_id: str) -> Call:
        """The call of this id; one just dialled may be heard of first by an event or by `dial`'s answer."""
        found = next((call for call in reversed(self.calls) if call.id == call_id), None)
        return found or self._open(Kind.DIALLED, call_id, "")

    def _open(self, kind: Kind, call_id: str, peer: str) -> Call:
        call = Call(self.diary, call_id, self.folder / f"heard-{len(self.calls) + 1}.wav")
        self.calls.append(call)
        self.diary.note(kind, call=call_id, peer=peer)
        return call

    def _greet(self, call: str) -> None:
        if self._manner is Manner.ANSWER:
            asyncio.get_running_loop().call_later(self._after_s, self._tell, "accept", call)
        elif self._manner is Manner.BUSY:
            self._tell("hangup", call)

    def _follow(self, kind: Kind, call_id: str) -> None:
        if kind is Kind.ESTABLISHED:
            self.mouth.stay_silent()
        elif kind is Kind.CLOSED and self.calls[-1].id == call_id:
            self.mouth.rest()
            self._tell("ausrc", f"aufile,{SILENCE}")
            self.calls[-1].written = self._tell("auplay", f"aufile,heard-{len(self.calls) + 1}.wav")

    def _tell(self, command: str, parameters: str) -> asyncio.Future[str] | None:
        with suppress(PhoneGone):
            return self.program.send(command, parameters)
        return None


def _switched_on(part: Part | None) -> Part:
    if part is None:
        raise PhoneError("话机尚未启动。 The phone is not switched on.")
    return part
