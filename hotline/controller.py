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
from acd.measures import overlays_of
from acd.memory import Memory
from acd.staff import Staff
from api.address import write_address
from api.auth import Tokens
from api.board import Board
from api.ports import Services
from asr.transcriber import Transcriber
from hotline.acquaintance import acquaintance
from hotline.aside import aside
from hotline.beginning import ami_account, open_records, open_seats, remember
from hotline.callbook import CallBook
from hotline.calling_back import set_up_calling_back
from hotline.city_start import open_city, places_of
from hotline.city_swap import CitySwap
from hotline.city_watch import watch_folder
from hotline.counter_desk import CounterDesk
from hotline.desk import PhoneDesk
from hotline.doors import CannotStart, agi_open, http_open
from hotline.ending import write_out
from hotline.fittings import (
    Callers,
    Floor,
    Sight,
    Vitals,
    acd_queues,
    break_limits,
    in_turn,
    phones_of,
    sitting_at,
    skills_of,
)
from hotline.handing_desk import HandingDesk
from hotline.left_alone import set_up_left_alone
from hotline.live_ears import LiveEars
from hotline.perimeter import HEARD, Perimeter
from hotline.pilot_hands import set_up_pilot
from hotline.post_office import open_post_office
from hotline.prompt_desk import PromptDesk
from hotline.pulse import Pulse, note_pid, wait_for_turn
from hotline.rating_desk import RatingDesk
from hotline.recipe_loans import RecipeLoans
from hotline.speech import build_speech
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
from telephony.eyes import Eyes
from telephony.listener import Listener
from telephony.lookout import Lookout
from telephony.reception import Reception
from telephony.switchboard import Switchboard
from telephony.talk import Talk
from telephony.translate import WANTED
from tickets.clocking import Clocking
from tickets.rating_book import RatingBook

log = structlog.get_logger(__name__)

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
    reception: Reception
    transcriber: Transcriber
    database: AsyncEngine
    http_port: int

    async def connected(self) -> None:
        """Wait until Asterisk has let us in."""
        await self.ami.ready()


