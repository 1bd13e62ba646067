"""Live decoding as the controller has it: which calls come first, and who is told what is said.

Whoever wants words subscribes before it runs. A subscriber is called in the loop's own thread and never waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path

from asr.decoder import Decoder
from asr.live import Live, LiveWords
from telephony.translate import Arrival

REMEMBERED_MOST = 2000  # calls of crisis hotlines


class LiveEars:
    """Tells subscribers what is said in calls that go on. `crisis`: the numbers of hotlines for people in need, now."""

    def __init__(self, hotline_of: Callable[[str], str], crisis: Callable[[], Collection[str]]) -> None:
        self._hotline_of, self._crisis = hotline_of, crisis
        self._urgent: OrderedDict[str, None] = OrderedDict()
        self._subscribers: list[Callable[[LiveWords], None]] = []

    def subscribe(self, said: Callable[[LiveWords], None]) -> None:
        """Be told every utterance, as it is guessed and when it has ended."""
        self._subscribers.append(said)

    def note_arrival(self, arrival: Arrival) -> None:
        """A call has come: those of crisis hotlines are heard before others."""
        if self._hotline_of(arrival.dnis) in self._crisis():
            self._urgent[arrival.call] = None
            if len(self._urgent) > REMEMBERED_MOST:
                self._urgent.popitem(last=False)

    def follow(self, spool: Path, decoder: Decoder) -> Live:
        """Hear the calls of this spool with this decoder."""
        return Live(spool, decoder, said=self._tell, is_urgent=self._urgent.__contains__)

    def _tell(self, words: LiveWords) -> None:
        for said in self._subscribers:
            said(words)
