"""The controller: builds everything in order, in one visible place, and runs until a signal.

`python -m hotline.controller` reads HOTLINE_… settings; its address is in the state folder once it takes calls.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.journal import Journal
from acd.memory import Memory
from acd.staff import Staff
from api.address import write_address
from api.auth import Tokens
from api.board import Board
from api.ports import Services
from asr.transcriber import Transcriber
from hotline.acquaintance import acquaintance
from hotline.aside import aside
from hotline.beginning import ami_account, open_database, open_seats, read_city, remember, webhook_secret
from hotline.books import usage_of
from hotline.callbook import CallBook
from hotline.calling_back import set_up_calling_back
from hotline.courier import Courier, receivers_of
from hotline.desk import PhoneDesk
from hotline.doors import CannotStart, agi_open, http_open
from hotline.fittings import (
    Callers,
    Floor,
    Sight,
    Vitals,
    acd_queues,
    break_limits,
    in_turn,
    phones_of,
    serving,
    sitting_at,
    skills_of,
)
from hotline.handing_desk import HandingDesk
from hotline.live_ears import LiveEars
from hotline.perimeter import HEARD, Perimeter
from hotline.pilot_hands import set_up_pilot
from hotline.pulse import Pulse, note_pid, wait_for_turn
from hotline.recipe_loans import RecipeLoans
from hotline.speech import build_speech, clocking_of
from hotline.talk_desk import TalkDesk
from hotline.talks_found import TalksFound
from hotline.warner import Warner
from plumbing.lifecycle import background, settle
from plumbing.logs import set_up_logs
from plumbing.settings import Settings, SettingsInvalid, read_settings
from plumbing.steady import Clock, SteadyClock, wall_clock
from recordings.seals import Seals
from recordings.witness import Witness
from telephony.ami import Ami
from telephony.errors import LoginRefused
from telephony.gate import Gate
from telephony.heartbeat import Heartbeat
from telephony.listener import Listener
from telephony.lookout import Lookout
from telephony.mirroring import Mirror
from telephony.reception import Reception
from telephony.switchboard import Switchboard
from telephony.talk import Talk
from telephony.translate import WANTED
from tickets.posting import Posting

log = structlog.get_logger(__name__)

WRITE_OUT_S = 5.0
OWNER_ONLY = 0o077  # what a city's citizens said is nobody else's on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A controller that runs: the parts that others may look at."""

    engine: Engine
    distributor: Distributor
    ami: Ami
    board: Board
    callbook: CallBook
    lookout: Lookout
    transcriber: Transcriber
    database: AsyncEngine
    http_port: int

    async def connected(self) -> None:
        """Wait until Asterisk has let us in."""
        await self.ami.ready()