@asynccontextmanager
async def running(settings: Settings, wall: Clock = wall_clock) -> AsyncIterator[Controller]:
    """A controller from its first part to its last. Raises CannotStart; later failures come in an ExceptionGroup."""
    async with AsyncExitStack() as stack:
        now = (clock := SteadyClock(wall)).now
        database, rulebook = await open_records(settings, stack, now)
        cities = await open_city(settings, database, swap := CitySwap(), now)
        city = cities.city  # for what is set up once

        # The circle is closed here: Asterisk tells the ACD, the ACD orders, the switchboard carries out on Asterisk.
        ami = Ami(
            ami_account(settings),
            wanted=WANTED | HEARD,
            on_event=in_turn(lambda m: listener.hear(m), lambda m: alone.mirror.hear(m), lambda m: perimeter.hear(m)),  # noqa: PLW0108
            on_login=in_turn(lambda: lookout.begin(), lambda: alone.look()),  # noqa: PLW0108 - made below
            on_lost=lambda: lookout.lose(),  # noqa: PLW0108
            on_ping=lambda *pong: listener.pong(*pong),  # noqa: PLW0108
        )
        switchboard = Switchboard(ami, lambda event: engine.tell(event), now, dial_out=lambda order: gate.send(order))  # noqa: PLW0108
        switchboard.voices = swap.voices
        distributor, journal = Distributor(), Journal(database)
        loans = RecipeLoans(switchboard, distributor, lambda: arrangement, now)
        engine = Engine(distributor, loans, journal, now)
        post = await open_post_office(settings, swap.now, database, now)
        clocking = Clocking(rulebook.now, clock=now)
        book, short = RatingBook(lambda: swap.now().ratings, clocking, post.posting), city.about.short_abandon_s
        callbook = CallBook(database, swap.hotline_of, short=timedelta(seconds=short), ratings=book)
        memory = Memory(database, journal, distributor, now, written=callbook.written)
        call_backs = set_up_calling_back(ami, engine, database, swap.now, journal, callbook, now)
        debts, gate = call_backs.debts, call_backs.gate
        ears = LiveEars(swap.hotline_of, lambda: swap.now().crisis_hotlines)
        note_arrival = in_turn(callbook.note_arrival, ears.note_arrival)
        listener = Listener(
            engine.tell,
            note_arrival,
            now,
            time.monotonic,
            on_caught_up=lambda: lookout.catch_up(),  # noqa: PLW0108
        )
        lookout, eyes = Lookout(engine, distributor, listener, note_arrival, now), Eyes(ami, ami_account(settings))
        perimeter = Perimeter(city.lines, settings.state_dir, database, now)
        alone = set_up_left_alone(ami, distributor, lambda: lookout.sightings.blind, lambda: cities.city)
        swap.watch(alone.briefing.change)
        engine.on_beat(alone.heartbeat.beat)

        skills = skills_of(city)
        board, capacity = Board(), Capacity(database, engine, phones=phones_of(city), skills=skills)
        staff = Staff(database, skills=skills)
        arrangement = Arrangement(database, engine, capacity, city, acd_queues)
        swap.join(arrangement, capacity, staff)
        ratings = RatingDesk(engine, swap.now, callbook.written)
        warner = Warner(distributor, board, now, break_limits(city))
        watchers = (memory.note, lookout.watch, callbook.note, *call_backs.watchers, board.watch, warner.note)
        for watcher in (alone.mirror.note, *watchers, ratings.note):
            engine.subscribe(watcher)
        engine.on_beat(warner.beat)

        witness, found = Witness(database, Seals(settings.seals)), TalksFound(engine.tell, database, now)
        taken_in = in_turn(debts.note_recording, found.note)
        speech = await build_speech(
            settings, swap, rulebook.now, database, board, now, taken_in, distributor.has_ended, ears
        )

        # one after the other: what is begun first ends last
        await journal.open()
        clock.not_before(journal.ended_at)
        await remember(memory, distributor, board, callbook)
        ratings.resume()
        await gate.inherit()
        await stack.enter_async_context(background(journal.run(), memory.run(), callbook.run(), gate.run()))
        stack.push_async_callback(write_out, journal, callbook, gate)
        await stack.enter_async_context(background(engine.run(), switchboard.run(), debts.run(), call_backs.line.run()))
        await found.tell_again()
        await open_seats(city, engine, capacity, arrangement)
        pilot = await set_up_pilot(engine, arrangement, database, now, call_backs.line.owes)
        desk = PhoneDesk(engine, staff, sitting_at(distributor), now)
        counter = CounterDesk(swap.now, now, settings.spool_dir, call_backs, database)
        reception = Reception(swap.now, desk, now, acquaintance(database), engine.tell, counter, callbook.note_menu)
        handing = HandingDesk(engine, distributor, Talk(ami), swap.now)
        scripts = {"call": reception.receive, "agent-code": reception.serve_agent, "whom": handing.find}
        scripts |= {"offer-call-back": call_backs.offer.receive, "rate": ratings.receive}
        await stack.enter_async_context(agi_open(settings, scripts, swap.voices))
        await stack.enter_async_context(
            background(ami.run(), lookout.run(ami, eyes), *alone.runs(), watch_folder(cities))
        )
        await stack.enter_async_context(
            background(speech.crier.run(), speech.intake.run(), speech.transcriber.run(), speech.keeper.run())
        )
        prompts = PromptDesk(cities, places_of(settings), now)
        say_again = prompts.say_again(overlays_of(arrangement.now.standing))
        await stack.enter_async_context(background(eyes.run(), *speech.watching(), post.courier.run(), say_again))
        await stack.enter_async_context(
            background(
                speech.sweeper.run(), witness.run(), perimeter.run(), arrangement.run(), pilot.run(), loans.run()
            )
        )
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
            hindsight=await stack.enter_async_context(aside(settings.database, swap.usage, cities.folder_in_force)),
            transcription=speech.transcriber,
            rulebook=rulebook,
            clocking=clocking,
            posting=post.posting,
            courier=post.courier,
            receivers=post.receivers,
            repeat_window=timedelta(days=city.about.repeat_window_days),
            database=database,
            archive=speech.vault,
            sweeping=speech.sweeper,
            retention=speech.retention,
            forgetting=speech.forgetting,
            city=cities,
            prompts=prompts,
            is_confidential=swap.is_confidential,
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
            reception=reception,
            transcriber=speech.transcriber,
            database=database,
            http_port=http_port,
        )


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
