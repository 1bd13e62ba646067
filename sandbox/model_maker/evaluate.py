"""How well a model hears: word and character errors, word times, by voice; on held-out voices and on the demo's own."""

from __future__ import annotations

import collections
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vosk

from sandbox.model_maker.corpus import held_out_recordings
from sandbox.model_maker.sentences import draw_salad, draw_sentence, load_patterns
from sandbox.model_maker.telephone import a_law
from sandbox.scoring import Heard, distance, hear
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, say


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One sentence, as it was said and as it was heard. `times` are the true ones, if known."""

    voice: str
    said: tuple[str, ...]
    heard: tuple[Heard, ...]
    times: tuple[tuple[float, float], ...] = ()


def evaluate(folder: Path, sentences: int) -> Iterator[str]:
    """Measure, and say it in lines."""
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(folder))
    began = time.process_time()
    held_out = [
        Outcome(
            voice=recording.script.utterance.voice,
            said=recording.script.words,
            heard=tuple(hear(model, recording.samples)),
            times=tuple(recording.word_times()),
        )
        for recording in held_out_recordings(sentences)
    ]
    yield f"held-out voices, bad lines: {summarise(held_out)}; CPU {time.process_time() - began:.1f} s"
    yield f"  word times: {summarise_times(held_out)}"
    yield from (f"  {voice or 'plain'}: {summarise(part)}" for voice, part in _by_voice(held_out))
    yield from _examples(held_out)
    demo = list(_demo_outcomes(model, max(3, sentences // 10), disorder=False))
    yield f"demo voices, clean A-law line: {summarise(demo)}"
    yield from (f"  {voice}: {summarise(part)}" for voice, part in _by_voice(demo))
    yield from _examples(demo)
    salad = list(_demo_outcomes(model, max(3, sentences // 10), disorder=True))
    yield f"demo voices, words in random order: {summarise(salad)}"


def _demo_outcomes(model: vosk.Model, sentences: int, *, disorder: bool) -> Iterator[Outcome]:
    dice = random.Random("demo")  # noqa: S311 - repeatable on purpose
    for voice in CITIZEN_VOICES + AGENT_VOICES:
        for _ in range(sentences):
            said = draw_salad(dice) if disorder else draw_sentence(load_patterns(), dice)
            line = np.round(a_law(say("".join(said), voice=voice) / 32768) * 32767).astype(np.int16)
            yield Outcome(voice=voice, said=tuple(said), heard=tuple(hear(model, np.pad(line, 2400))))


def summarise(outcomes: Sequence[Outcome]) -> str:
    """Word error rate, character error rate, and the share of sentences exactly right."""
    pairs = [(outcome.said, [heard.word for heard in outcome.heard]) for outcome in outcomes]
    words = sum(distance(said, heard) for said, heard in pairs) / sum(len(said) for said, _ in pairs)
    spelled = [("".join(said), "".join(heard)) for said, heard in pairs]
    characters = sum(distance(said, heard) for said, heard in spelled) / sum(len(said) for said, _ in spelled)
    right = sum(said == heard for said, heard in spelled) / len(spelled)
    return f"WER {words:.2%}, CER {characters:.2%}, sentences right {right:.0%} of {len(spelled)}"


def summarise_times(outcomes: Sequence[Outcome]) -> str:
    """How far word starts and ends are off, over the sentences that were heard word for word."""
    exact = [o for o in outcomes if [h.word for h in o.heard] == list(o.said)]
    pairs = [(time, heard) for outcome in exact for time, heard in zip(outcome.times, outcome.heard, strict=True)]
    starts = sorted(abs(heard.start_s - start) for (start, _), heard in pairs)
    ends = sorted(abs(heard.end_s - end) for (_, end), heard in pairs)
    return (
        f"start median {statistics.median(starts) * 1000:.0f} ms, p95 {starts[len(starts) * 95 // 100] * 1000:.0f} ms; "
        f"end median {statistics.median(ends) * 1000:.0f} ms, p95 {ends[len(ends) * 95 // 100] * 1000:.0f} ms"
    )


def _by_voice(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    parts: dict[str, list[Outcome]] = collections.defaultdict(list)
    for outcome in outcomes:
        parts[outcome.voice].append(outcome)
    return sorted(parts.items())


def _examples(outcomes: Sequence[Outcome], most: int = 6) -> Iterator[str]:
    wrong = [o for o in outcomes if "".join(o.said) != "".join(h.word for h in o.heard)]
    for outcome in wrong[:most]:
        yield f"    said {' '.join(outcome.said)}  |  heard {' '.join(heard.word for heard in outcome.heard)}"
