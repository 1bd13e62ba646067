"""A folder of recordings, transcribed: the decoder of every call, a result beside each talk, whole or not at all.

A result belongs to exactly the bytes it was made from: their SHA-256 and the model's name stand in it. Whoever is
killed and begins again does only what has no such result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from asr.decoder import Decoder
from asr.errors import DecodingFailed
from asr.folder import Side, Talk, Unusable, digests, sounds
from asr.transcript import Speaker, Transcript
from plumbing.lifecycle import background
from recordings.keys import replace_file
from recordings.recording import Leg
from recordings.wav import Sound
from wording import Lexis, retold, write
from wording.written import Written

SPEAKERS = {Speaker.CALLER: "市民 caller", Speaker.AGENT: "话务员 agent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one talk. `seconds`: of sound that was decoded now, both legs. `trouble`: why it has no result."""

    talk: Talk
    seconds: float = 0.0
    turns: int = 0
    damage: tuple[str, ...] = ()
    was_there: bool = False
    trouble: tuple[str, str] | None = None


class Batch:
    """`folder` is read, `into` is written. `caller`: on which side a stereo file has the caller."""

    def __init__(
        self, folder: Path, into: Path, decoder: Decoder, *, model: str, lexis: Lexis, caller: Side = Side.LEFT
    ) -> None:
        self._folder, self._into, self._decoder = folder, into, decoder
        self._model, self._lexis, self._caller = model, lexis, caller

    async def run(self, talks: Sequence[Talk], told: Callable[[Outcome], None]) -> None:
        """As many at once as the decoder has children; `told` hears of each as it ends. NoModel."""
        waiting, ended = iter(talks), asyncio.Queue[Outcome]()

        async def work() -> None:
            for talk in waiting:
                ended.put_nowait(await self._outcome(talk))

        async with background(*(work() for _ in range(self._decoder.children))):
            for _ in talks:
                told(await ended.get())

    async def _outcome(self, talk: Talk) -> Outcome:
        try:
            return await self._transcribed(talk)
        except Unusable as unusable:
            return Outcome(talk=talk, trouble=(f"{unusable.file.name}:{unusable.zh}", unusable.en))
        except DecodingFailed as failed:
            return Outcome(talk=talk, trouble=(f"转写失败:{failed}", f"decoding failed: {failed}"))
        except OSError as error:
            return Outcome(talk=talk, trouble=(f"结果无法写入:{error.strerror}", f"cannot write: {error.strerror}"))

    async def _transcribed(self, talk: Talk) -> Outcome:
        heard = await asyncio.to_thread(sounds, talk, self._folder, self._caller)
        of = await self._bytes_of(talk, heard)
        kept = self._into / talk.name.with_name(f"{talk.name.name}.json")
        if await asyncio.to_thread(self._is_there, kept, of):
            return Outcome(talk=talk, was_there=True)
        transcript = await self._decoder.transcribe(heard)
        if await self._bytes_of(talk, heard) != of:
            raise Unusable(next(iter(talk.legs.values())), "转写期间文件变了", "it changed while it was read")
        await asyncio.to_thread(self._keep, kept, of, transcript)
        return Outcome(
            talk=talk,
            seconds=sum(sound.seconds for sound in heard.values()),
            turns=len(transcript.turns),
            damage=tuple(str(damage) for sound in heard.values() for damage in sound.damage),
        )

    async def _bytes_of(self, talk: Talk, heard: Mapping[Leg, Sound]) -> dict[str, str]:
        """What a result is made from: the hash of each file and, of a stereo file, where the caller was taken to be."""
        of = await asyncio.to_thread(digests, talk)
        is_split = len(heard) > len(talk.legs)
        return of | {"caller_side": str(self._caller)} if is_split else of

    def _is_there(self, kept: Path, of: dict[str, str]) -> bool:
        """Whether this very result is there. A file of somebody else's is not written over: Unusable."""
        try:
            result = orjson.loads(kept.read_bytes())
            model, sha256 = result["model"], result["sha256"]
        except FileNotFoundError:
            return False
        except (ValueError, KeyError, TypeError):
            raise Unusable(kept, "同名文件不是转写结果,不覆盖", "it is no result of ours, and is left alone") from None
        return bool((model, sha256) == (self._model, of)) and kept.with_suffix(".txt").is_file()

    def _keep(self, kept: Path, of: dict[str, str], transcript: Transcript) -> None:
        """The text first: where the JSON is, the result is whole."""
        kept.parent.mkdir(parents=True, exist_ok=True)
        written = write(transcript, self._lexis)
        result = {"model": self._model, "sha256": of, "heard": transcript, "written": retold(written)}
        replace_file(kept.with_suffix(".txt"), _text(written).encode())
        replace_file(kept, orjson.dumps(result, option=orjson.OPT_INDENT_2))


def _text(written: Written) -> str:
    return "".join(f"{turn.start_s:8.1f}s {SPEAKERS[turn.speaker]}:{turn.text}\n" for turn in written.turns)
