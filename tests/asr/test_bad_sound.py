"""Sound that no caller should send: heard as far as it can be, named, and nothing crashes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr.decoder import Decoder, Patience
from recordings.recording import Leg
from recordings.wav import HEADER_BYTES, Damage, header, inspect
from tests.asr.talks import TALK, talk_samples
from tests.asr.test_attention import on_hold
from tests.asr.test_decoder import SAID, texts
from tests.recordings.scenes import write_wav

SENTENCE = SAID[1]


@pytest.fixture
def leg(tmp_path: Path) -> Path:
    """A caller's leg, whole."""
    path = tmp_path / "caller.wav"
    write_wav(path, talk_samples(TALK)[Leg.CALLER])
    return path


async def heard(decoder: Decoder, leg: Path) -> list[str]:
    """What is heard in a caller's leg."""
    return texts(await decoder.decode({Leg.CALLER: leg}))


def shorten(leg: Path, by: int) -> None:
    """Without its last bytes."""
    leg.write_bytes(leg.read_bytes()[:-by])


async def test_stereo_is_named_and_not_decoded(decoder: Decoder, leg: Path) -> None:
    """Two channels read as one would be nonsense."""
    write_wav(leg, np.repeat(talk_samples(TALK)[Leg.CALLER], 2), channels=2)
    sound = inspect(leg)

    assert await heard(decoder, leg) == []
    assert (sound.damage, "2 channel(s)" in sound.format) == ((Damage.WRONG_FORMAT,), True)


@pytest.mark.parametrize("rate", [11025, 16000, 44100, 48000])
async def test_other_rates_are_heard(decoder: Decoder, leg: Path, rate: int) -> None:
    """The header says which, and it is resampled; the words' times are those of the recording."""
    sound = talk_samples(TALK)[Leg.CALLER].astype(float)
    at = np.arange(int(len(sound) * rate / 8000)) * 8000 / rate
    write_wav(leg, np.interp(at, np.arange(len(sound)), sound), rate_hz=rate)

    assert await heard(decoder, leg) == [SENTENCE]


@pytest.mark.parametrize("cut", [1, 4001])
async def test_truncated_leg_is_heard_up_to_its_end(decoder: Decoder, leg: Path, cut: int) -> None:
    """The header promises more; half a sample is left over."""
    shorten(leg, cut)

    assert await heard(decoder, leg) == [SENTENCE]
    assert set(inspect(leg).damage) == {Damage.CUT_SHORT, Damage.ODD_BYTES}


async def test_music_only_says_nothing(decoder: Decoder, leg: Path) -> None:
    """A caller on hold for two minutes."""
    write_wav(leg, on_hold(120))

    assert await heard(decoder, leg) == []


async def test_noise_crashes_nothing(decoder: Decoder, leg: Path) -> None:
    """Loud and white: whatever is understood in it has words, times and confidence."""
    write_wav(leg, np.random.default_rng(1).normal(0, 8000, 80_000).clip(-32768, 32767))
    transcript = await decoder.decode({Leg.CALLER: leg})

    assert all(0 <= word.start_s <= word.end_s <= 10.1 for turn in transcript.turns for word in turn.words)


async def test_ten_silent_hours_are_soon_heard_and_have_the_time_they_need(decoder: Decoder, leg: Path) -> None:
    """A sparse file of 576 MB with a sentence at its end; its words are ten hours later."""
    sentence, silent = talk_samples(TALK)[Leg.CALLER].tobytes(), 10 * 3600 * 8000 * 2
    with leg.open("wb") as file:
        file.write(header(rate_hz=8000, channels=1, sound_bytes=silent + len(sentence)))
        file.truncate(HEADER_BYTES + silent)
        file.seek(0, 2)
        file.write(sentence)
    transcript = await decoder.decode({Leg.CALLER: leg})

    assert texts(transcript) == [SENTENCE]
    assert transcript.turns[0].start_s > 36_000
    assert Patience().deadline_s(inspect(leg)) > 72_000
