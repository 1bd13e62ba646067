"""A worker that transcribes beside the controller, on this machine or another: `python -m hotline.asr`.

It takes the controller's own HOTLINE_ settings, with the same database (PostgreSQL), the same Redis, and a state folder
in which `recordings` and the vault's keys are shared. Any number may run, come, go and die. `--check` asks the running
one with the same `--run-folder` whether it can take a job: 0, else 1 and what is in the way.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from asr.checkup import ask, checkups
from hotline.beginning import take_up_rules
from hotline.city_follower import follow_city
from hotline.doors import CannotStart
from hotline.fittings import model_folder
from hotline.speech import build_transcriber
from plumbing.database import connect, prepare
from plumbing.lifecycle import background
from plumbing.logs import set_up_logs
from plumbing.settings import Settings, SettingsInvalid, read_settings
from plumbing.steady import SteadyClock

log = structlog.get_logger(__name__)

OWNER_ONLY = 0o077


def worker_name() -> str:
    """Of this process and no other, ever: a name that came again would give back what its namesake is doing."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


async def run(settings: Settings, run_folder: Path | None) -> None:
    """Transcribe until SIGTERM or SIGINT. Raises CannotStart."""
    if not (settings.redis_url.get_secret_value() and settings.database_url.get_secret_value()):
        raise CannotStart(
            "转写工作进程须与控制器共用数据库与 Redis:请设置 HOTLINE_DATABASE_URL 和 HOTLINE_REDIS_URL"
            " a worker shares database and Redis with the controller: set both"
        )
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    database = connect(settings.database)
    try:
        now = SteadyClock().now
        await prepare(database)
        city = await follow_city(database, settings.city_dir)
        rulebook = await take_up_rules(database, settings.city_dir, now, following=True)
        model, name = await asyncio.to_thread(model_folder, settings), worker_name()
        transcriber = build_transcriber(settings, city.now, rulebook.now, database, model, now, worker=name)
        watched = checkups(run_folder, transcriber.hindrance)
        async with watched, background(transcriber.run(), rulebook.follow(), city.run()):
            log.info("transcribing", worker=name)
            await stop.wait()
    except SQLAlchemyError as error:
        raise CannotStart(f"数据库无法使用 the database cannot be used: {error.__cause__ or error}") from error
    finally:
        await database.dispose()


def checked(run_folder: Path) -> int:
    """Exit code of a health check."""
    hindrance = asyncio.run(ask(run_folder))
    if hindrance:
        sys.stdout.write(f"{hindrance}\n")
    return int(hindrance is not None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m hotline.asr`: 0 after an orderly end, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m hotline.asr", description=__doc__)
    parser.add_argument("--run-folder", type=Path, help="健康检查套接字的目录 / of the health check's socket, short")
    parser.add_argument("--check", action="store_true", help="能否接任务 / can it take a job")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        return checked(chosen.run_folder) if chosen.run_folder else parser.error("--check: --run-folder ?")
    os.umask(OWNER_ONLY)
    set_up_logs()
    try:
        asyncio.run(run(read_settings(), chosen.run_folder))
    except (SettingsInvalid, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
