"""The sandbox's voices speak the same text the same way, whatever was said before."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sandbox.lexicon import UnknownWords
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, SpeechFailed, Utterance, say, say_async, speak

GREETING = "您好，请问有什么可以帮您"


def test_speech_is_eight_kilohertz_at_telephone_level() -> None:
    """About a third of a second for each syllable, about -20 dBFS, never clipped."""
    samples = say(GREETING)

    assert samples.dtype == np.int16
    assert 1.5 < samples.size / 8000 < 5
    assert -23 < 20 * np.log10(np.sqrt(np.mean((samples / 32768.0) ** 2))) < -17
    assert np.max(np.abs(samples.astype(int))) < 32000


def test_the_same_text_gives_the_same_samples() -> None:
    """Alone, again, and after something else in the same child."""
    alone = say(GREETING, "m1")
    first = Utterance(spelling="zai4 jian4", voice="f4")
    greeting = Utterance(spelling="nin2 hao3 , qing3 wen4 you3 shen2 me5 ke3 yi3 bang1 nin2", voice="m1")

    assert np.array_equal(say(GREETING, "m1"), alone)
    assert np.array_equal(speak([greeting])[0].samples, speak([first, greeting])[1].samples)


async def test_speaking_does_not_block_the_loop() -> None:
    """The asynchronous voice says the same, sample by sample."""
    assert np.array_equal(await say_async(GREETING, "f2"), say(GREETING, "f2"))


async def test_a_breathing_voice_says_the_same_in_another_second() -> None:
    """espeak seeds the noise of breath by the second it starts in; we seed it by nothing."""
    breathing = [Utterance(spelling="nin2 hao3", voice=voice) for voice in ("f2", "f5")]
    before = speak(breathing)
    await asyncio.sleep(1.0)  # the second is the scene
    after = speak(breathing)

    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(before, after, strict=True))


def test_voices_differ() -> None:
    """Six citizens and four agents, no two alike."""
    voices = CITIZEN_VOICES + AGENT_VOICES
    spoken = speak([Utterance(spelling="nin2 hao3", voice=voice) for voice in voices])

    assert (len(CITIZEN_VOICES), len(AGENT_VOICES)) == (6, 4)
    assert len({speech.samples.tobytes() for speech in spoken}) == len(voices)


def test_rate_and_pitch_are_heard() -> None:
    """Slower is longer."""
    assert say(GREETING, rate=120).size > say(GREETING, rate=200).size
    assert not np.array_equal(say(GREETING, pitch=30), say(GREETING, pitch=70))


def test_an_unknown_voice_is_an_error() -> None:
    """espeak itself would speak with its usual voice and say nothing."""
    with pytest.raises(SpeechFailed, match="nobody"):
        say(GREETING, "nobody")


def test_a_strict_voice_refuses_unknown_words_before_it_speaks() -> None:
    """What the demo's model could not hear."""
    with pytest.raises(UnknownWords, match="银行"):
        say("我要投诉银行", strict=True)


def test_silence_is_spoken_as_silence() -> None:
    """Text without words gives no sound, and no error."""
    assert not np.any(say("。"))
