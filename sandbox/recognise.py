"""Which prompts a phone has heard, known by their sound alone, and by their place in the stream.

What arrives is one unbroken stream: the PBX sends every sample of a prompt, one after the other, and a phone that
listens whole (`sandbox.baresip.Settings.listens_whole`) loses none. It only writes plain zeros while nothing has
arrived yet, and as A-law has no zero (ITU-T G.711), `sent` takes those out again. So nothing sounds otherwise on a slow
machine: a prompt is found by its first tenth of a second and followed sample by sample, and where it ended or was cut
short is a place in the stream. Prompts that sound alike for a while are told apart by which of them goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sandbox.sound import FRAME, RATE_HZ, Samples

HEAD = RATE_HZ // 10
"""By so much of a prompt it is found; by all of one that is shorter."""
LIKENESS = 0.97
"""Normalised correlation of what is the same: A-law leaves 0.99 and more, another word by the same voice 0.9."""
QUIET_RMS = 60.0
"""A frame of a prompt below it is silence, and what is heard in its place must be, too."""
LOUD = 100
"""A prompt begins and ends with the first and the last sample beyond this."""
UNHEARD = 2 * FRAME
"""So much of a prompt's end may be held back on the way until something follows."""
CHUNK = 6400
"""So many samples are looked through at once."""
LATEST = 2 * RATE_HZ
"""Of the first prompt of a call so much may be lost: the phone began to listen a little late."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One prompt in what was heard; places in samples of the stream."""

    prompt: str
    begin: int
    end: int
    is_whole: bool = False


def sent(written: Samples) -> Samples:
    """Of what a phone has written down: what was sent to it."""
    return np.asarray(written[written != 0], np.int16)


