"""Looking at the telephones: after each gap at once, and in quiet times only what is seen twice is believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import CallArrived, CallEnded, CallJoined, Event, GapClosed, GapMarked, QueuesLoaded, Repaired
from acd.inbox import INBOX_FULL
from acd.model import CallId, QueueName
from telephony.errors import ActionTimedOut, AsteriskUnreachable
from telephony.listener import HELD_MOST, Listener
from telephony.lookout import STRAIN_FACTOR, Lookout
from telephony.message import AmiEvent
from tests.acd.running import Floor, Notebook, until
from tests.acd.scene import NINE, QUEUES


def waiting_room(*calls: str) -> list[AmiEvent]:
    """Channels of callers who wait."""
    return [
        AmiEvent(
            f"Event: Status\r\nChannel: PJSIP/citizens-1\r\nUniqueid: {call}\r\nContext: waiting-room\r\n"
            f"Application: Wait\r\nVariable: CALL_ID={call}\r\nVariable: QUEUE=general".encode()
        )
        for call in calls
    ]


def hangup(call: str) -> AmiEvent:
    """The caller's leg is gone."""
    return AmiEvent(f"Event: Hangup\r\nUniqueid: {call}\r\nLinkedid: {call}\r\nContext: waiting-room".encode())


def waits(call: str) -> AmiEvent:
    """The waiting room says that a caller is there."""
    said = f"UserEvent: CallWaiting\r\nCallId: {call}\r\nHotline: 12345\r\nQueue: general"
    return AmiEvent(f"Event: UserEvent\r\n{said}\r\nUniqueid: {call}\r\nLinkedid: {call}".encode())


class Pbx:
    """Answers `Status` as told; `meanwhile` happens while it does."""

    def __init__(self) -> None:
        self.channels: list[AmiEvent] = []
        self.odd_looks: list[list[AmiEvent]] = []  # seen once each, before `channels`
        self.troubles: list[Exception] = []
        self.looks = 0
        self.meanwhile: Sequence[AmiEvent] = ()
        self.always: Sequence[AmiEvent] = ()
        self.takes_s = 0.0
        self.time = ""
        self.hear = lambda _: None

    async def action(self, name: str, /) -> dict[str, str]:
        """A pong, with Asterisk's time."""
        assert name == "Ping"
        return {"Timestamp": self.time}

    async def listing(self, name: str, *_: object, **__: str) -> list[AmiEvent]:
        """A list."""
        if name != "Status":
            return []
        self.looks += 1
        if self.troubles:
            raise self.troubles.pop(0)
        await asyncio.sleep(self.takes_s)
        for message in (*self.meanwhile, *self.always):
            self.hear(message)
        self.meanwhile = ()
        return self.odd_looks.pop() if self.odd_looks else self.channels


class House:
    """A running engine, a lookout, and a PBX that they look at."""

    def __init__(self) -> None:
        self.pbx, self.notebook, self.core = Pbx(), Notebook(), Distributor()
        self.engine = Engine(self.core, Floor(), self.notebook, lambda: NINE, inbox_limit=50_000)
        self.listener = Listener(self.engine.tell, lambda _: None, lambda: NINE, lambda: 0.0)
        self.lookout = Lookout(
            self.engine, self.core, self.listener, lambda _: None, lambda: NINE, look_every_s=0.02, calm_s=0.1
        )
        self.engine.subscribe(self.lookout.watch)
        self.pbx.hear = self.listener.hear  # type: ignore[assignment]

    def told(self, *kinds: type[Event]) -> list[Event]:
        """Facts of these kinds so far."""
        return [event for event in self.notebook.events if isinstance(event, kinds)]


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """All of it."""
    made = House()
    made.engine.tell(QueuesLoaded(at=NINE, queues=QUEUES))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(made.engine.run()), group.create_task(made.lookout.run(made.pbx))]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()


def join(one: House, call: str) -> None:
    """The ACD hears that a caller waits."""
    one.engine.tell(CallJoined(at=NINE, call=CallId(call), queue=QueueName("general")))


