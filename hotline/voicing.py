"""提示音的声音: which sound each prompt of a folder has: a recording, or a machine's voice, made now if need be.

Callers must never hear a wrong message. So a recording counts only while the prompt's text is the one that it says, as
far as anybody knows; after a change of the text a machine says the new one until it is recorded anew, and the same goes
for a machine's own file of an older text. What a recording says is known from prompts/recorded.toml; of one that was
only laid into the folder, from the text that was in force when it came.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel

from city.files import Files
from city.mistakes import Mistake
from city.overlay import typed_as, unspeakable
from city.pace import audio_s
from city.prompt_uses import prompts_mentioned
from city.prompts import Prompt
from city.recorded import FILE as RECORDED
from city.recorded import Recorded
from city.refusals import CannotBeSpoken
from city.snapshot import Audio, Snapshot
from city.source import Source
from hotline.sounds import Sounds
from hotline.speaker import Speaker

TEXTS: Final = "prompts/prompts.toml"
MEMORY: Final = "synthesised.json"
SOUND_BYTES_MOST: Final = 20 * 1024 * 1024

Entry = TypeVar("Entry", bound=BaseModel)


class Lying(NamedTuple):
    """A file in the folder. `recipe`: by which a machine made it; None: it is somebody's recording."""

    sha256: str
    recipe: str | None


@dataclass(frozen=True, kw_only=True)
class Voiced:
    """Every prompt that has a sound, and why (Chinese, English) others have none."""

    audio: Mapping[str, Audio]
    failed: Mapping[str, tuple[str, str]]

    def mistakes(self, files: Files) -> tuple[Mistake, ...]:
        """Of those that are in use: nothing is silent."""
        unspoken = sorted(self.failed.keys() & {mention.name for mention in prompts_mentioned(files)})
        return tuple(files.prompts.mistake((slug,), "cannot_be_spoken", *self.failed[slug]) for slug in unspoken)


class Kept(NamedTuple):
    """Digests of what was spoken, by prompt, and why (Chinese, English) the others were not."""

    sha256: dict[str, str]
    failed: Mapping[str, tuple[str, str]]


class Voicing:
    """`sounds`: where every sound is kept."""

    def __init__(self, sounds: Sounds, speaker: Speaker) -> None:
        self._sounds, self._speaker = sounds, speaker

    def of_folder(self, prompts: Path, texts: Mapping[str, str], since: Snapshot | None) -> Voiced:
        """Of a folder's prompts. `since`: the version in force, if it is of the same folder. Blocks. OSError."""
        lying, written = self._lying(prompts), entries_in(texts.get(TEXTS, ""), Prompt)
        known = _known(lying, texts, since)
        holding = {slug: found for slug, found in lying.items() if _holds(written.get(slug), found, known.get(slug))}
        audio = {slug: _as_it_lies(written.get(slug), found, known.get(slug)) for slug, found in holding.items()}
        spoken = self.speak({slug: prompt for slug, prompt in written.items() if slug not in audio})
        for slug, sha256 in spoken.sha256.items():
            lies = lying[slug].sha256 if slug in lying else ""
            audio[slug] = Audio(sha256=sha256, synthesised=True, words=known.get(slug), instead_of=lies)
        return Voiced(audio=audio, failed=spoken.failed)

    def speak(self, prompts: Mapping[str, Prompt]) -> Kept:
        """Have a machine say texts. Blocks. OSError."""
        spoken = self._speaker.speak(prompts)
        return Kept({slug: self._sounds.keep(slug, wav) for slug, wav in spoken.wavs.items()}, spoken.failed)

    def say(self, text: str) -> float:
        """Have the sound of a typed text (city.overlay) among the others; how many seconds. Blocks. CannotBeSpoken."""
        if strange := unspeakable(text):
            raise CannotBeSpoken(f"cannot read {strange!r}: write it in Chinese", f"读不出 {strange!r},请写成汉字")
        name = typed_as(text)
        if (seconds := audio_s(self._sounds.path_of(name))) is not None:
            return seconds
        spoken = self._speaker.speak({name: Prompt(zh=text, en=text)})
        if name not in spoken.wavs:
            zh, en = spoken.failed[name]
            raise CannotBeSpoken(en, zh)
        self._sounds.lay_one(name, spoken.wavs[name])
        return audio_s(self._sounds.path_of(name)) or 0.0

    def _lying(self, prompts: Path) -> dict[str, Lying]:
        memory = _memory(prompts / MEMORY)
        found: dict[str, Lying] = {}
        for wav in sorted(prompts.glob("*.wav")):
            if wav.stat().st_size <= SOUND_BYTES_MOST:
                sha256 = self._sounds.keep(wav.stem, wav.read_bytes())
                made = memory.get(wav.stem, {})
                found[wav.stem] = Lying(sha256, made.get("recipe", "") if made.get("sha256") == sha256 else None)
        return found


def entries_in(text: str, shape: type[Entry]) -> dict[str, Entry]:
    """The tables of a file's text whose shape is right, by name."""
    try:
        content = json.loads(json.dumps(tomllib.loads(text), default=str))
    except (tomllib.TOMLDecodeError, ValueError):
        return {}
    return {str(path[0]): entry for path, entry in Source(file="", content=content).entries("", shape)}


def _holds(prompt: Prompt | None, found: Lying, known: str | None) -> bool:
    """Whether a file says what the prompt's text says."""
    if prompt is None:
        return True
    if found.recipe is not None:
        return found.recipe in ("", prompt.recipe)
    return known is None or known == prompt.zh


def _as_it_lies(prompt: Prompt | None, found: Lying, known: str | None) -> Audio:
    if found.recipe is not None:
        return Audio(sha256=found.sha256, synthesised=True)
    return Audio(sha256=found.sha256, words=known if known is not None or prompt is None else prompt.zh)


def _known(lying: Mapping[str, Lying], texts: Mapping[str, str], since: Snapshot | None) -> dict[str, str | None]:
    """What each recording says, as far as anybody knows."""
    told = entries_in(texts.get(RECORDED, ""), Recorded)
    before = entries_in(since.texts.get(TEXTS, ""), Prompt) if since is not None else {}
    known: dict[str, str | None] = {}
    for slug, found in lying.items():
        if found.recipe is not None:
            continue
        one, was = told.get(slug), since.audio.get(slug) if since is not None else None
        if one is not None and one.digest == found.sha256:
            known[slug] = one.zh
        elif was is not None and was.lies == found.sha256:
            known[slug] = was.words if was.words is not None else before[slug].zh if slug in before else None
    return known


def _memory(file: Path) -> dict[str, dict[str, str]]:
    """Which files a machine made, from which recipe (sandbox.prompts writes it)."""
    try:
        told: Any = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    made = told.items() if isinstance(told, dict) else ()
    return {slug: {key: str(said) for key, said in each.items()} for slug, each in made if isinstance(each, dict)}
