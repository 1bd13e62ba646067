"""What is worth decoding: speech. What is passed over: silence, music, tones. Times stay true."""

from __future__ import annotations

import numpy as np
import pytest

from asr.attention import PIECE_S, Attention, Feed, Stop
from asr.music import is_steady
from recordings.recording import Leg
from sandbox.tones import music
from tests.asr.contract import heard
from tests.asr.talks import TALK, a_law_round_trip, spoken, talk_samples
from tests.asr.test_engines import vosk_engine
from tests.recordings.scenes import tone

RATE_HZ = 8000
PIECE = int(PIECE_S * RATE_HZ)
SENTENCE = "我要投诉海州区解放路十二号的噪音"


def on_hold(seconds: float) -> np.ndarray:
    """The sample city's music as a telephone delivers it."""
    return np.resize(a_law_round_trip(np.asarray(music() * 32767, "<i2")), int(seconds * RATE_HZ))


def quiet(seconds: float) -> np.ndarray:
    """A line on which nobody speaks: A-law's smallest steps."""
    return np.random.default_rng(1).choice(np.asarray([8, -8], "<i2"), int(seconds * RATE_HZ))


def orders(sound: np.ndarray, at_once: int = 40) -> list[Feed | Stop]:
    """What attention makes of a leg that it is told so many pieces at a time."""
    attention = Attention(RATE_HZ)
    pieces = [sound[at : at + PIECE].tobytes() for at in range(0, len(sound), PIECE)]
    told = [pieces[at : at + at_once] for at in range(0, len(pieces), at_once)]
    return [*(order for some in told for order in attention.hear(some)), *attention.end()]


def fed_s(sound: np.ndarray) -> float:
    """How many seconds of a leg reach the recogniser."""
    return sum(len(order.sound) for order in orders(sound) if isinstance(order, Feed)) / 2 / RATE_HZ


def test_silence_is_passed_over() -> None:
    """Ten minutes of it, digital or of a line."""
    assert fed_s(np.zeros(600 * RATE_HZ, "<i2")) == 0
    assert fed_s(quiet(600)) == 0


@pytest.mark.parametrize("voice", ["m1", "f1"])
def test_speech_is_heard_whole(voice: str) -> None:
    """With a piece before it, for a word's first sound, and some quiet after it."""
    said = spoken(SENTENCE, voice)
    sound = np.concatenate([quiet(5), said, quiet(5)])
    feeds = [order for order in orders(sound) if isinstance(order, Feed)]

    assert feeds[0].at <= 5 * RATE_HZ
    assert feeds[-1].at + PIECE >= 5 * RATE_HZ + len(said)
    assert fed_s(sound) < len(said) / RATE_HZ + 2


def test_every_piece_is_fed_once_and_in_its_place() -> None:
    """Whatever alternates: what is fed is what lies there in the leg."""
    sound = np.concatenate([quiet(3), spoken(SENTENCE, "m1"), on_hold(9), spoken(SENTENCE, "f1"), quiet(4)])
    feeds = [order for order in orders(sound) if isinstance(order, Feed)]

    assert [feed.at for feed in feeds] == sorted({feed.at for feed in feeds})
    assert all(feed.sound == sound[feed.at : feed.at + len(feed.sound) // 2].tobytes() for feed in feeds)


@pytest.mark.parametrize("sound", [on_hold(120), tone(120, 450), tone(120, 1400)], ids=["music", "450 Hz", "fax"])
def test_music_and_tones_are_passed_over(sound: np.ndarray) -> None:
    """But for the first seconds, which tell what it is; nothing is understood in those either."""
    assert fed_s(sound) < 4
    assert heard(vosk_engine(), sound.tobytes()) == []


def test_no_two_seconds_of_speech_are_taken_for_music() -> None:
    """Anywhere in any sentence, at any voice."""
    for voice in ("m1", "f1", "m3", "f2"):
        said = np.concatenate([spoken(text, voice) for _, text in TALK])
        windows = [said[at : at + 2 * RATE_HZ] for at in range(0, len(said) - 2 * RATE_HZ, RATE_HZ // 4)]
        assert not any(is_steady(window.tobytes(), RATE_HZ) for window in windows)


def test_talk_around_a_hold_is_heard_whole_and_at_its_true_times() -> None:
    """The caller speaks, music for half a minute, the caller speaks again."""
    said = spoken(SENTENCE, "m1")
    sound = np.concatenate([quiet(1), said, on_hold(30), quiet(0.5), said, quiet(2)])
    words = heard(vosk_engine(), sound.tobytes())
    half = len(words) // 2

    assert "".join(text for text, *_ in words) == 2 * SENTENCE
    assert abs(words[half][1] - words[0][1] - len(said) / RATE_HZ - 30.5) < 0.1


def test_what_is_passed_over_changes_no_word() -> None:
    """A talk's legs as an engine hears them piece by piece, and through an ear."""
    for leg in Leg:
        sound = talk_samples(TALK)[leg].tobytes()
        whole = vosk_engine().recogniser()
        pieces = [sound[at : at + 2 * PIECE] for at in range(0, len(sound), 2 * PIECE)]
        raw = [*(word for piece in pieces for word in whole.accept(piece) or ()), *whole.finish()]
        assert [word[0] for word in heard(vosk_engine(), sound)] == [word[0] for word in raw]


def test_rate_that_the_detector_does_not_know_is_heard_whole() -> None:
    """Nothing is passed over rather than something missed."""
    attention = Attention(11025)

    assert attention.hear([bytes(5292)] * 20) == [Feed(2646 * n, bytes(5292)) for n in range(20)]


@pytest.mark.parametrize("at_once", [1, 8, 1000])
def test_it_makes_no_difference_how_many_pieces_come_together(at_once: int) -> None:
    """A growing leg comes in fewer at a time than a finished one; the last piece may be short."""
    speech = talk_samples(TALK)[Leg.CALLER]
    sound = np.concatenate([quiet(3.0), speech, on_hold(9.0), speech, tone(4.0), speech[: len(speech) // 2 + 7]])

    assert orders(sound, at_once) == orders(sound)
