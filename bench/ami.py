"""Reading AMI: is nothing lost, and what does it cost? On the stream that the shipped account really gets.

`ami.differences` compares our reading of every field of every wanted event with a reading written as plainly as can
be, for the stream cut in two at every byte and cut at random into many pieces (baseline: plain panoramisk's reading,
which shows that the comparison can see). `ami.speedup` is our events per CPU
second over plain panoramisk's: the same bytes, the same pieces, all fields of the same events read, runs alternating.
The stream is made by `bench.record_ami`.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from bench.report import report
from telephony.message import AmiEvent
from telephony.protocol import AmiProtocol
from telephony.translate import WANTED

STREAM = Path(__file__).parent / "streams" / "ami-calls.txt.gz"
GREETING = b"Asterisk Call Manager/11.0.0\r\nEvent: FullyBooted\r\n\r\n"
PIECE_BYTES = 1460  # what one TCP segment holds
RANDOM_CUTTINGS = 200
REPEATS = 20  # of the stream in one run
RUNS = 7

Fields = list[tuple[str, str]]
Read = Callable[[bytes], None]


class Discard:
    """A transport for a connection on which nothing is sent."""

    def abort(self) -> None:
        """Nothing to drop."""

    def close(self) -> None:
        """Nothing to close."""


def plainly_read(stream: bytes) -> list[Fields]:
    """Every wanted event's fields, in order, by splitting text: the meaning of the stream, with no thought of speed."""
    events = []
    for block in stream.decode("utf-8").split("\r\n\r\n"):
        fields = [(found[1], found[2]) for found in re.finditer(r"(?m)^([^:\r\n]+): ?([^\r\n]*)\r?$", block)]
        if fields and fields[0][0] == "Event" and fields[0][1] in WANTED:
            events.append(by_first_mention(fields))
    return events


def by_first_mention(fields: Fields) -> Fields:
    """Repeated keys brought together, keys in the order of their first mention."""
    keys = dict.fromkeys(key for key, _ in fields)
    return [(key, value) for key in keys for other, value in fields if other == key]


# ---- the two readers


def our_reader(on_event: Callable[[AmiEvent], None]) -> Read:
    """Our protocol, past its greeting."""
    protocol = AmiProtocol(wanted=WANTED, on_event=on_event, on_booted=lambda: None)
    protocol.connection_made(Discard())  # type: ignore[arg-type]
    protocol.data_received(GREETING)
    return protocol.data_received


def plain_reader(on_event: Callable[[Message], None]) -> Read:
    """panoramisk as it comes, with a callback for each wanted event."""
    client = Manager(loop=asyncio.get_running_loop())
    for name in sorted(WANTED):
        client.register_event(name, lambda _, event: on_event(event))
    protocol = AMIProtocol()
    protocol.connection_made(Discard())
    protocol.factory, protocol.encoding = client, "utf8"
    protocol.data_received(GREETING.partition(b"\r\n")[0] + b"\r\n")
    read: Read = protocol.data_received
    return read


def our_fields(event: AmiEvent) -> Fields:
    """What `plainly_read` gives, of ours."""
    return [(key, value) for key in event for value in event.all(key)]


def plain_fields(event: Message) -> Fields:
    """What `plainly_read` gives, of panoramisk's, whose values are a string or a list."""
    said = [(key, value) for key, value in event.items() if key != "content"]  # a key that panoramisk adds
    return [(key, one) for key, value in said for one in (value if isinstance(value, list) else [value])]


# ---- differences


def our_differences(stream: bytes) -> int:
    """Wanted events that come out of ours otherwise than out of the plain reading, over all cuttings."""
    heard: list[Fields] = []
    return differences(stream, our_reader(lambda event: heard.append(our_fields(event))), heard)


def plain_differences(stream: bytes) -> int:
    """The same for panoramisk: shows that the comparison can see."""
    heard: list[Fields] = []
    return differences(stream, plain_reader(lambda event: heard.append(plain_fields(event))), heard)


def differences(stream: bytes, read: Read, heard: list[Fields]) -> int:
    """Events unlike the plain reading, over the whole stream cut at random and cut in two at every byte."""
    dice = random.Random(12345)  # noqa: S311
    expected = plainly_read(stream)
    found = 0
    for _ in range(RANDOM_CUTTINGS):
        found += unequal(cut_at_random(stream, dice), expected, read, heard)
    return found + sum(cut_everywhere(stream, read, heard))


def cut_everywhere(stream: bytes, read: Read, heard: list[Fields]) -> Iterator[int]:
    """In two at every byte. Between messages nothing is kept, so the two messages around a cut are enough of it."""
    messages = [message + b"\r\n\r\n" for message in stream.split(b"\r\n\r\n")[:-1]]
    for message, following in itertools.pairwise([*messages, b""]):
        window = message + following
        expected = plainly_read(window)
        for cut in range(1, len(message) + 1):
            yield unequal([window[:cut], window[cut:]], expected, read, heard)


def unequal(pieces: Iterable[bytes], expected: list[Fields], read: Read, heard: list[Fields]) -> int:
    """Read these pieces; how many events differ, are missing or too many."""
    heard.clear()
    for piece in pieces:
        read(piece)
    return sum(one != other for one, other in itertools.zip_longest(heard, expected))


def cut_at_random(stream: bytes, dice: random.Random) -> Iterator[bytes]:
    """The stream in pieces of 1 byte to a few messages, small ones as likely as large ones."""
    at = 0
    while at < len(stream):
        until = at + round(2 ** dice.uniform(0, 12))
        yield stream[at:until]
        at = until


# ---- speed


def read_every_field(event: Mapping[str, object]) -> None:
    """What a consumer costs that wants to know everything."""
    for _ in event.items():
        pass


def events_per_cpu_s(read: Read, pieces: list[bytes], events: int) -> float:
    """One run over the stream, REPEATS times."""
    began = time.process_time()
    for _ in range(REPEATS):
        for piece in pieces:
            read(piece)
    return REPEATS * events / (time.process_time() - began)


async def main() -> None:
    """Measure and report."""
    stream = gzip.decompress(STREAM.read_bytes())
    report("ami.differences", our_differences(stream), "events", plain_differences(stream))
    events = stream.count(b"Event: ")
    pieces = [stream[at : at + PIECE_BYTES] for at in range(0, len(stream), PIECE_BYTES)]
    ours, plain = our_reader(read_every_field), plain_reader(read_every_field)
    runs = [(events_per_cpu_s(ours, pieces, events), events_per_cpu_s(plain, pieces, events)) for _ in range(RUNS)]
    our_speed, plain_speed = (round(statistics.median(column)) for column in zip(*runs, strict=True))
    report("ami.events_per_s", our_speed, "events per CPU second", plain_speed)
    report("ami.speedup", round(our_speed / plain_speed, 2), "times plain panoramisk", 1)


if __name__ == "__main__":
    asyncio.run(main())
