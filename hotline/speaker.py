"""合成语音: texts without a recording are spoken by a child process, once; what was spoken is kept by its recipe.

The child (`sandbox.speak`) is told nothing by its command line but a folder of ours: texts go in as JSON. It is ended
with its own children when it takes too long.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from city.prompts import Prompt, audio_fault
from hotline.sounds import replace_file

PROGRAM: Final = (sys.executable, "-m", "sandbox.speak")
START_S: Final = 30.0
EACH_S: Final = 1.0
"""A prompt takes a few hundredths of a second on an idle machine."""
NO_SYNTHESISER: Final = ("语音合成不可用", "the synthesiser is not there or does not answer")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """WAV files by prompt, and why (Chinese, English) the others have none."""

    wavs: Mapping[str, bytes]
    failed: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Speaker:
    """`folder`: where what was spoken is kept. `program`: what speaks, as `sandbox.speak` does."""

    def __init__(self, folder: Path, program: Sequence[str] = PROGRAM, *, start_s: float = START_S) -> None:
        self._folder, self._program, self._start_s = folder, tuple(program), start_s

    def speak(self, prompts: Mapping[str, Prompt]) -> Spoken:
        """Speak them, or take what was spoken before. Blocks. OSError when there is no room for it."""
        wavs = {slug: kept for slug, prompt in prompts.items() if (kept := self._kept(prompt)) is not None}
        due = {slug: prompt for slug, prompt in prompts.items() if slug not in wavs}
        if not due:
            return Spoken(wavs=wavs)
        with tempfile.TemporaryDirectory() as name:
            told = self._ask(Path(name), due)
            for slug, prompt in due.items():
                path = Path(name) / f"{slug}.wav"
                if path.exists() and not audio_fault(path):
                    wavs[slug] = path.read_bytes()
                    replace_file(self._place(prompt), wavs[slug], lasting=False)
        failed = {slug: told.get(slug, NO_SYNTHESISER) for slug in due if slug not in wavs}
        log.info("prompts were spoken", spoken=len(due) - len(failed), failed=len(failed))
        return Spoken(wavs=wavs, failed=failed)

    def _ask(self, folder: Path, due: Mapping[str, Prompt]) -> dict[str, tuple[str, str]]:
        """Have the child write them; why it could not, by prompt."""
        wish = {
            slug: {"text": prompt.words, "tone_hz": prompt.tone_hz or 0, "tone_ms": prompt.tone_ms or 0}
            for slug, prompt in due.items()
        }
        try:
            with subprocess.Popen(  # noqa: S603 - our own program; texts go by its standard input
                [*self._program, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,
            ) as child:
                try:
                    answer, _ = child.communicate(json.dumps(wish).encode(), self._start_s + EACH_S * len(due))
                finally:
                    with suppress(ProcessLookupError):  # also what it has begun
                        os.killpg(child.pid, signal.SIGKILL)
            return {slug: (zh, en) for slug, (zh, en) in json.loads(answer).items()}
        except (OSError, subprocess.TimeoutExpired, ValueError) as error:
            log.warning("the synthesiser did not answer", why=type(error).__name__)
            return {}

    def _kept(self, prompt: Prompt) -> bytes | None:
        path = self._place(prompt)
        return path.read_bytes() if path.exists() and not audio_fault(path) else None

    def _place(self, prompt: Prompt) -> Path:
        return self._folder / f"{prompt.recipe}.wav"
