"""Which sound of a leg is worth decoding (语音活动检测): silence and music are passed over, the rest keeps its place.

Told the leg in pieces of PIECE_S, from the first to the last; the same pieces always give the same orders, so a leg
that grows during the call is heard as the finished one is. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import webrtcvad

from asr.music import is_steady
from recordings.wav import SAMPLE_BYTES

PIECE_S = 0.24
"""A whole number of the detector's frames, and short enough for every engine."""

FRAME_S = 0.03
VOICED_FRAMES = 2  # of a piece, from which on somebody speaks in it
LENIENT = 1  # the detector's mode, 0…3: rather decode a noise than miss a word
QUIET_PIECES = 4  # so long after the last word the recogniser may find its own end of the utterance
WINDOW_PIECES = 4  # what is looked at for music
STEADY_WINDOWS = 2  # so many in a row are music
FAINT = 50  # a piece whose loudest sample is no louder (of 32767: -56 dBFS) is a quiet line, whatever its sound
DETECTOR_RATES_HZ = frozenset({8000, 16000, 32000, 48000})


@dataclass(frozen=True, slots=True)
class Feed:
    """Give this to the recogniser; it begins at this sample of the leg."""

    at: int
    sound: bytes


@dataclass(frozen=True, slots=True)
class Stop:
    """End the utterance: nothing worth hearing follows for a while. `music_from`: from this sample on it was music."""

    music_from: int | None = None


class _State(Enum):
    ASLEEP = auto()  # silence
    AWAKE = auto()  # speech, or what might be
    MUSIC = auto()


class Attention:
    """One leg's. At a rate that the detector does not know everything is worth hearing."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._detector = webrtcvad.Vad(LENIENT) if rate_hz in DETECTOR_RATES_HZ else None
        self._state = _State.ASLEEP
        self._at = 0
        self._before: Feed | None = None  # the last piece, while asleep: a word's first sound may be in it
        self._quiet = 0
        self._window: list[Feed] = []
        self._voiced = 0  # pieces of the window
        self._unasked = 0  # windows since the last that is known not to be steady
        self._recent: deque[Feed] = deque(maxlen=(STEADY_WINDOWS + 1) * WINDOW_PIECES)

    def hear(self, pieces: Sequence[bytes]) -> list[Feed | Stop]:
        """The next pieces, none of them empty (one is shorter only if it is the last); together they cost less."""
        if not self._detector:
            return [order for sound in pieces for order in self._hear(sound, voiced=True)]
        loud = zip(pieces, _are_faint(pieces), strict=True)
        return [
            order
            for sound, is_faint in loud
            for order in self._hear(sound, voiced=not is_faint and self._is_spoken(sound))
        ]

    def _hear(self, sound: bytes, *, voiced: bool) -> Iterator[Feed | Stop]:
        piece = Feed(self._at, sound)
        self._at += len(sound) // SAMPLE_BYTES
        match self._state:
            case _State.ASLEEP:
                yield from self._asleep(piece, voiced=voiced)
            case _State.AWAKE:
                yield from self._awake(piece, voiced=voiced)
            case _State.MUSIC:
                yield from self._in_music(piece, voiced=voiced)

    def end(self) -> Iterator[Feed | Stop]:
        """The leg is over."""
        if self._state is _State.MUSIC and self._voiced and not self._is_steady(self._window):
            yield from self._window
        yield Stop()

    @property
    def is_awake(self) -> bool:
        """Whether an utterance may be going on."""
        return self._state is _State.AWAKE

    def _asleep(self, piece: Feed, *, voiced: bool) -> Iterator[Feed | Stop]:
        if not voiced:
            self._before = piece
            return
        first = [self._before] if self._before else []
        self._wake()
        yield from first
        yield from self._awake(piece, voiced=True)

    def _wake(self) -> None:
        self._state, self._before, self._quiet, self._unasked = _State.AWAKE, None, 0, 0
        self._recent.clear()
        self._clear_window()

    def _awake(self, piece: Feed, *, voiced: bool) -> Iterator[Feed | Stop]:
        yield piece
        self._recent.append(piece)
        self._quiet = 0 if voiced else self._quiet + 1
        if self._detector and self._quiet >= QUIET_PIECES:
            self._state = _State.ASLEEP
            yield Stop()
        elif self._detector and self._has_window(piece, voiced=voiced):
            self._clear_window()
            if self._are_steady():
                self._state = _State.MUSIC
                yield Stop(self._music_began())

    def _in_music(self, piece: Feed, *, voiced: bool) -> Iterator[Feed | Stop]:
        if not self._has_window(piece, voiced=voiced):
            return
        window, is_speech = self._window, self._voiced and not self._is_steady(self._window)
        if is_speech:
            while len(window) > 1 and self._is_steady(window[:2]):
                del window[0]
            self._wake()
            yield from window
        elif not self._voiced:
            self._state, self._before = _State.ASLEEP, piece
        self._clear_window()

    def _has_window(self, piece: Feed, *, voiced: bool) -> bool:
        self._window.append(piece)
        self._voiced += voiced
        return len(self._window) >= WINDOW_PIECES

    def _clear_window(self) -> None:
        self._window, self._voiced = [], 0

    def _are_steady(self) -> bool:
        """Whether the last STEADY_WINDOWS are. The newest is asked first: where it is not, the older need not be."""
        self._unasked += 1
        if self._unasked < STEADY_WINDOWS:
            return False
        recent = list(self._recent)
        for newer in range(STEADY_WINDOWS):
            end = len(recent) - newer * WINDOW_PIECES
            if not self._is_steady(recent[end - WINDOW_PIECES : end]):
                self._unasked = newer
                return False
        return True

    def _music_began(self) -> int:
        """The sample from which all that was fed of late is music."""
        recent = list(self._recent)
        first = len(recent) - STEADY_WINDOWS * WINDOW_PIECES
        while first > 0 and self._is_steady(recent[first - 1 : first - 1 + WINDOW_PIECES]):
            first -= 1
        return recent[max(0, first - 1)].at

    def _is_steady(self, pieces: Sequence[Feed]) -> bool:
        return is_steady(b"".join(piece.sound for piece in pieces), self._rate_hz)

    def _is_spoken(self, sound: bytes) -> bool:
        assert self._detector is not None  # noqa: S101
        step, voiced = int(FRAME_S * self._rate_hz) * SAMPLE_BYTES, 0
        for start in range(0, len(sound) - step + 1, step):
            voiced += self._detector.is_speech(sound[start : start + step], self._rate_hz)
            if voiced >= VOICED_FRAMES:
                return True
        return False


def _are_faint(pieces: Sequence[bytes]) -> list[bool]:
    """Of each piece, whether its loudest sample is no louder than FAINT. Together: each call of numpy's has a price."""
    if not pieces:
        return []
    samples = np.frombuffer(b"".join(pieces), "<i2")
    starts = np.cumsum([0, *(len(piece) // SAMPLE_BYTES for piece in pieces[:-1])])
    highest, lowest = np.maximum.reduceat(samples, starts), np.minimum.reduceat(samples, starts)
    faint: list[bool] = ((highest <= FAINT) & (lowest >= -FAINT)).tolist()
    return faint
