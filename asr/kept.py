"""What is kept in memory of a leg while its call goes on: all that was said, up to a bound; from there on the newest.

A leg that has outgrown the bound is not whole any more: what was said in it is decoded from the file, after the call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from asr.transcript import Utterance

WORDS_MOST = 20_000
"""Of one leg: two hours of one person's talking without a pause, some 5 MB."""


class Kept:
    """The utterances of one leg that have ended, oldest first."""

    def __init__(self, words_most: int = WORDS_MOST) -> None:
        self._most = words_most
        self._said: deque[Utterance] = deque()
        self._words = 0
        self.is_whole = True  # nothing has been let go

    def __iter__(self) -> Iterator[Utterance]:
        return iter(self._said)

    def add(self, utterance: Utterance) -> None:
        """The next; for its sake the oldest may go."""
        self._said.append(utterance)
        self._words += len(utterance)
        while self._words > self._most:
            self.is_whole = False
            self._words -= len(self._said.popleft())