async def test_login_marks_the_gap_tells_the_difference_and_closes_it() -> None:
    """In the journal it stands in this order."""
    async with house() as one:
        join(one, "gone")
        one.pbx.channels = waiting_room("new")
        one.lookout.begin()
        await until(lambda: one.told(GapClosed))

    kinds = (GapMarked, CallEnded, CallArrived, CallJoined, GapClosed)
    assert [type(event) for event in one.told(*kinds)][1:] == [GapMarked, CallEnded, CallArrived, CallJoined, GapClosed]
    assert one.lookout.sightings.last_difference == 3
    assert not one.lookout.sightings.blind
    assert one.lookout.sightings.repairs == 0


async def test_news_heard_while_looking_comes_after_the_look() -> None:
    """A caller who is listed and hangs up at that moment has waited, and is gone."""
    async with house() as one:
        one.pbx.channels, one.pbx.meanwhile = waiting_room("c1"), [hangup("c1")]
        one.lookout.begin()
        await until(lambda: one.told(CallEnded))

    assert [type(event) for event in one.told(CallJoined, GapClosed, CallEnded)] == [CallJoined, GapClosed, CallEnded]


async def test_too_much_news_while_looking_is_a_gap_of_its_own() -> None:
    """Only so much is held; then it is looked again."""
    async with house() as one:
        one.pbx.meanwhile = [hangup(f"c{number}") for number in range(HELD_MOST + 7)]
        one.lookout.begin()
        await until(lambda: len(one.told(GapClosed)) == 2)

    assert [gap.lost for gap in one.told(GapMarked) if isinstance(gap, GapMarked)] == [0, 7]


async def test_full_inbox_is_followed_by_a_look() -> None:
    """Whatever was dropped is found out."""
    async with house() as one:
        one.pbx.channels = waiting_room("dropped")
        one.engine.tell(GapMarked(at=NINE, lost=3, why=INBOX_FULL))
        await until(lambda: one.told(CallJoined))
        await until(lambda: one.lookout.sightings.resyncs == 1)


async def test_look_that_fails_is_tried_again() -> None:
    """The ACD stays blind meanwhile, as long as that may last."""
    async with house() as one:
        one.pbx.troubles = [ActionTimedOut("Status: no answer within 5 s")]
        one.lookout.begin()
        await until(lambda: one.told(GapClosed))

    assert one.pbx.looks >= 2


async def test_look_without_a_connection_waits_for_the_next_login() -> None:
    """It will be a gap of its own."""
    async with house() as one:
        one.pbx.troubles = [AsteriskUnreachable("no AMI connection") for _ in range(1000)]
        one.lookout.begin()
        await until(lambda: one.pbx.looks >= 1)
        looks = one.pbx.looks
        await asyncio.sleep(0.1)  # five quiet looks
        assert one.pbx.looks <= looks + 10
        assert not one.told(GapClosed)
        one.pbx.troubles.clear()
        one.lookout.begin()
        await until(lambda: one.told(GapClosed))


@pytest.mark.parametrize(
    ("believed", "there", "facts"), [("c1", None, "CallEnded"), (None, "c1", "CallArrived, CallJoined")]
)
async def test_difference_seen_twice_in_quiet_times_is_repaired(
    believed: str | None, there: str | None, facts: str
) -> None:
    """A call without a channel, a waiting caller whom nobody knows: mended by ordinary facts, counted, journaled."""
    async with house() as one:
        one.pbx.channels = waiting_room(*filter(None, [there]))
        if believed:
            join(one, believed)
        await until(lambda: one.told(Repaired))
        await until(lambda: one.pbx.looks > 5)

    [repair] = one.told(Repaired)
    assert isinstance(repair, Repaired)
    assert (repair.subject, repair.why) == ("c1", facts)
    assert one.lookout.sightings.repairs == 1
    assert one.core.calls == set(filter(None, [there]))


