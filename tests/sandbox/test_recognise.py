"""Prompts are known by their sound: whole or cut short, one after the other, through A-law, with a glitch or two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sandbox.recognise import Recogniser, sent
from sandbox.sound import RATE_HZ, Samples, read_wav, silence, tone

FOLDER = Path(__file__).parents[2] / "cities/sample/prompts"
NAMES = ("greeting-12345", "greeting-12320", "menu-12320", "offer-call-back", "call-back-promised", "busy-lines")
PROMPTS = {name: read_wav(FOLDER / f"{name}.wav") for name in NAMES}


def through_a_law(sound: Samples) -> Samples:
    """As it comes out of a telephone: A-law (ITU-T G.711), which has no zero."""
    loud = np.abs(sound.astype(np.float64))
    segment = np.maximum(np.floor(np.log2(np.maximum(loud, 1) / 256)) + 1, 0)
    step = np.where(segment <= 1, 16, 16 * 2.0 ** (segment - 1))
    coarse = (np.floor(loud / step) + 0.5) * step
    return np.asarray(np.where(sound < 0, -coarse, coarse), np.int16)


def call(*said: tuple[str, float | None]) -> Samples:
    """Prompts as they are sent, each to its end or for so many seconds, and music after them."""
    parts = [PROMPTS[name][: int(seconds * RATE_HZ) if seconds else None] for name, seconds in said]
    return through_a_law(np.concatenate([*parts, tone(440, 1.0, 3000)]))


def known(sound: Samples, *, step_s: float = 60.0) -> list[tuple[str, bool]]:
    """What is recognised, and whether to its end, as it comes in by parts of so many seconds."""
    ears, step = Recogniser(PROMPTS), int(step_s * RATE_HZ)
    for begin in range(0, len(sound), step):
        ears.listen(sound[begin : begin + step])
    return [(heard.prompt, heard.is_whole) for heard in ears.heard]


@pytest.mark.parametrize("step_s", [60.0, 0.25, 0.02])
def test_prompts_are_known_in_their_order(step_s: float) -> None:
    """Two that begin alike, one of which a key cut short; in whatever parts they come."""
    sound = call(("greeting-12320", None), ("menu-12320", 1.2), ("menu-12320", None))

    assert known(sound, step_s=step_s) == [("greeting-12320", True), ("menu-12320", False), ("menu-12320", True)]


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_fifth_of_a_second_is_enough(name: str) -> None:
    """Of each that begins with words of its own, though the same voice says them all."""
    loud = int(np.flatnonzero(np.abs(PROMPTS[name]) > 100)[0]) / RATE_HZ

    assert known(call((name, loud + 0.2))) == [(name, False)]


def test_a_prompt_that_was_swapped_is_not_taken_for_the_one_expected() -> None:
    """It is another one, or none that is known."""
    ears = Recogniser({name: PROMPTS[name] for name in ("greeting-12320", "menu-12320")})
    ears.listen(call(("greeting-12320", None), ("offer-call-back", None)))

    assert [heard.prompt for heard in ears.heard] == ["greeting-12320"]
    assert ears.unknown > RATE_HZ


def test_of_two_that_begin_alike_neither_is_sure_before_they_part() -> None:
    """One goes on when the other has ended."""
    longer, shorter = PROMPTS["menu-12320"], PROMPTS["menu-12320"][: 2 * RATE_HZ]
    sound = through_a_law(longer)
    ears = Recogniser({"longer": longer, "shorter": shorter})
    ears.listen(sound[:RATE_HZ])
    was_sure = ears.is_sure
    ears.listen(sound[RATE_HZ:])

    assert not was_sure
    assert [(heard.prompt, heard.is_whole) for heard in ears.heard] == [("longer", True)]


def test_music_and_silence_are_no_prompts() -> None:
    """Nothing is heard that was not said."""
    assert known(through_a_law(np.concatenate([silence(1), tone(500, 2.0)]))) == []


def test_what_a_phone_wrote_while_nothing_came_is_no_part_of_what_was_sent() -> None:
    """Zeros between any two samples, a packet's length of them or less: what was sent comes out, sample by sample."""
    said = call(("menu-12320", None))
    parts = [part for begin in range(0, len(said), 123) for part in (silence(0.0145), said[begin : begin + 123])]

    assert np.array_equal(sent(np.concatenate(parts)), said)


def test_what_got_lost_on_the_way_is_caught_up_with() -> None:
    """The first half second of a call, and a tenth of a second in its middle."""
    sound = call(("greeting-12320", None), ("menu-12320", None))
    broken = np.concatenate([sound[RATE_HZ // 2 : 2 * RATE_HZ], sound[int(2.1 * RATE_HZ) :]])

    assert known(broken) == [("greeting-12320", True), ("menu-12320", True)]
