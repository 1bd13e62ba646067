"""What any engine behind the port must do (asr/engines/port.py): each clause is a function that a wrong engine fails.

Of an engine whose words are known beforehand only this is asked: that it hears something in a spoken sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from asr.attention import PIECE_S
from asr.ear import Ear
from asr.engines.port import PIECE_S_MOST, Engine, Recogniser, SpokenWord
from asr.leg import listen
from asr.transcript import word
from recordings.recording import Leg
from tests.asr.talks import TALK, talk_samples

RATE_HZ = 8000


def sentence() -> bytes:
    """What a caller says, with quiet around it."""
    return talk_samples(TALK)[Leg.CALLER].tobytes()


def fed(recogniser: Recogniser, sound: bytes) -> list[SpokenWord]:
    """All words of a sound, fed in short pieces, its utterance ended."""
    step = 2 * int(RATE_HZ * PIECE_S)
    pieces = (sound[at : at + step] for at in range(0, len(sound), step))
    return [*(w for piece in pieces for w in recogniser.accept(piece) or ()), *recogniser.finish()]


def hears_a_sentence(engine: Engine) -> None:
    """Something is heard."""
    assert fed(engine.recogniser(), sentence())


def times_go_forward_and_stay_within_the_sound(engine: Engine) -> None:
    """Start before end, one word after the other, in seconds."""
    sound = sentence()
    words = fed(engine.recogniser(), sound)

    assert all(0 <= start <= end <= len(sound) / 2 / RATE_HZ + 0.1 for _, start, end, _ in words)
    assert all(before[1] <= after[1] for before, after in pairwise(words))


def confidence_is_between_0_and_1(engine: Engine) -> None:
    """For every word."""
    assert all(0.0 <= confidence <= 1.0 for *_, confidence in fed(engine.recogniser(), sentence()))


def silence_says_nothing(engine: Engine) -> None:
    """Digital silence, and the faintest noise of a line."""
    faint = np.random.default_rng(1).integers(-8, 9, 5 * RATE_HZ).astype("<i2")

    assert not fed(engine.recogniser(), bytes(2 * 5 * RATE_HZ))
    assert not fed(engine.recogniser(), faint.tobytes())


def nothing_says_nothing(engine: Engine) -> None:
    """Not fed at all, fed no bytes, fed one sample; ended twice."""
    recogniser = engine.recogniser()

    assert not recogniser.finish()
    assert not recogniser.accept(b"")
    assert not recogniser.accept(b"\1\0")
    assert not recogniser.so_far()
    assert not recogniser.finish()
    assert not recogniser.finish()


def times_go_on_after_an_end(engine: Engine) -> None:
    """The same sentence again: later by its own length, to a tenth of a second."""
    sound, recogniser = sentence(), engine.recogniser()
    first, second = fed(recogniser, sound), fed(recogniser, sound)

    assert abs(second[0][1] - first[0][1] - len(sound) / 2 / RATE_HZ) < 0.1


def recognisers_do_not_hear_each_other(engine: Engine) -> None:
    """Two legs at once, piece by piece."""
    one, other = engine.recogniser(), engine.recogniser()
    for at in range(0, len(sentence()), 4000):
        one.accept(sentence()[at : at + 4000])
        other.accept(bytes(4000))

    assert not other.finish()


def the_same_sound_gives_the_same_words(engine: Engine) -> None:
    """What was heard live is what a later decoding gives."""
    assert fed(engine.recogniser(), sentence()) == fed(engine.recogniser(), sentence())


def takes_the_longest_piece(engine: Engine) -> None:
    """Pieces may be as long as the port allows."""
    recogniser, sound, step = engine.recogniser(), sentence(), 2 * int(RATE_HZ * PIECE_S_MOST)
    heard = [recogniser.accept(sound[at : at + step]) for at in range(0, len(sound), step)]

    assert any(heard) or recogniser.finish()


def words_can_be_made_safe(engine: Engine) -> None:
    """Text that is text, numbers that are numbers; at least one printable word is left of a sentence."""
    assert [w for raw in fed(engine.recogniser(), sentence()) if (w := word(*raw))]


def legs_keep_their_times(engine: Engine) -> None:
    """Behind an ear that passes over a minute of silence a sentence is heard a minute later."""
    sound = sentence()
    first, later = heard(engine, sound), heard(engine, bytes(2 * 60 * RATE_HZ) + sound)

    assert abs(later[0][1] - first[0][1] - 60) < 0.1


def heard(engine: Engine, sound: bytes) -> Sequence[SpokenWord]:
    """All words of a leg, through an ear."""
    step = 2 * int(RATE_HZ * PIECE_S)
    pieces = (sound[at : at + step] for at in range(0, len(sound), step))
    steps = listen(Ear(engine), pieces, RATE_HZ, engine.rate_hz)
    return [w for utterances in steps for utterance in utterances or () for w in utterance]


CONTRACT: tuple[Callable[[Engine], None], ...] = (
    hears_a_sentence,
    times_go_forward_and_stay_within_the_sound,
    confidence_is_between_0_and_1,
    silence_says_nothing,
    nothing_says_nothing,
    times_go_on_after_an_end,
    recognisers_do_not_hear_each_other,
    the_same_sound_gives_the_same_words,
    takes_the_longest_piece,
    words_can_be_made_safe,
    legs_keep_their_times,
)
