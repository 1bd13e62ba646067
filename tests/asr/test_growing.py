"""A leg that grows during the call is heard as the finished one, word for word."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from asr.decoder import Decoder, Patience
from asr.errors import DecodingFailed
from asr.growing import GrowingLeg, Growth
from asr.heard import Heard, Told, nobody
from asr.transcript import Utterance
from recordings.recording import Leg
from recordings.wav import HEADER_BYTES, chunks, header, inspect
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, talk_samples
from tests.asr.test_decoder import alive, texts
from tests.recordings.scenes import until, write_wav

SENTENCE = "我要投诉海州区解放路十二号的噪音"


@pytest.fixture
def growing(tmp_path: Path) -> GrowingLeg:
    """Where the dialplan writes a caller's leg."""
    return GrowingLeg(tmp_path / "lx-1-1-caller.wav", tmp_path / "lx-1-1.done")


def begin(leg: GrowingLeg) -> None:
    """As Asterisk opens it: the sizes are not known yet."""
    leg.path.write_bytes(header(rate_hz=8000, channels=1, sound_bytes=0))


def grow(leg: GrowingLeg, sound: bytes) -> None:
    """More of it."""
    with leg.path.open("ab") as file:
        file.write(sound)


def close(leg: GrowingLeg) -> None:
    """As Asterisk closes it: the sizes, then the marker."""
    with leg.path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END) - HEADER_BYTES
        file.seek(0)
        file.write(header(rate_hz=8000, channels=1, sound_bytes=size))
    leg.marker.touch()


def said(utterances: Iterable[Utterance]) -> list[str]:
    """Utterance by utterance."""
    return ["".join(word.text for word in utterance) for utterance in utterances]


class Listening:
    """Somebody who is told; `waits` until something is."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def hear(self, told: Told) -> None:
        """Remember it."""
        self.told.append(told)

    def utterances(self) -> list[Utterance]:
        """All that have ended."""
        return [told.words for told in self.told if told.words]

    def words(self) -> str:
        """All that has been said."""
        return "".join(said(self.utterances()))


@asynccontextmanager
async def following(
    decoder: Decoder, leg: GrowingLeg, told: Callable[[Told], None] = nobody
) -> AsyncIterator[asyncio.Future[Heard]]:
    """A child follows the leg."""
    following = asyncio.ensure_future(decoder.follow(leg, told))
    try:
        await until(decoder.children_at_work)
        yield following
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@pytest.mark.parametrize("seed", range(4))
def test_growing_file_gives_the_pieces_of_the_finished_one(growing: GrowingLeg, seed: int) -> None:
    """Grown in bits of any size, odd ones, too, with looks in between; moved away at the end or not."""
    dice, sound, seen = random.Random(seed), talk_samples(TALK)[Leg.CALLER].tobytes(), []
    begin(growing)
    with Growth(growing) as growth:
        assert list(growth.wait_for_rate()) == []
        pieces, at = growth.pieces(0.24), 0
        while at < len(sound):
            size = dice.randrange(1, 9001)
            grow(growing, sound[at : at + size])
            at += size
            seen += list(iter(lambda: next(pieces), None))
        close(growing)
        target = growing.path
        if seed % 2:
            target = growing.path.with_name("archived.wav")
            growing.path.rename(target)
            growing.marker.unlink()

        assert [*seen, *(piece for piece in pieces if piece)] == list(chunks(inspect(target), 0.24))


async def test_leg_is_heard_while_it_grows_and_the_same_afterwards(decoder: Decoder, growing: GrowingLeg) -> None:
    """Words come before the leg ends; in the end they are those of the finished file."""
    dice, sound, listening = random.Random(7), talk_samples(TALK)[Leg.CALLER].tobytes(), Listening()
    begin(growing)
    async with following(decoder, growing, listening.hear) as live:
        for at in range(0, len(sound), 12_000):
            grow(growing, sound[at : at + (split := dice.randrange(12_000))])
            await asyncio.sleep(0)
            grow(growing, sound[at + split : at + 12_000])
        await until(lambda: listening.words() == SENTENCE)
        assert not live.done()
        close(growing)
        heard = await live

    finished = await decoder.hear(inspect(growing.path))
    assert listening.utterances() == finished.said
    assert heard.sound_bytes == finished.sound_bytes == len(sound)


async def test_what_is_guessed_and_how_far_behind_it_is_are_told(decoder: Decoder, growing: GrowingLeg) -> None:
    """The utterance that goes on, before it ends."""
    sound, listening = talk_samples(TALK)[Leg.CALLER], Listening()
    voiced = np.flatnonzero(np.abs(sound) > 1000)
    begin(growing)
    async with following(decoder, growing, listening.hear):
        grow(growing, sound[: (voiced[0] + voiced[-1]) // 2].tobytes())
        await until(
            lambda: any(
                "".join(w.text for w in told.so_far).strip() in SENTENCE for told in listening.told if told.so_far
            )
        )

        assert listening.words() == ""
        assert all(told.unread_s >= 0 for told in listening.told if told.unread_s is not None)


async def test_file_that_is_empty_at_first_is_waited_for(decoder: Decoder, growing: GrowingLeg) -> None:
    """The header comes later, and in two parts."""
    sound, listening = talk_samples(TALK)[Leg.CALLER].tobytes(), Listening()
    growing.path.touch()
    async with following(decoder, growing, listening.hear) as live:
        await until(lambda: listening.told)
        head = header(rate_hz=8000, channels=1, sound_bytes=0)
        grow(growing, head[:20])
        grow(growing, head[20:] + sound)
        close(growing)

        await live
        assert said(listening.utterances()) == [SENTENCE]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"not a wav at all",
        header(rate_hz=8000, channels=1, sound_bytes=0),
        header(rate_hz=8000, channels=2, sound_bytes=8) + bytes(8),
        header(rate_hz=100, channels=1, sound_bytes=8) + bytes(8),
    ],
)
async def test_leg_that_never_has_sound_says_nothing(decoder: Decoder, growing: GrowingLeg, content: bytes) -> None:
    """Empty, half a header, foreign, header only, stereo, absurd rate."""
    growing.path.write_bytes(content)
    growing.marker.touch()

    listening = Listening()
    heard = await decoder.follow(growing, listening.hear)

    assert (listening.utterances(), heard.sound_bytes) == ([], 0)


async def test_absent_leg_fails(decoder: Decoder, growing: GrowingLeg) -> None:
    """It says what, without a path of somebody's call."""
    with pytest.raises(DecodingFailed, match="FileNotFoundError"):
        await decoder.follow(growing, nobody)


