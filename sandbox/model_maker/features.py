"""What the net sees and what it shall say: Kaldi's MFCC of a recording, and the pdf of every 30 ms frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

from sandbox.model_maker.phones import SPOKEN_NOISE
from sandbox.model_maker.speech import SILENCE, Segment
from sandbox.voices import RATE_HZ

MFCC_OPTIONS: Mapping[str, int] = {"num-mel-bins": 30, "num-ceps": 30, "low-freq": 60, "high-freq": 3800}
"""As conf/mfcc.conf has them: decoder and maker must agree."""
SUBSAMPLING = 3
"""10 ms frames to one output of the net. Vosk counts on 3 when it reckons word times."""
_FRAME_S = 0.01
_HALF_WINDOW_S = 0.0125


def mfcc(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Frames x coefficients, a frame every 10 ms of 8 kHz speech."""
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = RATE_HZ
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = MFCC_OPTIONS["num-mel-bins"]
    options.mel_opts.low_freq = MFCC_OPTIONS["low-freq"]
    options.mel_opts.high_freq = MFCC_OPTIONS["high-freq"]
    options.num_ceps = MFCC_OPTIONS["num-ceps"]
    options.use_energy = False
    frames = knf.OnlineMfcc(options)
    frames.accept_waveform(RATE_HZ, samples.astype(np.float32).tolist())
    frames.input_finished()
    return np.stack([frames.get_frame(index) for index in range(frames.num_frames_ready)]).astype(np.float32)


def label_frames(
    segments: Iterable[Segment], frames: int, pdfs: Mapping[str, tuple[int, int]], unknown_syllables: frozenset[int]
) -> list[NDArray[np.int64]]:
    """The wanted pdf of every output frame, once for each of the three ways to begin (at frame 0, 1 or 2).

    Syllables in `unknown_syllables` are labelled as spoken noise, which trains `[unk]`.
    """
    parts = _join_alike(_fill_gaps(segments, unknown_syllables))
    return [_label(parts, offset, frames, pdfs) for offset in range(SUBSAMPLING)]


def _fill_gaps(segments: Iterable[Segment], unknown: frozenset[int]) -> Iterable[tuple[str, float]]:
    """(phone, start), with silence wherever nothing is said."""
    at = 0.0
    for segment in segments:
        if segment.start_s > at + 1e-4:
            yield SILENCE, at
        yield (SPOKEN_NOISE if segment.syllable in unknown else segment.phone), segment.start_s
        at = segment.end_s
    yield SILENCE, at


def _join_alike(parts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Neighbouring silences, and neighbouring spoken noises, are one long phone."""
    joined: list[tuple[str, float]] = []
    for phone, start in parts:
        if not (joined and joined[-1][0] == phone and phone in (SILENCE, SPOKEN_NOISE)):
            joined.append((phone, start))
    return joined


def _label(
    parts: Sequence[tuple[str, float]], offset: int, frames: int, pdfs: Mapping[str, tuple[int, int]]
) -> NDArray[np.int64]:
    labels = np.zeros((frames - offset + SUBSAMPLING - 1) // SUBSAMPLING, np.int64)
    starts: list[int] = []
    for _, start_s in parts:
        frame = math.ceil((start_s - _HALF_WINDOW_S - offset * _FRAME_S) / (SUBSAMPLING * _FRAME_S))
        starts.append(max(frame, starts[-1] + 1 if starts else 0))
    for (phone, _), (start, end) in zip(parts, itertools.pairwise([*starts, labels.size]), strict=True):
        forward, loop = pdfs[phone]
        labels[start : start + 1] = forward
        labels[start + 1 : max(end, start + 1)] = loop
    return labels
