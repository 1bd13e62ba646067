"""How many seconds a machine talks before a person can be reached. Greeting and menus count inside the 15 seconds.

GB/T 33358-2016, as we know it: a call is answered within 15 s. Two callers are reckoned with who never choose. The
silent one hears a prompt out and lets its wait pass: they are asked once. The erring one hears every prompt out, then
presses a key that means nothing, as often as the menu bears it. Key 0 is not reckoned with: it is heard at any moment.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from city.hotline import Hotline, Night
from city.menu import Node
from city.menu_nodes import AnyNode, DigitsNode, MessageNode, ProgressNode, SayNode
from city.prompts import Prompt

ANSWER_WITHIN_S = 15.0
KEY_S = 5.0
"""For the next key of a number, which one may have to look up."""
NOTHING_SAID_S = 5.0
"""The silence that ends a recording (telephony/asterisk/templates/extensions.conf.j2)."""
HEARD_FROM = 100
"""The peak, of 32768, below which nobody hears anything on a telephone: -50 dBFS."""
SYLLABLES_PER_S = 4.0
PAUSE_S = 0.3


def seconds_to_say(words: str) -> float:
    """About how long a Mandarin voice needs: a syllable a character or digit, and a pause at each mark."""
    syllables = sum(sign.isalnum() for sign in words)
    return syllables / SYLLABLES_PER_S + PAUSE_S * (len(words) - syllables)


def audio_s(audio: Path) -> float | None:
    """The length of a WAV file, in seconds; None if it cannot be read."""
    try:
        with wave.open(str(audio)) as sound:
            frames, rate_hz = int(sound.getnframes()), int(sound.getframerate())
            return frames / rate_hz
    except (wave.Error, EOFError, OSError, ZeroDivisionError):
        return None


def peak(audio: Path) -> int:
    """The loudest sample of a WAV file in PCM16; 0 if there is none, or it cannot be read."""
    try:
        with wave.open(str(audio)) as sound:
            octets = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError, OSError):
        return 0
    samples = array("h", octets[: len(octets) // 2 * 2])
    return max(abs(sample) for sample in (min(samples), max(samples))) if samples else 0


def prompt_s(audio: Path, prompt: Prompt | None) -> float:
    """The length of a prompt in seconds: of its audio, or without any about that of its text; of neither, 0."""
    if (measured := audio_s(audio)) is not None:
        return measured
    if prompt is None:
        return 0.0
    return (prompt.tone_ms or 0) / 1000 or seconds_to_say(prompt.words)


def slowest_s(question_s: float, wait_s: float, attempts: int) -> float:
    """From the first word of a menu until the silent or the erring caller is passed to a person, the later of both."""
    return max(question_s + wait_s, question_s * attempts)


def seconds_to_a_person(
    hotline: Hotline, menus: Mapping[str, AnyNode], length_s: Callable[[str], float]
) -> Mapping[str, float]:
    """How long a hotline's silent or erring caller is kept, the later of both; by what is said to everybody last.

    That is its `greeting` while it is open and, if callers wait for a person then, too, its `night_prompt`.
    """
    kept = {"greeting": _kept_s(hotline.greeting, menus.get(hotline.menu or ""), menus, length_s)}
    if hotline.night is Night.QUEUE and hotline.night_prompt is not None:
        kept["night_prompt"] = sum(map(length_s, (*hotline.greeting, hotline.night_prompt)))
    return kept


def _kept_s(
    greeting: Iterable[str], node: AnyNode | None, menus: Mapping[str, AnyNode], length_s: Callable[[str], float]
) -> float:
    """Information that stands before what asks is heard by everybody, too."""
    spoken_s, met = sum(map(length_s, greeting)), set[str]()
    while isinstance(node, SayNode) and node.prompt not in met:
        met.add(node.prompt)
        spoken_s += length_s(node.prompt)
        node = menus.get((node.otherwise.goto if node.otherwise else None) or "")
    if node is None or isinstance(node, SayNode):
        return spoken_s
    return spoken_s + _slowest_of(node, length_s(node.prompt))


def _slowest_of(node: Node, question_s: float) -> float:
    least_s = {DigitsNode: KEY_S, ProgressNode: KEY_S, MessageNode: NOTHING_SAID_S}.get(type(node), 0.0)
    return slowest_s(question_s, max(node.wait_s, least_s), node.attempts)
