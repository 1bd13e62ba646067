"""Embedded defaults: a private PBX for one city folder, and the settings under which a controller serves it.

`hotline serve` and `hotline demo` stand on this. A production Asterisk is rendered from the same templates.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from api.address import ADDRESS_FILE, read_address
from city.city import City
from hotline.fallbacks import fallbacks
from hotline.sounds import Sounds
from hotline.trunking import lines_of
from plumbing.secrets import kept_secret
from plumbing.settings import PREFIX
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from sandbox.progress import Say, say_on_stderr
from telephony.asterisk.config import Admission, Carrier
from telephony.asterisk.render import Seat

START_S = 120.0  # as the supervisor's: a busy machine has taken more than 30 s to start a controller
STOP_GRACE_S = 10.0
LOOK_AGAIN_S = 0.02
FALLBACK_S = 120  # how long a caller waits without a controller before being asked for a message
SILENT_PHONE_S = 20  # how long a seat's phone may send no sound before it is lost
MODEL = Path(__file__).resolve().parent.parent / "sandbox" / "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """A running private PBX and what a controller must be told to serve it."""

    pbx: Pbx
    state_dir: Path
    environment: Mapping[str, str]  # HOTLINE_… settings

    def phone_password(self, extension: str) -> str:
        """The SIP password of a seat's phone."""
        return phone_password(self.state_dir, extension)


def phone_password(state_dir: Path, extension: str) -> str:
    """The SIP password of a seat's phone, made on first use and kept in `secrets/phone-<extension>`."""
    return kept_secret(state_dir / "secrets", f"phone-{extension}").get_secret_value()


@asynccontextmanager
async def premises(
    state_dir: Path,
    city: City,
    *,
    model: Path | None = MODEL,
    sip_address: str = "127.0.0.1",
    sip_port: int | None = None,
    http_port: int = 0,
    fallback_s: int = FALLBACK_S,
    silent_phone_s: int = SILENT_PHONE_S,
    carrier: Carrier | None = None,
    say: Say = say_on_stderr,
) -> AsyncIterator[Premises]:
    """Boot the PBX of a city in `state_dir`; ended with the context. A `carrier` takes the place of the city's.

    Without either nobody outside can be dialled. Raises sandbox.pbx.PbxError, sandbox.errors, SecretMissing.
    """
    setup = setup_of(
        city,
        state_dir,
        spool=state_dir / "spool",
        sounds=Sounds(state_dir / "sounds"),
        sip_address=sip_address,
        sip_port=sip_port,
        carrier=carrier,
    )
    setup = replace(setup, fallback_s=fallback_s, silent_phone_s=silent_phone_s)
    async with Pbx.start(state_dir / "pbx", setup, say=say) as pbx:
        settings: dict[str, object] = {
            "STATE_DIR": state_dir,
            "CITY_DIR": city.folder,
            "SPOOL_DIR": state_dir / "spool",
            "SOUNDS_DIR": state_dir / "sounds",
            "AMI_PORT": pbx.config.ami_port,
            "AMI_USER": pbx.config.ami_user,
            "AMI_SECRET": pbx.config.ami_secret,
            "AGI_PORT": pbx.config.agi_port,
            "HTTP_PORT": http_port or pbx.config.agi_port + 1,  # of the PBX's own block: the same after a restart
        }
        if model is not None:
            settings["ASR_MODEL"] = model
        yield Premises(
            pbx=pbx,
            state_dir=state_dir,
            environment={f"{PREFIX}{name}": str(value) for name, value in settings.items()},
        )


def setup_of(
    city: City,
    state_dir: Path,
    *,
    spool: Path,
    sounds: Sounds,
    sip_address: str,
    sip_port: int | None = None,
    carrier: Carrier | None = None,
) -> Setup:
    """What the PBX of a city is told, its phones' passwords from `state_dir`. Raises SecretMissing.

    `sounds`: where Asterisk finds the city's prompts; those which are not there yet are put there.
    """
    sounds.fill(city.folder / "prompts")
    lines = lines_of(city.lines, state_dir / "secrets")
    return Setup(
        seats=tuple(
            Seat(extension=seat.extension, password=phone_password(state_dir, seat.extension)) for seat in city.seats
        ),
        hotlines=fallbacks(city),
        admission=admission_of(city),
        queues=tuple(city.queues),
        fallback_s=FALLBACK_S,
        silent_phone_s=SILENT_PHONE_S,
        outside=tuple(place.number for place in city.about.outside),
        carrier=carrier or lines.carrier,
        trunks=lines.trunks,
        trunks_apart=lines.apart,
        phone_networks=lines.phone_networks,
        tls=lines.tls,
        sounds=sounds.folder.resolve(),
        recordings=spool,
        sip_address=sip_address,
        sip_port=sip_port,
    )


def admission_of(city: City) -> Admission:
    """What the dialplan lets in, with or without a controller."""
    limits = city.admission
    return Admission(
        calls_at_once=limits.calls_at_once,
        calls_at_once_per_number=limits.calls_at_once_per_number,
        shared_numbers=tuple(number.removeprefix("+") for number in limits.shared_numbers),
    )


class ControllerEnded(Exception):
    """The controller, or its supervisor, ended by itself; what it said is on standard error, or in its log."""


@asynccontextmanager
async def supervised_controller(on: Premises, *, log: Path | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """As `controller_process`, but it is restarted when it dies and killed when it freezes; yields the supervisor."""
    async with _program(on, log, "hotline.supervisor", "--leave-if-wrong") as supervisor:
        yield supervisor


@asynccontextmanager
async def controller_process(on: Premises, *, log: Path | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m hotline.controller` for these premises; ended with the context.

    What it says goes to `log`, or to our own standard error. It takes calls when this yields. Raises ControllerEnded.
    """
    async with _program(on, log, "hotline.controller") as controller:
        yield controller


@asynccontextmanager
async def _program(on: Premises, log: Path | None, *module: str) -> AsyncIterator[asyncio.subprocess.Process]:
    (on.state_dir / ADDRESS_FILE).unlink(missing_ok=True)
    with log.open("ab") if log else nullcontext() as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            cwd=MODEL.parent.parent,
            env=os.environ | on.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,  # Ctrl-C at the terminal is for us; we end it in order
        )
        try:
            await _until_it_takes_calls(on, process)
            yield process
        finally:
            await _end(process)


async def _until_it_takes_calls(on: Premises, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while read_address(on.state_dir) is None:
            if process.returncode is not None:
                raise ControllerEnded(f"控制器退出 the controller ended with code {process.returncode}")
            await asyncio.sleep(LOOK_AGAIN_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, and SIGKILL after the grace. By os.kill: Process.terminate would reap it behind asyncio's back."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_GRACE_S):
                await process.wait()
        except TimeoutError:
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
