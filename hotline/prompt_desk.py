"""提示音台: which prompts are said where and by whose voice; recordings put in their places while calls go on.

A recording is another version of the city (hotline.city_book): written down with who and why, taken back by a
roll-back, and not heard by a caller who came before. The folder follows.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import structlog

from api.prompt_port import PromptSight, PromptState, Upload
from city.city import City
from city.overlay import Overlay
from city.prompt_uses import Use, UsedBy, prompt_uses
from city.prompts import Prompt
from city.recorded import FILE as RECORDED
from city.recorded import Recorded, recorded_toml
from city.refusals import (
    CannotBeSpoken,
    CityRefused,
    NoRecording,
    RecordingSaysOtherwise,
    SoundRefused,
    UnknownPromptName,
)
from city.snapshot import Audio, Snapshot
from city.taking import Outcome
from hotline.city_book import CityBook, Places
from hotline.city_versions import CityVersion
from hotline.voicing import TEXTS, entries_in
from ivr.prompt_sound import NO_SOUND, Measured, measured
from tickets.review import reason_of

PROGRAM: Final = (sys.executable, "-m", "hotline.prompt_child")
MAKING_S: Final = 60.0
AT_ONCE: Final = 2
log = structlog.get_logger(__name__)
STATES: Final = {True: PromptState.SYNTHESISED, False: PromptState.RECORDED}


class PromptDesk:
    """`places`: where the versions of `book` and their sounds are kept."""

    def __init__(self, book: CityBook, places: Places, clock: Callable[[], datetime]) -> None:
        self._book, self._places, self._clock = book, places, clock
        self._uses: tuple[str, Mapping[str, tuple[Use, ...]]] = ("", {})
        self._measured: dict[str, Measured] = {}
        self._making = asyncio.Semaphore(AT_ONCE)

    async def everything(self) -> Sequence[PromptSight]:
        """As `api.prompt_port.PromptVoices` says."""
        return await asyncio.to_thread(self._everything, self._book.in_force)

    async def upload(
        self, name: str, recording: bytes, *, by: str, why: str, says: str | None, expected: int | None
    ) -> Upload:
        """As `api.prompt_port.PromptVoices` says."""
        self._must_be_there(name)
        async with self._making:
            told, wav = await _made(recording)

        def with_recording(snapshot: Snapshot) -> Snapshot:
            text = _must_say(snapshot, name, says)
            sha256 = self._places.sounds.keep(name, wav)
            entry = Recorded(digest=sha256, zh=text, by=by, at=self._clock(), why=reason_of(why))
            sound = Audio(sha256=sha256, words=text)
            return _with(snapshot, name, sound, _recordings(snapshot) | {name: entry})

        outcome = await self._book.alter(with_recording, by=by, why=why, expected=expected)
        notes = tuple((zh, en) for zh, en in told["notes"])
        levels = {key: told[key] for key in ("seconds", "was_dbov", "level_dbov")}
        return Upload(outcome=outcome, notes=notes, **levels)

    async def say(self, text: str) -> float:
        """As `api.prompt_port.PromptVoices` says."""
        async with self._making:
            return await asyncio.to_thread(self._places.voicing.say, text)

    async def say_again(self, overlays: Iterable[Overlay]) -> None:
        """At a start: what was typed before it is there to be heard, whatever has become of the sounds."""
        for overlay in overlays:
            if overlay.text is not None:
                try:
                    await self.say(overlay.text)
                except (CityRefused, OSError) as error:
                    log.warning("A typed announcement cannot be heard", why=type(error).__name__)

    async def remove(self, name: str, *, by: str, why: str, expected: int | None) -> Outcome:
        """As `api.prompt_port.PromptVoices` says."""
        self._must_be_there(name)

        def without_recording(snapshot: Snapshot) -> Snapshot:
            sound = snapshot.audio.get(name)
            if sound is None or (sound.synthesised and not sound.is_outdated):
                raise NoRecording(f"{name} has no recording", f"“{name}”没有录音,已是合成语音")
            spoken = Audio(sha256=self._spoken(snapshot, name), synthesised=True, instead_of="")
            rest = {slug: one for slug, one in _recordings(snapshot).items() if slug != name}
            return _with(snapshot, name, spoken, rest)

        return await self._book.alter(without_recording, by=by, why=why, expected=expected)

    def _must_be_there(self, name: str) -> None:
        version = self._book.in_force
        if name not in version.city.prompts and name not in version.snapshot.audio:
            raise UnknownPromptName(f"no prompt is called {name!r}", f"没有名为“{name}”的提示音,请先写文本")

    def _spoken(self, snapshot: Snapshot, name: str) -> str:
        prompt = _texts(snapshot).get(name)
        if prompt is None:
            raise CannotBeSpoken(f"{name} has no text to be spoken", f"“{name}”没有文本,无从合成")
        kept = self._places.voicing.speak({name: prompt})
        if name not in kept.sha256:
            zh, en = kept.failed[name]
            raise CannotBeSpoken(f"{name}: {en}", f"“{name}”:{zh}")
        return kept.sha256[name]

    def _everything(self, version: CityVersion) -> list[PromptSight]:
        uses, recordings = self._uses_in(version), _recordings(version.snapshot)
        names = sorted(version.city.prompts.keys() | version.snapshot.audio.keys() | uses.keys())
        return [self._sight(version, name, uses.get(name, ()), recordings.get(name)) for name in names]

    def _sight(self, version: CityVersion, name: str, uses: tuple[Use, ...], known: Recorded | None) -> PromptSight:
        prompt, sound = version.city.prompts.get(name), version.snapshot.audio.get(name)
        texts = (prompt.zh, prompt.en) if prompt is not None else (None, None)
        if sound is None:
            return PromptSight(name=name, zh=texts[0], en=texts[1], state=PromptState.MISSING, uses=uses)
        if known is not None and known.digest != sound.lies:
            known = None
        lasts = self._measure(name, sound)
        return PromptSight(
            name=name,
            zh=texts[0],
            en=texts[1],
            state=PromptState.OUTDATED if sound.is_outdated else STATES[sound.synthesised],
            uses=uses,
            seconds=round(lasts.seconds, 2),
            level_dbov=round(lasts.level_dbov, 1),
            by=known.by if known is not None else None,
            at=known.at if known is not None else None,
            why=known.why if known is not None else None,
        )

    def _uses_in(self, version: CityVersion) -> Mapping[str, tuple[Use, ...]]:
        if self._uses[0] != version.row.version:
            files = self._places.shelf.read(version.snapshot)
            self._uses = (version.row.version, _in_languages(version.city, prompt_uses(files)))
        return self._uses[1]

    def _measure(self, name: str, sound: Audio) -> Measured:
        if sound.sha256 not in self._measured:
            self._measured[sound.sha256] = measured(self._places.sounds.kept(name, sound.sha256))
        return self._measured[sound.sha256]


async def _made(recording: bytes) -> tuple[dict[str, Any], bytes]:
    """What a child made of it: what it tells, and the WAV. SoundRefused, TimeoutError."""
    child = await asyncio.create_subprocess_exec(*PROGRAM, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(MAKING_S):
            answer, _ = await child.communicate(recording)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    head, _, wav = answer.partition(b"\n")
    if not head:  # it was ended by what it read
        raise SoundRefused(*NO_SOUND)
    told: dict[str, Any] = json.loads(head)
    if "refused" in told:
        raise SoundRefused(*told["refused"])
    return told, wav


def _in_languages(city: City, uses: Mapping[str, tuple[Use, ...]]) -> dict[str, tuple[Use, ...]]:
    """With those that are said in a language instead of another."""
    spoken = {skill.name: skill.spoken for skill in city.about.skills if skill.spoken}
    instead = {f"{slug}-{ending}": Use(UsedBy.LANGUAGE, name) for slug in uses for name, ending in spoken.items()}
    there = {name: (use,) for name, use in instead.items() if name in city.prompts}
    return {**there, **uses}


def _must_say(snapshot: Snapshot, name: str, says: str | None) -> str | None:
    prompt = _texts(snapshot).get(name)
    text = prompt.zh if prompt is not None else None
    if says is not None and text is not None and _words(says) != _words(text):
        raise RecordingSaysOtherwise(f"{name} is {text!r} now", f"“{name}”现在的文本是“{text}”")
    return text


def _words(text: str) -> str:
    """Without marks and spaces."""
    return "".join(sign for sign in text if sign.isalnum())


def _texts(snapshot: Snapshot) -> dict[str, Prompt]:
    return entries_in(snapshot.texts.get(TEXTS, ""), Prompt)


def _recordings(snapshot: Snapshot) -> dict[str, Recorded]:
    return entries_in(snapshot.texts.get(RECORDED, ""), Recorded)


def _with(snapshot: Snapshot, name: str, sound: Audio, recordings: Mapping[str, Recorded]) -> Snapshot:
    """Another snapshot, made anew: a copy would keep the version that the old one has reckoned."""
    texts = {**snapshot.texts, RECORDED: recorded_toml(recordings)}
    return Snapshot(folder=snapshot.folder, texts=texts, audio={**snapshot.audio, name: sound})
