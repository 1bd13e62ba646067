"""One leg's ear: attention decides what its recogniser hears, and its words get back the times they have in the leg."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from asr.attention import Attention, Feed, Stop
from asr.engines.port import Engine, Recogniser, SpokenWord
from recordings.wav import SAMPLE_BYTES

Utterance = Sequence[SpokenWord]


class Ear:
    """Hears a leg, piece by piece (asr.attention.PIECE_S), at the engine's rate."""

    def __init__(self, engine: Engine) -> None:
        self._rate_hz = engine.rate_hz
        self._recogniser: Recogniser = engine.recogniser()
        self._attention = Attention(engine.rate_hz)
        self._fed, self._told = 0, 0  # samples, in all and up to the last end of an utterance that we ordered
        self._fed_from: list[float] = []  # where a piece follows what was passed over: seconds fed before it …
        self._later_s: list[float] = []  # … and by how much later it is in the leg

    def hear(self, pieces: Sequence[bytes]) -> list[Utterance]:
        """The utterances that ended with these pieces.

        Attention goes through all of them first: taking turns with it piece by piece, the recogniser empties the
        processor's caches, and attention takes twice as long.
        """
        return self._follow(self._attention.hear(pieces))

    def end(self) -> list[Utterance]:
        """The leg is over: the last utterances."""
        return self._follow(self._attention.end())

    def so_far(self) -> Utterance:
        """The utterance that goes on, as far as it is guessed."""
        return self._in_place(self._recogniser.so_far()) if self._attention.is_awake else ()

    def _follow(self, orders: Iterable[Feed | Stop]) -> list[Utterance]:
        heard = [self._feed(order) if isinstance(order, Feed) else self._stop(order) for order in orders]
        return [utterance for utterance in heard if utterance]

    def _feed(self, feed: Feed) -> Utterance:
        fed_s, later_s = self._fed / self._rate_hz, (feed.at - self._fed) / self._rate_hz
        if not self._later_s or later_s != self._later_s[-1]:
            self._fed_from.append(fed_s)
            self._later_s.append(later_s)
        self._fed += len(feed.sound) // SAMPLE_BYTES
        return self._in_place(self._recogniser.accept(feed.sound) or ())

    def _stop(self, stop: Stop) -> Utterance:
        if self._fed == self._told:
            return ()
        self._told = self._fed
        said = self._in_place(self._recogniser.finish())
        if stop.music_from is None:
            return said
        music_s = stop.music_from / self._rate_hz
        return [word for word in said if word[1] < music_s]

    def _in_place(self, words: Iterable[SpokenWord]) -> Utterance:
        return [self._placed(word) for word in words]

    def _placed(self, word: SpokenWord) -> SpokenWord:
        text, start_s, end_s, confidence = word
        later_s = self._later_s[max(0, bisect_right(self._fed_from, start_s) - 1)]
        return text, start_s + later_s, end_s + later_s, confidence
