"""Vosk behind the port: the only file that touches libvosk, and it runs in the launcher and its children alone.

libvosk hangs for ever at rate 0, aborts when a recogniser is shared, crashes over a malformed grammar, ignores a
grammar without a word where the model's graph is a single file, and passes words on as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import vosk

from asr.engines.grammar import Grammar, GrammarRefused
from asr.engines.port import SpokenWord
from recordings.wav import RATES_HZ, SAMPLE_BYTES

_WARNINGS_AND_ERRORS = -1  # libvosk's log level: the reason of a failure is only there
_PROOF_S = 0.25


def load(folder: Path, rate_hz: int) -> VoskEngine:
    """Load a model and prove with one recogniser and a moment of silence that it takes sound of `rate_hz`.

    Raises Exception.
    """
    if type(rate_hz) is not int or rate_hz not in RATES_HZ:
        raise ValueError(f"a sample rate of {rate_hz!r} Hz")
    vosk.SetLogLevel(_WARNINGS_AND_ERRORS)
    engine = VoskEngine(folder, vosk.Model(str(folder)), rate_hz)
    proof = engine.recogniser()
    proof.accept(bytes(SAMPLE_BYTES * int(rate_hz * _PROOF_S)))
    proof.finish()
    return engine


@dataclass(frozen=True)
class VoskEngine:
    """A loaded Vosk model. Made by `load`."""

    folder: Path
    model: Any
    rate_hz: int

    def recogniser(self, grammar: Grammar | None = None) -> VoskRecogniser:
        """A fresh one. GrammarRefused where the model can have no grammar."""
        if grammar is None:
            return VoskRecogniser(vosk.KaldiRecognizer(self.model, float(self.rate_hz)))
        if not self._takes_grammars:
            zh, en = "此模型的词图是整体的,不能限定词组", "the graph of this model is one piece: it takes no grammar"
            raise GrammarRefused(zh=zh, en=en)
        # libvosk does not understand \u escapes: it would take every word for an unknown one.
        phrases = json.dumps(grammar.phrases, ensure_ascii=False)
        return VoskRecogniser(vosk.KaldiRecognizer(self.model, float(self.rate_hz), phrases))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that it knows."""
        text = (self.folder / "graph/words.txt").read_text(encoding="utf-8", errors="replace")
        return frozenset(line.split()[0] for line in text.splitlines() if line and line[0] not in "<#")

    @property
    def _takes_grammars(self) -> bool:
        return (self.folder / "graph/HCLr.fst").is_file()


class VoskRecogniser:
    """One leg's ear."""

    def __init__(self, recogniser: Any) -> None:
        self._recogniser = recogniser
        recogniser.SetWords(True)
        recogniser.SetPartialWords(True)

    def accept(self, sound: bytes) -> Sequence[SpokenWord] | None:
        """See the port."""
        return _words(self._recogniser.Result()) if self._recogniser.AcceptWaveform(sound) else None

    def so_far(self) -> Sequence[SpokenWord]:
        """See the port."""
        return _words(self._recogniser.PartialResult(), "partial_result")

    def finish(self) -> Sequence[SpokenWord]:
        """See the port."""
        return _words(self._recogniser.FinalResult())


def _words(result: str, part: str = "result") -> list[SpokenWord]:
    """Not strict: libvosk passes on the control characters of a model's words as they are."""
    return [
        (w["word"], w["start"], w["end"], w.get("conf", 0.0)) for w in json.loads(result, strict=False).get(part, [])
    ]
