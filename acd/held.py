"""熟人坐席: which calls wait only for which agent (acd.waiting says why and for how long)."""

from __future__ import annotations

from acd.model import AgentId, CallId, WaitingCall


class Held:
    """Calls by the agent whom alone they wait for, in the order they began to."""

    def __init__(self) -> None:
        self._for: dict[AgentId, dict[CallId, None]] = {}

    def __len__(self) -> int:
        """For how many agents calls wait alone."""
        return len(self._for)

    def note(self, call: WaitingCall) -> None:
        """The call waits for its agent alone, or does not (any more)."""
        if call.prefers is None:
            return
        if call.held_until is not None:
            self._for.setdefault(call.prefers, {})[call.id] = None
        else:
            self.forget(call)

    def forget(self, call: WaitingCall) -> None:
        """The call waits for nobody alone."""
        held = self._for.get(call.prefers) if call.prefers is not None else None
        if held is not None and call.prefers is not None:
            held.pop(call.id, None)
            if not held:
                del self._for[call.prefers]

    def calls_for(self, agent: AgentId) -> tuple[CallId, ...]:
        """Calls that wait for this agent alone."""
        return tuple(self._for[agent]) if agent in self._for else ()