async def test_killed_child_ends_the_following_and_the_file_is_decoded_as_ever(
    decoder: Decoder, growing: GrowingLeg
) -> None:
    """Nothing of it is used; the finished file gives all words."""
    sound = talk_samples(TALK)[Leg.CALLER].tobytes()
    begin(growing)
    async with following(decoder, growing) as live:
        grow(growing, sound)
        os.kill(decoder.children_at_work()[0], signal.SIGKILL)
        with pytest.raises(DecodingFailed, match="SIGKILL"):
            await live
    close(growing)

    assert texts(await decoder.decode({Leg.CALLER: growing.path})) == [SENTENCE]


async def test_frozen_child_is_given_up(growing: GrowingLeg) -> None:
    """A child that follows shows itself; one that does not is killed."""
    begin(growing)
    async with (
        Decoder(MODEL, children=1, patience=Patience(silence_s=2.0)) as decoder,
        following(decoder, growing) as live,
    ):
        frozen = decoder.children_at_work()[0]
        os.kill(frozen, signal.SIGSTOP)
        with pytest.raises(DecodingFailed, match="deadline"):
            await live
        await until(lambda: not alive(frozen))


async def test_quiet_talk_is_followed_for_longer_than_a_child_may_be_silent(growing: GrowingLeg) -> None:
    """It says that it lives though nobody says a word."""
    begin(growing)
    listening = Listening()
    async with (
        Decoder(MODEL, children=1, patience=Patience(silence_s=1.5)) as decoder,
        following(decoder, growing, listening.hear) as live,
    ):
        for _ in range(5):
            known = len(listening.told)
            await until(lambda known=known: len(listening.told) > known)
        close(growing)

        await live
        assert listening.utterances() == []


async def test_leg_of_another_rate_is_heard_as_it_grows(decoder: Decoder, growing: GrowingLeg, tmp_path: Path) -> None:
    """16 kHz to a model of 8 kHz: resampled piece by piece, the same words as from the finished file."""
    write_wav(growing.path, np.repeat(talk_samples(TALK)[Leg.CALLER], 2), rate_hz=16000)
    growing.marker.touch()
    listening = Listening()
    await decoder.follow(growing, listening.hear)

    assert said(listening.utterances()) == [SENTENCE]
    assert listening.utterances() == (await decoder.hear(inspect(growing.path))).said
