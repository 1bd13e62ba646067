"""Callers whom the dialplan itself puts through to somebody outside, before anybody here has them: to a branch centre.

BranchDialled  the number is dialled               (names the calls of what follows)
DialEnd        ANSWER                              -> CallTransferredOut
BranchOver     nobody there: the caller will wait, which [waiting-room] tells
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from acd.call_facts import CallTransferredOut
from acd.model import CallId
from acd.talk_facts import Party

SAID = frozenset({"BranchDialled", "BranchOver"})


class Sent:
    """Which callers are on the way there."""

    def __init__(self) -> None:
        self._calls: set[CallId] = set()

    def note(self, call: CallId, message: Mapping[str, str]) -> None:
        """One of `SAID`."""
        if message.get("UserEvent") == "BranchDialled":
            self._calls.add(call)
        else:
            self._calls.discard(call)

    def dialled(self, call: CallId, message: Mapping[str, str], at: datetime) -> tuple[CallTransferredOut, ...]:
        """What a dial's news means for the call: nothing, until somebody there has answered."""
        if call not in self._calls or (message.get("Event"), message.get("DialStatus")) != ("DialEnd", "ANSWER"):
            return ()
        self._calls.discard(call)
        return (CallTransferredOut(at=at, call=call, attempt=0, to_kind=Party.OUTSIDE),)

    def forget(self, call: CallId | None = None) -> None:
        """The caller is gone. None: there may be holes in what was heard; who is there is found by looking."""
        self._calls = set() if call is None else self._calls - {call}
