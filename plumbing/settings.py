"""Every setting of a running Lianxin, typed, read once from the environment (`HOTLINE_…`) or a `.env`-like file.

An unknown `HOTLINE_` name is refused, so that a misspelt setting never passes unseen. Secrets that nobody gave are
generated on first start (`plumbing.secrets`) and never printed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HOTLINE_"
SEALS = "audit.seals"


class SettingsInvalid(Exception):
    """A setting is misspelt, missing or out of range; the message names each one."""


class Settings(BaseSettings):
    """One line a setting: what it is, in which unit."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    state_dir: Path = Field(description="where the database, recordings and secrets live")
    city_dir: Path = Field(description="the city's folder: hotlines, queues, menus, places, prompts")
    city_takes: Literal["asked", "start", "always"] = Field(
        "asked", description="when a changed folder is put in force: when a person says so, at a start too, by itself"
    )
    sounds_dir: Path | None = Field(None, description="where Asterisk looks for prompts; none: sounds, in state_dir")
    database_url: SecretStr = Field(
        SecretStr(""), description="for example postgresql://lianxin@db/lianxin; empty: SQLite in state_dir"
    )

    audit_seals: Path | None = Field(None, description="where the audit trail's heads are sealed; none: in state_dir")

    redis_url: SecretStr = Field(
        SecretStr(""), description="for example redis://db/0; with it other machines transcribe, too; empty: only we do"
    )

    ami_host: str = "127.0.0.1"
    ami_port: int = Field(5038, ge=1, le=65535)
    ami_user: str = "hotline"
    ami_secret: SecretStr = Field(SecretStr(""), description="empty: read from state_dir/secrets/ami_secret")

    agi_host: str = "127.0.0.1"
    agi_port: int = Field(4573, ge=0, le=65535, description="0: any free port")
    http_host: str = "127.0.0.1"
    http_port: int = Field(8012, ge=0, le=65535, description="0: any free port")

    spool_dir: Path = Field(description="where Asterisk writes the legs of conversations")
    asr_model: Path | None = Field(None, description="a Vosk model's folder; none: calls are recorded, not transcribed")
    asr_children: int = Field(0, ge=0, le=256, description="decoder processes at once; 0: one a core")
    asr_live: bool = Field(True, description="hear calls while they are spoken, as far as processors and memory bear")
    asr_silence_s: float = Field(20.0, ge=0.5, description="a transcribing process silent for so long loses its jobs")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL to open."""
        return (
            self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{(self.state_dir / 'hotline.db').resolve()}"
        )

    @property
    def sounds(self) -> Path:
        """The folder of prompts, of which Asterisk is told, too."""
        return self.sounds_dir or self.state_dir / "sounds"

    @property
    def seals(self) -> Path:
        """The file of seals. Elsewhere than in state_dir, who can write there does not reach it."""
        return self.audit_seals or self.state_dir / SEALS


def read_settings(**given: object) -> Settings:
    """Settings from the environment, overridden by `given`; raises SettingsInvalid naming each mistake."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    misspelt = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if misspelt:
        raise SettingsInvalid(f"未知的设置 unknown settings: {', '.join(misspelt)}")
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsInvalid("设置有误 invalid settings:\n  " + "\n  ".join(lines)) from error
