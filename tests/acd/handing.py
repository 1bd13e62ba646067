"""Acts of handing a caller on, for scenes: 101 at 8101 talks with the caller c1, 102 sits at 8102."""

from __future__ import annotations

from acd.call_facts import CallTransferredOut
from acd.events import CallJoined
from acd.model import AgentState, CallId, QueueName, SeatId
from acd.talk_facts import (
    ConsultAnswered,
    ConsultBegun,
    Party,
    ThreeWayBegun,
    TransferBegun,
    TransferDone,
    TransferFailed,
)
from tests.acd.scene import Scene

C1, C2 = CallId("c1"), CallId("c2")
FIRST, SECOND, THIRD = SeatId("8101"), SeatId("8102"), SeatId("8103")


def a_talk() -> Scene:
    """101 talks with the caller; 102 is ready, in a queue where nobody waits."""
    scene = Scene()
    scene.staff("101")
    scene.staff("102", "health")
    scene.join("c1")
    scene.answer("c1")
    return scene


def begun(scene: Scene, seat: SeatId | None = SECOND, call: CallId = C1, attempt: int = 1) -> None:
    """A blind transfer, to a phone or outside."""
    to = Party.AGENT if seat else Party.OUTSIDE
    next_ = attempt + 1
    scene.tell(TransferBegun(at=scene.now, call=call, attempt=attempt, to_attempt=next_, to=to, seat=seat))


def failed(scene: Scene, seat: SeatId = FIRST, call: CallId = C1) -> None:
    """Nobody took the caller: this phone is rung, for the third conversation."""
    scene.tell(TransferFailed(at=scene.now, call=call, attempt=2, to_attempt=3, seat=seat))


def asks(scene: Scene, seat: SeatId | None = SECOND, call: CallId = C1, attempt: int = 1) -> None:
    """Somebody is consulted."""
    to = Party.AGENT if seat else Party.OUTSIDE
    scene.tell(ConsultBegun(at=scene.now, call=call, attempt=attempt, to=to, seat=seat))


def picks_up(scene: Scene, call: CallId = C1) -> None:
    """Whoever is asked."""
    scene.tell(ConsultAnswered(at=scene.now, call=call, attempt=1))


def joins_all(scene: Scene, call: CallId = C1, attempt: int = 1) -> None:
    """三方通话."""
    scene.tell(ThreeWayBegun(at=scene.now, call=call, attempt=attempt, to_attempt=2))


def done(scene: Scene, seat: SeatId = SECOND, call: CallId = C1, attempt: int = 1) -> None:
    """转接完成."""
    scene.tell(TransferDone(at=scene.now, call=call, attempt=attempt, to_attempt=attempt + 1, seat=seat))


def goes_out(scene: Scene, call: CallId = C1) -> None:
    """转出."""
    scene.tell(CallTransferredOut(at=scene.now, call=call, attempt=2, to_kind="outside"))


def waits_again(scene: Scene) -> None:
    """The caller is back in the waiting room; the dialplan says of no number."""
    scene.tell(CallJoined(at=scene.now, call=C1, queue=QueueName("general")))


def states(scene: Scene) -> tuple[AgentState, AgentState]:
    """Of 101 and 102."""
    return scene.state("101"), scene.state("102")
