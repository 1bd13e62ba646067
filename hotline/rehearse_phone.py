"""演练·真机: rehearsals carried out on a real Asterisk by real SIP phones, keys and all, judged as the simulated are.

A private PBX and a controller of their own serve the city; nothing of a running one is touched. What a caller has heard
is known from the sound that arrived at the phone (hotline.rehearsed_caller). Where the call ended, and which ways it
went, is what the house itself was told.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from acd.call_back_facts import CallBackAsked
from acd.call_facts import VoiceMessageLeft
from acd.events import CallArrived, CallEnded, CallJoined, Event
from acd.model import CallId
from city.city import City
from city.ways import Way, served
from hotline.controller import Controller, running
from hotline.embedded import Premises, premises
from hotline.rehearsed_caller import Keys, RehearsedCaller
from hotline.rehearsed_ticket import put_sample_ticket
from hotline.rehearsing import open_moment
from ivr.arrival import journey_at
from ivr.menu import CallBackPromised, Edge, End, Join, Journey, Menu, MessageLeft, Need, Progress
from ivr.prompts import SPOKEN
from ivr.rehearsal import Outcome, Rehearsal, Verdict, judge
from plumbing.settings import PREFIX, read_settings
from sandbox.baresip import Program, find_baresip
from sandbox.lines import Line
from sandbox.old_gateway import old_gateway
from sandbox.phone_errors import PhoneError
from sandbox.phones import Phone
from sandbox.sound import Samples, read_wav

Found = TypeVar("Found")

LINES: Final = 6
TRIES: Final = 3
"""How often at most a call is made of which the phone itself was late, or did not start."""
LOOK_AGAIN_S: Final = 0.05
ENDS_S: Final = 60.0
KEPT_S: Final = 10.0
"""A message that is kept is told of so soon."""
FIRST_NUMBER: Final = 13900000000
"""Callers who may be anybody have numbers of their own: one number may not call too often."""


@dataclass(slots=True)
class Told:
    """What the house was told of one call."""

    events: list[Event] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def first(self, kind: type[Found]) -> Found | None:
        """The first fact of this kind."""
        return next((event for event in self.events if isinstance(event, kind)), None)

    @property
    def is_over(self) -> bool:
        """Whether the caller has left the menu."""
        return bool(self.first(CallJoined) or self.first(CallEnded))

    @property
    def seconds(self) -> float:
        """From the answer to the waiting room, or to the end."""
        arrived, last = self.first(CallArrived), self.first(CallJoined) or self.first(CallEnded)
        return (last.at - arrived.at).total_seconds() if arrived and last else 0.0

    @property
    def end(self) -> End | None:
        """Where the call ended; None if the caller hung up before."""
        if joined := self.first(CallJoined):
            skills = frozenset(Need(str(skill), level) for skill, level in joined.skills)
            return Join(str(joined.queue), skills, joined.priority)
        if self.first(CallBackAsked):
            return CallBackPromised()
        return MessageLeft() if self.first(VoiceMessageLeft) else None


class House:
    """A PBX and a controller for a city, and what the controller was told."""

    def __init__(self, place: Premises, controller: Controller, city: City, moment: datetime, program: Program) -> None:
        """`city`: what callers expect."""
        self._port, self._city, self._moment, self._program = place.pbx.config.sip_port, city, moment, program
        self._folder = place.state_dir
        self._told: dict[CallId, Told] = defaultdict(Told)
        self._arrivals: asyncio.Queue[CallId] = asyncio.Queue()
        self._dialling = asyncio.Lock()
        self._numbers, self._phones = itertools.count(FIRST_NUMBER), itertools.count(1)
        self._sounds: dict[str, Samples] = {}
        self.repeated = 0
        """How many calls were made once more because the phone was late."""
        controller.engine.subscribe(lambda event, _: self._note(event))
        controller.reception.note_edge = lambda call, edge: self._told[call].edges.append(edge)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, city: City, moment: datetime, folder: Path, *, serves: City | None = None
    ) -> AsyncIterator[House]:
        """Boot both, the controller's clock at `moment`; ended with the context.

        `serves`: the city that the house is given, if that is another than the callers expect. Raises what
        `hotline.embedded.premises` and `hotline.controller.running` raise, and DebsError.
        """
        began_s = time.monotonic()
        program = await asyncio.to_thread(find_baresip)
        async with premises(folder / "state", serves or city, model=None) as place:
            told = {name.removeprefix(PREFIX).lower(): value for name, value in place.environment.items()}
            wall = lambda: (moment + timedelta(seconds=time.monotonic() - began_s)).astimezone(UTC)  # noqa: E731
            async with running(read_settings(**told), wall) as controller:
                await put_sample_ticket(controller.database, city.zone)
                await controller.connected()
                yield cls(place, controller, city, moment, program)

    async def rehearse(
        self, rehearsals: Sequence[Rehearsal], *, lines: int = LINES, keys: Keys = Keys.EVENTS
    ) -> tuple[Verdict, ...]:
        """Carry them out, so many at once."""
        outcomes: dict[int, Outcome] = {}
        due = iter(enumerate(rehearsals))

        async def work() -> None:
            for place, rehearsal in due:
                outcomes[place] = await self._carry_out(rehearsal, keys)

        async with asyncio.TaskGroup() as group:
            for _ in range(lines):
                group.create_task(work())
        return tuple(judge(rehearsal, outcomes[place]) for place, rehearsal in enumerate(rehearsals))

    async def _carry_out(self, rehearsal: Rehearsal, keys: Keys) -> Outcome:
        """Once more if the phone was late or did not obey; what came of the last time counts, whatever it was."""
        for tries_left in reversed(range(TRIES)):
            try:
                outcome, was_late = await self._call(rehearsal, keys)
            except (TimeoutError, PhoneError):
                if not tries_left:
                    raise
            else:
                if not was_late or not tries_left:
                    break
            self.repeated += 1
        return outcome

    async def _call(self, rehearsal: Rehearsal, keys: Keys) -> tuple[Outcome, bool]:
        """One call, from a phone of its own; and whether the phone was late."""
        folder = self._folder / f"phone-{next(self._phones)}"
        folder.mkdir()
        hotline = self._city.hotline_for(rehearsal.number).hotline
        sounds = self._sounds_of(journey_at(self._city, served(self._city, hotline, self._moment)))
        async with AsyncExitStack() as stack:
            port = self._port if keys is Keys.EVENTS else await stack.enter_async_context(old_gateway(self._port))
            who = str(next(self._numbers)) if rehearsal.caller is None else rehearsal.caller
            line = Line.citizen(port, who) if who else Line.hidden(port)
            phone = await stack.enter_async_context(
                Phone.start(line, folder=folder, program=self._program, listens_whole=True)
            )
            told = await self._dial(phone, rehearsal.number)
            caller = RehearsedCaller(phone, sounds, self._city, lambda: told.is_over, keys)
            done = await caller.do(rehearsal.steps)
            await _until(lambda: told.is_over, ENDS_S)
            await caller.hear_out()
            if phone.calls[-1].end is None:
                await phone.hang_up()
            await phone.calls[-1].closed()
            if told.edges and isinstance(told.edges[-1].to, MessageLeft):
                with suppress(TimeoutError):  # then none was kept
                    await _until(lambda: told.first(VoiceMessageLeft) is not None, KEPT_S)
            heard, was_late = caller.heard(), caller.was_late
        outcome = Outcome(heard=heard, end=told.end, seconds=told.seconds, done=done, passed=tuple(told.edges))
        return outcome, was_late

    async def _dial(self, phone: Phone, number: str) -> Told:
        """One at a time, so that the next arrival is ours."""
        async with self._dialling:
            while not self._arrivals.empty():  # of one that was given up
                self._arrivals.get_nowait()
            await phone.dial(number)
            async with asyncio.timeout(ENDS_S):
                return self._told[await self._arrivals.get()]

    def _note(self, event: Event) -> None:
        call: CallId | None = getattr(event, "call", None)
        if call is not None:
            self._told[call].events.append(event)
        if isinstance(event, CallArrived):
            self._arrivals.put_nowait(event.call)

    def _sounds_of(self, journey: Journey) -> Mapping[str, Samples]:
        names = audible(journey)
        for name in names - self._sounds.keys():
            self._sounds[name] = read_wav(self._city.audio_of(name))
        return {name: self._sounds[name] for name in names}


async def rehearse_on_phones(
    city: City,
    rehearsals: Sequence[Rehearsal],
    folder: Path,
    *,
    lines: int = LINES,
    keys: Keys = Keys.EVENTS,
    serves: City | None = None,
    note_repeated: Callable[[int], None] = lambda _: None,
) -> tuple[Verdict | None, ...]:
    """Carry them out, those of each moment in a house of their own (`House.open`).

    None for a call that leaves the house (a transfer outside, a message while closed): here is nobody to take it.
    `note_repeated`: how many calls were made once more because the phone was late.
    """
    verdicts: list[Verdict | None] = [None] * len(rehearsals)
    usual = open_moment(city)
    by_moment: dict[datetime, list[int]] = {}
    for place, rehearsal in enumerate(rehearsals):
        moment = usual if rehearsal.at is None else rehearsal.at.replace(tzinfo=city.zone)
        if served(city, city.hotline_for(rehearsal.number).hotline, moment).way is Way.QUEUE:
            by_moment.setdefault(moment, []).append(place)
    for number, (moment, places) in enumerate(by_moment.items()):
        own = folder / f"house-{number}"
        own.mkdir()
        async with House.open(city, moment, own, serves=serves) as house:
            found = await house.rehearse([rehearsals[place] for place in places], lines=lines, keys=keys)
        note_repeated(house.repeated)
        for place, verdict in zip(places, found, strict=True):
            verdicts[place] = verdict
    return tuple(verdicts)


def audible(journey: Journey) -> frozenset[str]:
    """Every prompt that callers of a hotline can hear before they wait, in any language."""
    found = set(journey.greeting)
    nodes = [journey.menus[name] for name in {edge.node for edge in journey.edges()} - {""}]
    for node in nodes:
        found.add(node.prompt)
        if isinstance(node, Progress):
            found.update(node.classes.values())
    if any(not isinstance(node, Menu) for node in nodes):
        found |= {slug for slug in SPOKEN if not slug.startswith(("code-", "refused", "talk-", "wait-", "ahead-"))}
    return frozenset(
        found | {said for variants in journey.variants.values() for s, said in variants.items() if s in found}
    )


async def _until(true: Callable[[], bool], within_s: float) -> None:
    """Look until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - facts are told to a list
            await asyncio.sleep(LOOK_AGAIN_S)
