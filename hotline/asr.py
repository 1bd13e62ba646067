"""A worker that transcribes beside the controller, on this machine or another: `python -m hotline.asr`.

It takes the controller's own HOTLINE_ settings, with the same database (PostgreSQL), the same Redis, and a state folder
in which `recordings` and the vault's keys are shared. Any number may run, come, go and die.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys

import structlog
from sqlalchemy.exc import SQLAlchemyError

from city.load import load_city
from city.mistakes import CityInvalid
from hotline.doors import CannotStart
from hotline.fittings import model_folder
from hotline.speech import build_transcriber
from ivr.prompts import SPOKEN
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


async def run(settings: Settings) -> None:
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
        city = await asyncio.to_thread(load_city, settings.city_dir, also_spoken=SPOKEN)
        await prepare(database)
        model, name = await asyncio.to_thread(model_folder, settings), worker_name()
        transcriber = build_transcriber(settings, city, database, model, SteadyClock().now, worker=name)
        async with background(transcriber.run()):
            log.info("transcribing", worker=name)
            await stop.wait()
    except CityInvalid as error:
        raise CannotStart(f"城市配置有误 the city folder has mistakes:\n{error}") from error
    except SQLAlchemyError as error:
        raise CannotStart(f"数据库无法使用 the database cannot be used: {error.__cause__ or error}") from error
    finally:
        await database.dispose()


def main() -> int:
    """Entry of `python -m hotline.asr`: 0 after an orderly end, 2 when it could not start."""
    os.umask(OWNER_ONLY)
    set_up_logs()
    try:
        asyncio.run(run(read_settings()))
    except (SettingsInvalid, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
