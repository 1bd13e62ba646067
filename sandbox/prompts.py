"""`python -m sandbox.prompts FOLDER`: speaks the prompts of `prompts.toml` that have no recording, or another text.

`synthesised.json` beside the prompts remembers what was made from which text. A file that is not as it was made there
is a person's recording and is left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from city.prompts import VOICE, VOICE_PITCH, VOICE_RATE, recipe_of
from sandbox.voices import LEVEL_DBFS, RATE_HZ, Utterance, for_telephone, speak, spell

MEMORY = "synthesised.json"

_AUDIBLE = 200
_MARGIN = RATE_HZ // 20
_RAMP = RATE_HZ // 200


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One entry of prompts.toml: spoken text, or a tone."""

    slug: str
    text: str
    tone_hz: int
    tone_ms: int

    @property
    def recipe(self) -> str:
        """Changes whenever the recording would."""
        return recipe_of(self.text, self.tone_hz, self.tone_ms)


def load_prompts(folder: Path) -> list[Prompt]:
    """The prompts of a city. `say`, if given, is how `zh` is read aloud."""
    with (folder / "prompts.toml").open("rb") as file:
        entries = tomllib.load(file)
    return [
        Prompt(
            slug=slug,
            text=entry.get("say", entry.get("zh", "")),
            tone_hz=entry.get("tone_hz", 0),
            tone_ms=entry.get("tone_ms", 0),
        )
        for slug, entry in entries.items()
    ]


def synthesise(folder: Path) -> list[str]:
    """Make what is missing or out of date; the names of what was made. Raises `UnknownWords` for what is no Chinese."""
    memory_file = folder / MEMORY
    memory = json.loads(memory_file.read_text(encoding="utf-8")) if memory_file.exists() else {}
    due = [prompt for prompt in load_prompts(folder) if is_due(prompt, folder, memory)]
    for prompt, samples in zip(due, perform(due), strict=True):
        path = folder / f"{prompt.slug}.wav"
        write_wav(path, samples)
        memory[prompt.slug] = {"recipe": prompt.recipe, "sha256": _digest(path)}
    memory_file.write_text(json.dumps(memory, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return [prompt.slug for prompt in due]


def is_due(prompt: Prompt, folder: Path, memory: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether there is no recording, or one that we made from another text."""
    path = folder / f"{prompt.slug}.wav"
    if not path.exists():
        return True
    made = memory.get(prompt.slug)
    return made is not None and made["sha256"] == _digest(path) and made["recipe"] != prompt.recipe


def perform(prompts: Sequence[Prompt]) -> list[NDArray[np.int16]]:
    """Make them, in their order. Blocks. Raises `UnknownWords`, `sandbox.voices.SpeechFailed`."""
    spoken = [prompt for prompt in prompts if not prompt.tone_hz]
    speeches = dict(zip([prompt.slug for prompt in spoken], speak([_read(prompt) for prompt in spoken]), strict=True))
    return [
        tone(prompt.tone_hz, prompt.tone_ms) if prompt.tone_hz else trim(for_telephone(speeches[prompt.slug]))
        for prompt in prompts
    ]


def _read(prompt: Prompt) -> Utterance:
    spelling = spell(prompt.text, strict=False)
    return Utterance(spelling=spelling, voice=VOICE, rate=VOICE_RATE, pitch=VOICE_PITCH)


def tone(frequency_hz: int, length_ms: int) -> NDArray[np.int16]:
    """A sine at the level of speech, without clicks at its ends."""
    times = np.arange(RATE_HZ * length_ms // 1000) / RATE_HZ
    edge = np.minimum(np.arange(times.size), np.arange(times.size)[::-1]) / _RAMP
    sine = np.sin(2 * np.pi * frequency_hz * times) * np.minimum(1, edge) * np.sqrt(2) * 10 ** (LEVEL_DBFS / 20)
    return np.asarray(np.round(sine * 32767), np.int16)


def trim(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence before and after, but for 50 ms."""
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    if not audible.size:
        return samples
    return samples[max(0, int(audible[0]) - _MARGIN) : int(audible[-1]) + _MARGIN]


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """Mono, 16-bit, 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Read the command line and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.prompts", description=__doc__)
    parser.add_argument("folder", type=Path, help="含 prompts.toml 的文件夹 / the folder with prompts.toml")
    made = synthesise(parser.parse_args().folder)
    sys.stdout.write(f"合成 {len(made)} 条提示音 / {len(made)} prompts synthesised: {' '.join(made)}\n")


if __name__ == "__main__":
    main()
