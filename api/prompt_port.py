"""What the HTTP face needs of the city's prompts: `hotline.prompt_desk.PromptDesk`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from city.prompt_uses import Use
from city.taking import Outcome


class PromptState(StrEnum):
    """Which sound a prompt has."""

    RECORDED = "recorded"  # 录音: a person's
    SYNTHESISED = "synthesised"  # 合成: a machine's voice, or a tone
    OUTDATED = "outdated"  # 录音过时: the recording says another text; a machine says today's
    MISSING = "missing"  # 无声: neither


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSight:
    """A prompt in force. `level_dbov`: active speech level (ITU-T P.56). `by`, `at`, `why`: of its recording."""

    name: str
    zh: str | None
    en: str | None
    state: PromptState
    uses: tuple[Use, ...]
    seconds: float | None = None
    level_dbov: float | None = None
    by: str | None = None
    at: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was made of a recording. `notes`: what was done to it, Chinese and English."""

    outcome: Outcome
    seconds: float
    was_dbov: float
    level_dbov: float
    notes: tuple[tuple[str, str], ...]


class PromptVoices(Protocol):
    """The prompts in force, and their recordings."""

    async def everything(self) -> Sequence[PromptSight]:
        """All of them, by name."""

    async def upload(
        self, name: str, recording: bytes, *, by: str, why: str, says: str | None, expected: int | None
    ) -> Upload:
        """Put a recording in a prompt's place, as another version of the city. city.refusals, ReasonMissing."""

    async def say(self, text: str) -> float:
        """Have a machine say a typed text, as city.overlay names its sound; how many seconds. city.refusals."""

    async def remove(self, name: str, *, by: str, why: str, expected: int | None) -> Outcome:
        """Have a machine say it again, as another version of the city. The same errors."""
