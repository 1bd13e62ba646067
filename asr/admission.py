"""How many legs may be heard while they are spoken: as many as processors and memory bear, and as keep up. Pure.

What a leg costs is measured: CPU seconds for a second of sound, and the memory that its child does not share. Until
some seconds of the first leg have been heard a guess stands for it that a large model does not exceed on one core.
Whoever is not admitted is asked again while the call goes on, and transcribed afterwards, as ever.
"""

from __future__ import annotations

from dataclasses import dataclass

CORES_SHARE = 0.6  # of the processors; the rest is for ringing phones and for finished recordings
MEMORY_KEPT_BYTES = 512 << 20
FIRST_COST = 0.2  # CPU seconds a second of sound: a large model's, to begin with
FIRST_CHILD_BYTES = 64 << 20
NEWEST_SHARE = 0.2  # of the newest measurement in the running mean
SHORTEST_S = 3.0  # sound of which the cost says something
BEHIND_S = 5.0  # unread sound from which on decoding does not keep up (Asterisk writes 2 s at once)
URGENT_LEGS = 2  # places that only an urgent call or a message may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What there is."""

    cores: int
    free_bytes: int


def bears_another(free_bytes: int, at_work: int, child_bytes: int) -> bool:
    """Whether memory bears a child beside those at work, which may have begun just now and not taken theirs yet."""
    return free_bytes - MEMORY_KEPT_BYTES >= (at_work + 1) * child_bytes


class Admission:
    """Told what legs cost and how far behind they are, says whether another may begin."""

    def __init__(self) -> None:
        self.cost = FIRST_COST
        self.child_bytes = FIRST_CHILD_BYTES
        self._measured = False
        self._behind: dict[object, float] = {}

    def note_cost(self, *, cpu_s: float, sound_s: float, own_bytes: int) -> None:
        """A leg has ended."""
        self.child_bytes = max(own_bytes, self.child_bytes if self._measured else 0)
        if sound_s >= SHORTEST_S:
            cost = cpu_s / sound_s
            self.cost = cost if not self._measured else (1 - NEWEST_SHARE) * self.cost + NEWEST_SHARE * cost
            self._measured = True

    def note_first_cost(self, *, cpu_s: float, sound_s: float) -> None:
        """A leg is being heard: better than a guess, until one has ended."""
        if not self._measured and sound_s >= SHORTEST_S:
            self.cost = cpu_s / sound_s

    def note_unread(self, leg: object, unread_s: float) -> None:
        """So much of a leg is there and has not been heard."""
        self._behind[leg] = unread_s

    def forget(self, leg: object) -> None:
        """It is not followed any more."""
        self._behind.pop(leg, None)

    @property
    def keeps_up(self) -> bool:
        """Whether every leg that is followed is heard as it grows."""
        return max(self._behind.values(), default=0.0) < BEHIND_S

    def legs_most(self, machine: Machine, followed: int) -> int:
        """How many legs this machine bears, `followed` of them being followed already."""
        by_cores = int(CORES_SHARE * machine.cores / max(self.cost, 1e-4))
        by_memory = followed + max(0, machine.free_bytes - MEMORY_KEPT_BYTES) // self.child_bytes
        return min(by_cores, by_memory)

    def admits(self, machine: Machine, followed: int, *, urgent: bool) -> bool:
        """Whether another leg may be followed beside `followed`."""
        kept = 0 if urgent else URGENT_LEGS
        return self.keeps_up and followed + kept < self.legs_most(machine, followed)
