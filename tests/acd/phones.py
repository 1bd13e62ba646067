"""A seat's phone dials a code, in a scene."""

from __future__ import annotations

from acd.model import CallId, SeatId
from acd.phone_facts import PhoneFreed, PhoneTaken
from tests.acd.scene import Scene


def take_phone(scene: Scene, seat: str, use: str = "use-1") -> None:
    """The phone dials a code."""
    scene.tell(PhoneTaken(at=scene.now, seat=SeatId(seat), use=CallId(use)))


def free_phone(scene: Scene, seat: str, use: str = "use-1") -> None:
    """That call of the phone's is hung up."""
    scene.tell(PhoneFreed(at=scene.now, seat=SeatId(seat), use=CallId(use)))