class Recogniser:
    """Listens along. `heard` grows; its last may still be going on, and is replaced while it does."""

    def __init__(self, prompts: Mapping[str, Samples]) -> None:
        """`prompts` by name; those of silence alone are never found."""
        trimmed = {name: _trimmed(samples) for name, samples in sorted(prompts.items())}
        self._clips = {name: clip for name, clip in trimmed.items() if len(clip)}
        self._heads = _Parts((name, clip, 0) for name, clip in self._clips.items())
        self._sound = np.zeros(0)
        self._scanned = 0
        self._likely: list[Heard] = []  # what the last one may be, while it goes on
        self._ended: list[Heard] = []  # what it may have been
        self._known_later: tuple[tuple[str, ...], _Parts] | None = None
        self.heard: list[Heard] = []

    @property
    def is_sure(self) -> bool:
        """Whether the last one can be no other."""
        return len({one.prompt for one in self._likely}) <= 1

    @property
    def unknown(self) -> int:
        """How many loud samples have come since the last prompt, or since the beginning: something else is heard."""
        rest = self._sound[self.heard[-1].end if self.heard else 0 :]
        return 0 if self._likely else int(np.count_nonzero(np.abs(rest) > LOUD))

    def listen(self, more: Samples) -> list[Heard]:
        """What has come since the last time; everything that was heard so far."""
        self._sound = np.concatenate((self._sound, more.astype(np.float64)))
        while self._follow() if self._likely else self._find():
            pass
        return self.heard

    # ---------------------------------------------------------------- where one begins

    def _find(self) -> bool:
        """Look for the next prompt. False: there is nothing more to look through."""
        rest = self._sound[self._scanned : self._scanned + CHUNK]
        if len(rest) < HEAD:
            return False
        found = self._heads.places(rest) + self._later().places(rest)
        if not found:
            self._scanned += len(rest) - HEAD + 1
            return True
        self._begin(found)
        return True

    def _later(self) -> _Parts:
        """What a prompt can be found by of which the beginning, or something in its middle, was lost."""
        if not self.heard:
            clips, last = self._clips, LATEST
        elif not self.heard[-1].is_whole:
            name = self.heard[-1].prompt
            clips, last = {name: self._clips[name]}, len(self._clips[name])
        else:
            return _Parts(())
        if self._known_later is None or self._known_later[0] != tuple(clips):
            parts = ((n, clip, s) for n, clip in clips.items() for s in range(HEAD, min(last, len(clip)) - HEAD, HEAD))
            self._known_later = tuple(clips), _Parts(parts)
        return self._known_later[1]

    def _begin(self, found: Sequence[_Found]) -> None:
        """Those that fit first; a later part of the last one is that one still."""
        first = min(one.place for one in found)
        begun = [one for one in found if one.place - first <= FRAME // 2]
        at = self._scanned
        self._likely = [Heard(one.prompt, at + one.place - one.since, at + one.place + one.length) for one in begun]
        self._ended = []
        if not (self.heard and all(one.since for one in begun)):
            self.heard.append(self._likely[0])

    # ---------------------------------------------------------------- how far it goes on

    def _follow(self) -> bool:
        """Go on with those that it may be. False: what one of them may go on with has not arrived yet."""
        going = [self._further(one) for one in self._likely]
        if None in going:
            self.heard[-1] = self._likeliest()
            return False
        steps = [(before, after) for before, after in zip(self._likely, going, strict=True) if after is not None]
        self._ended += [after for before, after in steps if after == before or after.is_whole]
        self._likely = [after for before, after in steps if after != before and not after.is_whole]
        self.heard[-1] = self._likeliest()
        self._scanned = max(self._scanned + 1, self.heard[-1].end - FRAME // 2)
        return True

    def _likeliest(self) -> Heard:
        """The one that goes on longest; but one that was heard to its end rather than one cut short soon after."""
        all_of_them = (*self._ended, *self._likely)
        last = max(one.end for one in all_of_them)
        return max(all_of_them, key=lambda one: (one.is_whole and one.end > last - HEAD, one.end))

    def _further(self, one: Heard) -> Heard | None:
        """A frame further, or as it was if it does not go on; None: that has not arrived yet."""
        clip = self._clips[one.prompt]
        since = one.end - one.begin
        part = clip[since : since + FRAME]
        if len(clip) - since < UNHEARD:
            return replace(one, is_whole=True)
        sound = self._sound[one.end : one.end + len(part)]
        if len(sound) < len(part):
            return None
        return replace(one, end=one.end + len(part)) if _is_like(part, sound) else one


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of a prompt, so many samples in it, at a place."""

    prompt: str
    since: int
    length: int
    place: int


class _Parts:
    """Tenths of seconds of prompts, each looked for at every place."""

    def __init__(self, parts: Iterable[tuple[str, NDArray[np.float64], int]]) -> None:
        self._parts = [(name, since, clip[since : since + HEAD]) for name, clip, since in parts]
        self._padded = np.zeros((len(self._parts), HEAD), np.float32)
        for row, (_, _, samples) in enumerate(self._parts):
            self._padded[row, : len(samples)] = samples
        self._spectra: dict[int, NDArray[np.complex128]] = {}  # by size

    def places(self, sound: NDArray[np.float64]) -> list[_Found]:
        """For each part that is somewhere in the sound: the first place, and there the best."""
        if not self._parts or np.max(np.abs(sound)) < LOUD:
            return []
        size = 1 << (len(sound) + HEAD - 1).bit_length()
        if size not in self._spectra:
            self._spectra[size] = np.conj(np.fft.rfft(self._padded, size))
        products = np.fft.irfft(self._spectra[size] * np.fft.rfft(sound, size), size)
        energy = np.concatenate(([0.0], np.cumsum(sound**2)))
        found = []
        for (name, since, samples), product in zip(self._parts, products, strict=True):
            places = len(sound) - len(samples) + 1
            own = float(np.dot(samples, samples))
            if places <= 0 or own < QUIET_RMS**2 * len(samples):
                continue
            window = np.maximum(energy[len(samples) :] - energy[:places], own / 4)
            likeness = product[:places] / np.sqrt(window * own)
            fits = np.flatnonzero(likeness >= LIKENESS)
            if len(fits):
                place = int(fits[0]) + int(np.argmax(likeness[fits[0] : fits[0] + FRAME // 2]))
                found.append(_Found(name, since, len(samples), place))
        return found


def _trimmed(samples: Samples) -> NDArray[np.float64]:
    loud = np.flatnonzero(np.abs(samples) > LOUD)
    return (samples[int(loud[0]) : int(loud[-1]) + 1] if len(loud) else samples[:0]).astype(np.float64)


def _is_like(part: NDArray[np.float64], sound: NDArray[np.float64]) -> bool:
    """Whether both are the same; of a part that is silence, whether both are."""
    own, others = float(np.dot(part, part)), float(np.dot(sound, sound))
    if own < QUIET_RMS**2 * len(part):
        return others < (2 * QUIET_RMS) ** 2 * len(part)
    return others >= own / 4 and float(np.dot(part, sound)) >= LIKENESS * np.sqrt(own * others)
