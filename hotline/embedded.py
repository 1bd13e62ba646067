"""Embedded defaults: a private PBX for one city folder, and the settings under which a controller serves it.

`hotline serve` and `hotline demo` stand on this. A production Asterisk is rendered from the same templates.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from city.city import City
from plumbing.secrets import kept_secret
from plumbing.settings import PREFIX
from sandbox.debs import Say, say_on_stderr
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.asterisk.render import Fallback, Seat

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
    sip_port: int | None = None,
    http_port: int = 0,
    say: Say = say_on_stderr,
) -> AsyncIterator[Premises]:
    """Boot the PBX of a city in `state_dir`; ended with the context. Raises sandbox.pbx.PbxError, sandbox.errors."""
    setup = Setup(
        seats=tuple(
            Seat(extension=seat.extension, password=phone_password(state_dir, seat.extension)) for seat in city.seats
        ),
        hotlines=fallbacks(city),
        sounds=city.folder.resolve() / "prompts",
        recordings=state_dir / "spool",
        sip_port=sip_port,
    )
    async with Pbx.start(state_dir / "pbx", setup, say=say) as pbx:
        settings: dict[str, object] = {
            "STATE_DIR": state_dir,
            "CITY_DIR": city.folder,
            "SPOOL_DIR": state_dir / "spool",
            "AMI_PORT": pbx.config.ami_port,
            "AMI_USER": pbx.config.ami_user,
            "AMI_SECRET": pbx.config.ami_secret,
            "AGI_PORT": pbx.config.agi_port,
            "HTTP_PORT": http_port,
        }
        if model is not None:
            settings["ASR_MODEL"] = model
        yield Premises(
            pbx=pbx,
            state_dir=state_dir,
            environment={f"{PREFIX}{name}": str(value) for name, value in settings.items()},
        )


def fallbacks(city: City) -> tuple[Fallback, ...]:
    """What the dialplan does for each hotline without a controller; the default hotline first."""
    first = city.about.default_hotline
    hotlines = sorted(city.hotlines.values(), key=lambda hotline: hotline.number != first)
    return tuple(Fallback(number=h.number, queue=h.queue, greeting=h.greeting) for h in hotlines)