@asynccontextmanager
async def running(settings: Settings, wall: Clock = wall_clock) -> AsyncIterator[Controller]:
    """A controller from its first part to its last. Raises CannotStart; later failures come in an ExceptionGroup."""
    city = read_city(settings.city_dir)

    def hotline_of(dnis: str) -> str:
        return city.hotline_for(dnis).hotline.number

    async with AsyncExitStack() as stack:
        clock = SteadyClock(wall)
        now = clock.now
        database = await open_database(settings, stack)

        # The circle is closed here: Asterisk tells the ACD, the ACD orders, the switchboard carries out on Asterisk.
        ami = Ami(
            ami_account(settings),
            wanted=WANTED | HEARD,
            on_event=in_turn(lambda m: listener.hear(m), lambda m: mirror.hear(m), lambda m: perimeter.hear(m)),  # noqa: PLW0108
            on_login=in_turn(lambda: lookout.begin(), lambda: mirror.look()),  # noqa: PLW0108 - made below
            on_lost=lambda: lookout.lose(),  # noqa: PLW0108
            on_ping=lambda *pong: listener.pong(*pong),  # noqa: PLW0108
        )
        switchboard = Switchboard(ami, lambda event: engine.tell(event), now, dial_out=lambda order: gate.send(order))  # noqa: PLW0108
        distributor, journal = Distributor(), Journal(database)
        loans = RecipeLoans(switchboard, distributor, lambda: arrangement, now)
        engine = Engine(distributor, loans, journal, now)
        callbook = CallBook(database, hotline_of, short=timedelta(seconds=city.about.short_abandon_s))
        memory = Memory(database, journal, distributor, now, written=callbook.written)
        call_backs = set_up_calling_back(ami, engine, database, lambda: arrangement.now.city, journal, callbook, now)
        debts, gate = call_backs.debts, call_backs.gate
        ears = LiveEars(hotline_of, frozenset(line.number for line in city.hotlines.values() if line.crisis))
        note_arrival = in_turn(callbook.note_arrival, ears.note_arrival)
        listener = Listener(
            engine.tell,
            note_arrival,
            now,
            time.monotonic,
            on_caught_up=lambda: lookout.catch_up(),  # noqa: PLW0108
        )
        lookout = Lookout(engine, distributor, listener, note_arrival, now)
        # Should we die: Asterisk knows by the heartbeat, and by the mirror whom it may ring.
        heartbeat, perimeter = Heartbeat(ami), Perimeter(city.lines, settings.state_dir, database, now)
        mirror = Mirror(
            ami,
            lambda: None if lookout.sightings.blind else serving(distributor),
            lambda call: distributor.is_blind or call in distributor.offers,
        )
        engine.on_beat(heartbeat.beat)
        engine.subscribe(mirror.note)

        skills = skills_of(city)
        board, capacity = Board(), Capacity(database, engine, phones=phones_of(city), skills=skills)
        staff = Staff(database, skills=skills)
        arrangement = Arrangement(database, engine, capacity, city, acd_queues)
        for watcher in (memory.note, lookout.watch, callbook.note, *call_backs.watchers):
            engine.subscribe(watcher)
        engine.subscribe(board.watch)
        warner = Warner(distributor, board, now, break_limits(city))
        engine.subscribe(warner.note)
        engine.on_beat(warner.beat)

        witness, found = Witness(database, Seals(settings.seals)), TalksFound(engine.tell, database, now)
        taken_in = in_turn(debts.note_recording, found.note)
        is_over = distributor.has_ended
        speech = await build_speech(settings, city, database, board, hotline_of, now, taken_in, is_over, ears)

        # one after the other: what is begun first ends last
        await journal.open()
        clock.not_before(journal.ended_at)
        await remember(memory, distributor, board, callbook)
        await gate.inherit()
        await stack.enter_async_context(background(journal.run(), memory.run(), callbook.run(), gate.run()))
        stack.push_async_callback(_write_out, journal, callbook, gate)
        await stack.enter_async_context(background(engine.run(), switchboard.run(), debts.run(), call_backs.line.run()))
        await found.tell_again()
        await open_seats(city, engine, capacity, arrangement)
        pilot = await set_up_pilot(engine, arrangement, database, now, call_backs.line.owes)
        desk = PhoneDesk(engine, staff, sitting_at(distributor), now)
        reception = Reception(lambda: arrangement.now.city, desk, now, acquaintance(database), engine.tell)
        handing = HandingDesk(engine, distributor, Talk(ami), lambda: city)
        scripts = {"call": reception.receive, "agent-code": reception.serve_agent, "whom": handing.find}
        await stack.enter_async_context(agi_open(settings, scripts | {"offer-call-back": call_backs.offer.receive}))
        await stack.enter_async_context(background(ami.run(), lookout.run(ami), heartbeat.run(), mirror.run()))
        await stack.enter_async_context(
            background(speech.crier.run(), speech.intake.run(), speech.transcriber.run(), speech.keeper.run())
        )
        await stack.enter_async_context(background(speech.watchman.run(), speech.alarm.run()))
        await stack.enter_async_context(
            background(speech.sweeper.run(), witness.run(), perimeter.run(), arrangement.run(), pilot.run())
        )
        courier = Courier(database, receivers_of(city.webhooks), webhook_secret(settings), now)
        await stack.enter_async_context(background(loans.run(), courier.run()))
        services = Services(
            tokens=Tokens(database),
            board=board,
            floor=Floor(engine, distributor, break_limits(city)),
            directory=staff,
            seats=capacity,
            measures=arrangement,
            autopilot=pilot,
            callers=Callers(database),
            talks=TalkDesk(engine, distributor, Talk(ami), database, journal, now),
            handing=handing,
            dialling=call_backs.desk,
            vitals=Vitals(
                engine,
                Sight(ami=ami, listener=listener, lookout=lookout, perimeter=perimeter),
                speech.transcriber,
                database,
                speech.model,
                witness,
                speech.sweeper,
            ),
            hindsight=await stack.enter_async_context(aside(settings.database, lambda: usage_of(city))),
            transcription=speech.transcriber,
            clocking=clocking_of(city, now),
            posting=Posting(city.webhooks, country_code=city.about.country_code),
            courier=courier,
            repeat_window=timedelta(days=city.about.repeat_window_days),
            database=database,
            archive=speech.vault,
            sweeping=speech.sweeper,
            is_confidential=lambda _: False,  # no hotline is, until a city can say so
        )
        await services.tokens.put_first_token(settings.state_dir, now=now())
        http_port = await stack.enter_async_context(http_open(settings, services, now))
        yield Controller(
            engine=engine,
            distributor=distributor,
            ami=ami,
            board=board,
            callbook=callbook,
            lookout=lookout,
            transcriber=speech.transcriber,
            database=database,
            http_port=http_port,
        )


async def _write_out(journal: Journal, callbook: CallBook, gate: Gate) -> None:
    """What was decided last is on disk before the end."""
    try:
        async with asyncio.timeout(WRITE_OUT_S):
            await journal.flushed(journal.last)
            await callbook.written()
            await gate.written()
    except TimeoutError:
        log.error("the database did not take the last facts in time")  # noqa: TRY400 - the time-out says it all


async def run(settings: Settings, wall: Clock = wall_clock) -> None:
    """Run until SIGTERM or SIGINT. Raises CannotStart."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(settings, wall) as controller:
            controller.engine.on_beat(Pulse().beat)
            note_pid(settings.state_dir)
            write_address(settings.state_dir, settings.http_host, controller.http_port)
            log.info("taking calls", http_port=controller.http_port)
            await stop.wait()
    except LoginRefused as error:
        raise CannotStart(
            f"Asterisk 不接受 AMI 账号或密钥 Asterisk refuses the AMI account or its secret: {error}"
        ) from error


def main(wall: Clock = wall_clock) -> int:
    """Entry of `python -m hotline.controller`: 0 after an orderly end, 2 when it could not start."""
    os.umask(OWNER_ONLY)
    set_up_logs()
    settle()  # a spare does it while it waits
    if not wait_for_turn():
        return 0
    try:
        asyncio.run(run(read_settings(), wall))
    except (SettingsInvalid, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
