"""事件切片: a piece of the past as a file that replays anywhere: the state before, the facts, what was ordered. Pure.

Lines of JSON: a head (what it is, the state it begins with), one line a step, a foot (how many steps, the hash of the
state they lead to). So a file that was cut short is known by its missing foot, and one of somebody else's by its head.

**Masked.** Ids of calls, agents and seats are replaced by numbers in the order in which they sort, so every tie is
decided as it was; the names of who asked are left out. Queues and skills stay, they are the city's own words, and so do
the times, shifted so that the first fact is at DAY. A caller's number is in none of the facts to begin with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, cast, get_args, get_type_hints

from acd.codec import UnknownKind, decode, encode, pack, unpack
from acd.commands import Command
from acd.events import Event, Repaired, Request
from acd.force_facts import AgentForced, ForceWithdrawn
from acd.model import OUTWARD, AgentId, CallId, SeatId, Snapshot, is_outward
from acd.replay import Replay, Step, Tally

KIND: Final = "lianxin-incident"
VERSION: Final = 1
DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


class NotAnIncident(Exception):
    """The file is cut short, damaged, of another kind or of a newer version. The message names the line."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Incident:
    """The state before, the steps, and the hash of the state after."""

    begin: Snapshot
    steps: tuple[Step, ...]
    digest: str = ""


def replayed(incident: Incident) -> tuple[Tally, str]:
    """Decide all of it again: what was seen, and the hash it leads to."""
    replay = Replay(incident.begin)
    for step in incident.steps:
        replay.play(step)
    return replay.tally, replay.digest()


# ---- the file


def write(incident: Incident) -> Iterator[str]:
    """The lines of the file."""
    yield _line({"kind": KIND, "version": VERSION, "begin": encode(incident.begin)})
    for step in incident.steps:
        yield _line({"event": pack(step.event), "orders": [pack(order) for order in step.orders]})
    yield _line({"steps": len(incident.steps), "digest": incident.digest})


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def read(lines: Iterable[str]) -> Incident:
    """Read a file back. NotAnIncident."""
    read_lines = [_object(number, line) for number, line in enumerate(lines, start=1)]
    if not read_lines or read_lines[0].get("kind") != KIND:
        raise NotAnIncident("this is no incident file of Lianxin", "这不是连心的事件切片文件")
    head, foot = read_lines[0], read_lines[-1]
    if head.get("version") != VERSION:
        version = str(head.get("version"))[:20]
        raise NotAnIncident(f"version {version} of the file is not known here", f"文件版本 {version} 无法识别")
    body = read_lines[1:-1]
    if "digest" not in foot or foot.get("steps") != len(body):
        raise NotAnIncident(f"the file is cut short: it ends with line {len(read_lines)}", "文件不完整,结尾缺失")
    begin = _decoded(1, lambda: decode(Snapshot, head["begin"]))
    steps = tuple(_decoded(number, lambda one=one: _step(one)) for number, one in enumerate(body, start=2))  # type: ignore[misc]
    return Incident(begin, steps, str(foot["digest"]))


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise _bad_line(number) from error
    if not isinstance(value, dict):
        raise _bad_line(number)
    return value


def _decoded(number: int, read_it: Callable[[], Any]) -> Any:
    try:
        return read_it()
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, UnknownKind) as error:
        raise _bad_line(number) from error


def _bad_line(number: int) -> NotAnIncident:
    return NotAnIncident(f"line {number} of the file cannot be read", f"文件第 {number} 行无法读取")


def _step(line: Mapping[str, Any]) -> Step:
    event = unpack(*line["event"])
    orders = tuple(unpack(*order) for order in line["orders"])
    if not isinstance(event, Event) or not all(isinstance(order, Command) for order in orders):
        raise TypeError("an order where a fact belongs")
    return Step(0, event, orders)  # type: ignore[arg-type]


# ---- masked


def masked(incident: Incident) -> Incident:
    """The same incident without the names of anybody; the hash is that of the masked state."""
    first = incident.steps[0].event.at if incident.steps else DAY
    mask = _Mask(_ids(incident), DAY - first)
    steps = tuple(
        Step(0, mask.value(_nameless(step.event)), tuple(mask.value(order) for order in step.orders))
        for step in incident.steps
    )
    forces = tuple(replace(force, by="", why="") for force in incident.begin.forces)
    bare = Incident(mask.value(replace(incident.begin, forces=forces)), steps)
    return replace(bare, digest=replayed(bare)[1])


def _nameless(event: Event) -> Event:
    if isinstance(event, AgentForced | ForceWithdrawn):
        return replace(event, by="", why="")
    if isinstance(event, Request):
        return replace(event, by="")
    return replace(event, subject="") if isinstance(event, Repaired) else event


_PREFIXES: Final[Mapping[Any, str]] = {CallId: "call-", AgentId: "agent-", SeatId: "seat-"}


class _Mask:
    """Replaces ids and shifts times, wherever the types say that one is."""

    def __init__(self, seen: Sequence[tuple[Any, str]], shift: timedelta) -> None:
        self._ids: dict[tuple[Any, str], str] = {}
        for kind, prefix in _PREFIXES.items():
            of_kind = sorted({text for shape, text in seen if shape is kind})
            for number, text in enumerate(of_kind, start=1):
                is_ours = kind is CallId and is_outward(CallId(text))
                self._ids[kind, text] = f"{OUTWARD if is_ours else prefix}{number:06}"
        self._shift = shift

    def value(self, value: Any) -> Any:
        """The same value, masked."""
        hints = _hints(cast("Hashable", type(value)))
        return replace(
            value, **{one.name: self._part(hints[one.name], getattr(value, one.name)) for one in _fields(value)}
        )

    def _part(self, shape: Any, part: Any) -> Any:
        if isinstance(part, datetime):
            return part + self._shift
        if isinstance(part, tuple) and hasattr(part, "_fields"):
            named = _hints(cast("Hashable", type(part)))
            return part._replace(**{name: self._part(named[name], getattr(part, name)) for name in part._fields})  # type: ignore[attr-defined]
        if isinstance(part, tuple):
            return tuple(self._part(get_args(shape)[0], member) for member in part)
        if is_dataclass(part):
            return self.value(part)
        kind = _kind_of_id(shape)
        return self._ids[kind, part] if kind is not None and part is not None else part


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _fields(value: Any) -> Iterator[Any]:
    return (one for one in fields(value) if one.init)


def _kind_of_id(shape: Any) -> Any:
    """CallId, AgentId or SeatId, also where it may be None."""
    return next((kind for kind in _PREFIXES if shape is kind or kind in get_args(shape)), None)


def _ids(incident: Incident) -> list[tuple[Any, str]]:
    """Every id in it, with its kind."""
    found: list[tuple[Any, str]] = []
    _find(Snapshot, incident.begin, found)
    for step in incident.steps:
        for fact in (step.event, *step.orders):
            _find(type(fact), fact, found)
    return found


def _find(shape: Any, part: Any, found: list[tuple[Any, str]]) -> None:
    if is_dataclass(part):
        hints = _hints(cast("Hashable", type(part)))
        for one in _fields(part):
            _find(hints[one.name], getattr(part, one.name), found)
    elif isinstance(part, tuple) and hasattr(part, "_fields"):
        named = _hints(cast("Hashable", type(part)))
        for name in part._fields:
            _find(named[name], getattr(part, name), found)
    elif isinstance(part, tuple):
        for member in part:
            _find(get_args(shape)[0], member, found)
    else:
        kind = _kind_of_id(shape)
        if kind is not None and part is not None:
            found.append((kind, part))
