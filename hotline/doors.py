"""The controller's two doors: FastAGI for Asterisk, HTTP for people. One that is taken is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from api.app import build
from api.ports import Services
from plumbing.settings import Settings
from plumbing.steady import Clock
from telephony.agi import Script, serve
from telephony.line import AgiLine


class CannotStart(Exception):
    """The controller cannot take calls; the message says what to mend, in Chinese and English."""


@asynccontextmanager
async def agi_open(
    settings: Settings, scripts: Mapping[str, Script], voices: Callable[[], Mapping[str, str]]
) -> AsyncIterator[int]:
    """FastAGI while the context lasts; its value is the port. Raises CannotStart.

    `voices`: by which names prompts are played to who calls at this moment, and to the end of that script.
    """
    spoken = {name: _spoken(script, voices) for name, script in scripts.items()}
    try:
        acceptor = serve(settings.agi_host, settings.agi_port, spoken)
        port = await acceptor.__aenter__()
    except OSError as error:
        raise _taken("AGI", settings.agi_host, settings.agi_port, error) from error
    try:
        yield port
    finally:
        await acceptor.__aexit__(None, None, None)


def _spoken(script: Script, voices: Callable[[], Mapping[str, str]]) -> Script:
    async def run(line: AgiLine) -> None:
        line.voices = voices()
        await script(line)

    return run


@asynccontextmanager
async def http_open(settings: Settings, services: Services, now: Clock) -> AsyncIterator[int]:
    """HTTP while the context lasts; its value is the port. Raises CannotStart."""
    runner = web.AppRunner(build(services, clock=now), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.http_host, settings.http_port)
        try:
            await site.start()
        except OSError as error:
            raise _taken("HTTP", settings.http_host, settings.http_port, error) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _taken(what: str, host: str, port: int, error: OSError) -> CannotStart:
    return CannotStart(f"{what} 端口 {host}:{port} 无法使用 the {what} port cannot be used: {error.strerror}")
