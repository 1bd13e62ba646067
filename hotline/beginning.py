"""How a run begins, before the first decision: what was is remembered, the queues are told, the seats are opened."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from acd.arrangement import Arrangement
from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import QueuesLoaded
from acd.memory import Memory, retold
from api.board import Board
from city.city import City
from city.files import read_files
from city.load import city_of, without_case_rules
from city.mistakes import CityInvalid
from city.source import Source
from hotline.callbook import CallBook
from hotline.doors import CannotStart
from hotline.fittings import first_seats
from ivr.prompts import SPOKEN
from plumbing.database import connect, prepare
from plumbing.secrets import kept_secret
from plumbing.settings import Settings
from plumbing.steady import Clock
from telephony.ami import AmiAccount
from tickets.rulebook import Rulebook, open_rulebook

log = structlog.get_logger(__name__)


async def open_seats(city: City, engine: Engine, capacity: Capacity, arrangement: Arrangement) -> None:
    """The queues first, then the seats: those of the last run, or on the first start the city's own."""
    queues, loaded = await arrangement.restore(), asyncio.Event()
    forget = engine.subscribe(lambda event, _: loaded.set() if isinstance(event, QueuesLoaded) else None)
    engine.tell(QueuesLoaded(at=engine.now(), queues=queues))
    await loaded.wait()
    forget()
    if await capacity.restore([queue.name for queue in queues]) or await capacity.history(limit=1):
        return
    for seat in first_seats(city):
        await capacity.open_seat(seat, who="city", why="首次启动 first start")


async def remember(memory: Memory, distributor: Distributor, board: Board, callbook: CallBook) -> None:
    """Before the first decision everything is again as it was; what changed since then, the telephones tell.

    The call book is told again what it may not have written: all of it may be written twice.
    """
    began = time.monotonic()
    played = await memory.recover(callbook.note)
    callbook.resume(distributor.offers.values(), distributor.talking.values())
    for event in retold(distributor):
        board.note(event)
    log.info("remembered what was", events=played, took_s=round(time.monotonic() - began, 3))


def ami_account(settings: Settings) -> AmiAccount:
    """Where Asterisk's AMI is, and who we are there; a secret that nobody gave is the one in the state folder."""
    secret = settings.ami_secret
    if not secret.get_secret_value():
        secret = kept_secret(settings.state_dir / "secrets", "ami_secret")
    return AmiAccount(host=settings.ami_host, port=settings.ami_port, username=settings.ami_user, secret=secret)


def read_city(folder: Path) -> City:
    """The city that the folder describes; if there are mistakes in its case rules alone, without these. CannotStart.

    Its receivers are left out: hotline.post_office reads them.
    """
    files = replace(read_files(folder, SPOKEN), webhooks=Source(file="webhooks.toml"))
    try:
        return city_of(files)
    except CityInvalid as whole:
        try:
            return city_of(without_case_rules(files))
        except CityInvalid:
            raise cannot_start(whole) from whole


async def take_up_rules(database: AsyncEngine, folder: Path, now: Clock, *, following: bool = False) -> Rulebook:
    """The rules by which cases are taken, as `tickets.rulebook.open_rulebook`. CannotStart."""
    try:
        return await open_rulebook(database, partial(read_files, folder, SPOKEN), now, following=following)
    except CityInvalid as error:
        raise cannot_start(error) from error


def cannot_start(error: CityInvalid) -> CannotStart:
    """With every mistake."""
    return CannotStart(f"城市配置有误 the city folder has mistakes:\n{error}")


async def open_records(settings: Settings, stack: AsyncExitStack, now: Clock) -> tuple[AsyncEngine, Rulebook]:
    """The database, ready for use, and closed with the stack; and the rules that hold. CannotStart."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    database = connect(settings.database)
    stack.push_async_callback(database.dispose)
    try:
        await prepare(database)
    except SQLAlchemyError as error:
        raise CannotStart(f"数据库无法使用 the database cannot be used: {error.__cause__ or error}") from error
    return database, await take_up_rules(database, settings.city_dir, now)