async def test_difference_seen_once_is_not_believed() -> None:
    """The look was a moment old: the next one does not see it any more."""
    async with house() as one:
        one.pbx.channels = waiting_room("c1")
        join(one, "c1")
        await until(lambda: one.core.calls)
        one.pbx.odd_looks = [[]]
        await until(lambda: not one.pbx.odd_looks)
        looks = one.pbx.looks
        await until(lambda: one.pbx.looks > looks + 3)

    assert not one.told(Repaired)
    assert one.lookout.sightings.repairs == 0


# ---- under load


async def test_reconciler_passes_over_whoever_moves_while_it_looks_and_only_them() -> None:
    """The list is older than the news, however often that is so; a call of which nothing is heard is mended."""
    async with house() as one:
        join(one, "moves")
        one.pbx.always = [waits("moves")]
        await until(lambda: one.lookout.sightings.looks >= 4)
        assert not one.told(CallEnded)
        one.pbx.always = ()
        await until(lambda: one.told(CallEnded))

    assert one.lookout.sightings.repairs == 1


async def test_while_events_come_late_nothing_is_looked_at() -> None:
    """What is listed would be as late; but a new session is looked at at once."""
    async with house() as one:
        one.lookout.begin()
        await until(lambda: one.told(GapClosed))
        one.listener.lag.is_late = True
        await until(lambda: one.engine.backlog == 0)
        looks = one.pbx.looks
        one.lookout.mark("too much was heard while looking", 3)
        await asyncio.sleep(0.2)  # ten quiet looks
        assert one.pbx.looks <= looks + 1  # one may have been under way
        one.lookout.begin()
        await until(lambda: len(one.told(GapClosed)) >= 2)
        await until(lambda: one.lookout.sightings.resyncs == 2)


async def test_events_that_were_late_are_followed_by_one_look_in_calm() -> None:
    """However often they came late; nobody waits for it, for none is missing, and it tells what it finds."""
    async with house() as one:
        one.lookout.begin()
        await until(lambda: one.told(GapClosed))
        for _ in range(20):
            one.listener.lag.is_late = True
            await asyncio.sleep(0.005)
            one.listener.lag.is_late = False
            one.lookout.catch_up()
            assert not one.lookout.sightings.blind
        one.pbx.channels = waiting_room("c1")
        looks = one.pbx.looks
        await until(lambda: len(one.told(GapClosed)) == 2)
        await until(lambda: one.pbx.looks > looks + 10)
        await until(lambda: one.lookout.sightings.resyncs == 2)
    assert [type(event) for event in one.told(GapMarked, CallJoined)][-2:] == [GapMarked, CallJoined]


async def test_too_much_news_again_and_again_leaves_asterisk_time_between_the_looks() -> None:
    """Looks that end in a gap of their own are no more than a fifth of the time."""
    async with house() as one:
        one.pbx.takes_s, one.pbx.always = 0.02, [hangup("c1")] * (HELD_MOST + 1)
        one.lookout.begin()
        await until(lambda: one.lookout.sightings.resyncs == 1)
        began = asyncio.get_running_loop().time()
        await until(lambda: one.lookout.sightings.resyncs == 3)
        took_s = asyncio.get_running_loop().time() - began
        one.pbx.always = ()
        await until(lambda: not one.lookout.sightings.blind)

    assert took_s > 2 * (STRAIN_FACTOR + 1) * 0.02


async def test_reconciler_looks_by_a_session_of_its_own_and_a_look_after_a_gap_does_not():
    """After a gap, what is listed and what is heard must be of one stream."""
    scene, eyes = House(), Pbx()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(scene.engine.run()), group.create_task(scene.lookout.run(scene.pbx, eyes))]
        await until(lambda: eyes.looks >= 2)
        quiet = scene.pbx.looks
        scene.lookout.mark("a test")
        await until(lambda: scene.pbx.looks > quiet)
        for task in tasks:
            task.cancel()

    assert quiet == 0
