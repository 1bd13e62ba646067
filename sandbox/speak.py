"""`python -m sandbox.speak FOLDER`: speaks what is asked for on standard input, each as FOLDER/NAME.wav.

Input:  {NAME: {"text": "…", "tone_hz": 0, "tone_ms": 0}, …}
Output: {NAME: [Chinese, English], …}: why these could not be spoken; the others could.

A process of its own: a crash of the synthesiser costs nobody but whoever asked. It gives way to what calls need, but
is not put behind everything: on a busy day, too, an announcement is wanted within seconds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sandbox.lexicon import UnknownWords
from sandbox.prompts import Prompt, perform, write_wav
from sandbox.voices import SpeechFailed, spell

GIVES_WAY: Final = 5
SILENT: Final = ("没有可读的文字", "there is nothing to be read in it")
FAILED: Final = ("合成失败", "the synthesiser failed")

Failures = dict[str, tuple[str, str]]


def speak_into(folder: Path, prompts: Sequence[Prompt]) -> Failures:
    """All at once; if that fails, each by itself, so that one text takes no other down with it."""
    failed: Failures = {}
    together: list[Prompt] = []
    for prompt in prompts:
        if why := _unreadable(prompt):
            failed[prompt.slug] = why
        else:
            together.append(prompt)
    try:
        sounds = perform(together)
    except SpeechFailed:
        sounds = []
        for prompt in together:
            failed |= _alone(folder, prompt)
    for prompt, samples in zip(together, sounds, strict=False):
        if samples.any():
            write_wav(folder / f"{prompt.slug}.wav", samples)
        else:
            failed[prompt.slug] = SILENT
    return failed


def _unreadable(prompt: Prompt) -> tuple[str, str] | None:
    """Why a text cannot be read aloud."""
    if prompt.tone_hz:
        return None
    try:
        spell(prompt.text, strict=False)
    except UnknownWords as unknown:
        words = "、".join(unknown.words)
        return f"读不出“{words}”,请写 say", f"cannot read {words!r}: write `say`"
    return None if any(sign.isalnum() for sign in prompt.text) else SILENT


def _alone(folder: Path, prompt: Prompt) -> Failures:
    try:
        write_wav(folder / f"{prompt.slug}.wav", perform([prompt])[0])
    except SpeechFailed:
        return {prompt.slug: FAILED}
    return {}


def main() -> None:
    """Do what is asked for."""
    os.nice(GIVES_WAY)
    asked = json.load(sys.stdin)
    prompts = [Prompt(slug=slug, **one) for slug, one in asked.items()]
    json.dump(speak_into(Path(sys.argv[1]), prompts), sys.stdout)


if __name__ == "__main__":
    main()
