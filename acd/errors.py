"""Why the ACD says no to a person. Each names its rule; nothing has changed when one is raised."""

from __future__ import annotations


class Refused(Exception):
    """A person's request breaks a rule. `rule` is stable and machine-readable, the message is for people.

    `zh` is the same sentence in Chinese, for the console and the voice prompts.
    """

    rule = "refused"

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


class UnknownAgent(Refused):
    """Nobody with this number is logged on."""

    rule = "unknown_agent"


class UnknownSeat(Refused):
    """There is no such seat."""

    rule = "unknown_seat"


class UnknownQueue(Refused):
    """A seat names a queue that the city does not have."""

    rule = "unknown_queue"


class SeatTaken(Refused):
    """Somebody else is logged on at this seat."""

    rule = "seat_taken"


class AgentAlreadyLoggedOn(Refused):
    """The agent is logged on at another seat."""

    rule = "agent_already_logged_on"


class NotNow(Refused):
    """The agent's present state does not allow it (see the table in acd.agents)."""

    rule = "not_now"
