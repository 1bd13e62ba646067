"""Events, commands and snapshots as JSON and back, without loss.

What is written is decided by the dataclasses themselves: a field added later with a default reads from old rows too.
Moments are ISO 8601 with their zone, durations whole microseconds, sets sorted lists (so equal things read equal).
A step of a recipe says in `step` of which kind it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from hashlib import sha256
from inspect import getmembers, isclass
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints

from acd import (
    call_back_facts,
    call_facts,
    capacity_facts,
    commands,
    dial_facts,
    duty_facts,
    events,
    force_facts,
    phone_facts,
    rating_facts,
    steps,
    talk_facts,
)
from acd.commands import Command, OfferOrder
from acd.events import Event, Request
from acd.model import RecipeStep
from acd.steps import Say

Json = Any
MICROSECOND: Final = timedelta(microseconds=1)


class UnknownKind(Exception):
    """A row names a kind of event or command that this version does not know; a newer one wrote it."""


def _concrete(modules: Iterable[object], *abstract: type) -> dict[str, type[Any]]:
    def is_told(member: object) -> bool:
        return isclass(member) and issubclass(member, abstract) and member not in abstract

    return dict(member for module in modules for member in getmembers(module, is_told))


EVENTS: Final[Mapping[str, type[Event]]] = _concrete(
    (
        events,
        call_facts,
        call_back_facts,
        capacity_facts,
        dial_facts,
        duty_facts,
        force_facts,
        phone_facts,
        rating_facts,
        talk_facts,
    ),
    Event,
    Request,
)
COMMANDS: Final[Mapping[str, type[Command]]] = _concrete((commands,), Command, OfferOrder)
KINDS: Final[Mapping[str, type[Event | Command]]] = {**EVENTS, **COMMANDS}


STEPS: Final[Mapping[str, type[RecipeStep]]] = _concrete((steps,), RecipeStep, Say)


def pack(fact: Event | Command) -> tuple[str, dict[str, Json]]:
    """Return the kind and the payload."""
    return type(fact).__name__, encode(fact)


def unpack(kind: str, payload: Mapping[str, Json]) -> Event | Command:
    """Return the fact that was packed. Raises UnknownKind."""
    shape = KINDS.get(kind)
    if shape is None:
        raise UnknownKind(kind)
    fact: Event | Command = decode(shape, payload)
    return fact


def encode(value: Any) -> Json:
    """Turn a value of the model into what JSON can say."""
    return _ENCODERS[type(value)](value)


class _Encoders(dict[type, Callable[[Any], Json]]):
    """How each class is written, worked out once when it is first met."""

    def __missing__(self, kind: type) -> Callable[[Any], Json]:
        encoder = self[kind] = _encoder(kind)
        return encoder


_ENCODERS: Final = _Encoders()


def _encoder(kind: type) -> Callable[[Any], Json]:
    for known, encoder in _PLAIN.items():
        if issubclass(kind, known):
            return encoder
    if not is_dataclass(kind):
        raise TypeError(f"the codec has no rule for {kind.__name__}")
    said = {"step": kind.__name__} if issubclass(kind, RecipeStep) else {}
    names = tuple(field.name for field in fields(kind))

    def whole(value: Any) -> Json:
        written = said.copy()
        for name in names:
            part = getattr(value, name)
            written[name] = _ENCODERS[type(part)](part)
        return written

    return whole


def _as_it_is(value: Any) -> Json:
    return value


_PLAIN: Final[Mapping[type, Callable[[Any], Json]]] = {
    NoneType: _as_it_is,
    int: _as_it_is,  # bool, too
    float: _as_it_is,
    str: str,
    datetime: datetime.isoformat,
    timedelta: lambda value: value // MICROSECOND,
    frozenset: lambda value: [encode(member) for member in sorted(value)],
    tuple: lambda value: [encode(member) for member in value],
}


def decode(shape: Any, value: Json) -> Any:
    """Turn what `encode` returned back into a `shape`."""
    return _decoder(shape)(value)


@cache
def _decoder(shape: Any) -> Callable[[Json], Any]:
    if isinstance(shape, NewType):
        return _decoder(shape.__supertype__)
    if shape is datetime:
        return datetime.fromisoformat
    if shape is timedelta:
        return lambda value: value * MICROSECOND
    if shape in (str, int, bool, float) or (isclass(shape) and issubclass(shape, Enum)):
        decoder: Callable[[Json], Any] = shape
        return decoder
    return _composed(shape)


def _composed(shape: Any) -> Callable[[Json], Any]:
    origin, arguments = get_origin(shape), get_args(shape)
    if origin in (UnionType, Union):  # `NewType | None` is the latter
        [inner] = [_decoder(argument) for argument in arguments if argument is not NoneType]
        return lambda value: None if value is None else inner(value)
    if origin in (frozenset, tuple):
        member = _decoder(arguments[0])
        return lambda value: origin(map(member, value))
    if shape is RecipeStep:
        return _step
    hints = get_type_hints(shape)
    if isclass(shape) and is_dataclass(shape):
        named = {field.name: _decoder(hints[field.name]) for field in fields(shape)}
        return lambda value: shape(**{name: named[name](part) for name, part in value.items()})
    if isclass(shape) and issubclass(shape, tuple):
        parts = [_decoder(hint) for hint in hints.values()]
        return lambda value: shape(*(part(item) for part, item in zip(parts, value, strict=True)))
    raise TypeError(f"the codec has no rule for {shape}")


def _step(value: Json) -> RecipeStep:
    said = dict(value)
    kind: Any = STEPS[said.pop("step")]
    step: RecipeStep = _decoder(kind)(said)
    return step


def digest(value: Any) -> str:
    """Return the SHA-256 of a value of the model, the same in every process."""
    return sha256(json.dumps(encode(value), sort_keys=True).encode()).hexdigest()
