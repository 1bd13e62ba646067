"""docs/api.md tells the truth: every refusal with its status, and the lines it shows work as shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from acd.errors import NumberRefused, Refused
from acd.staff import LockedOut, WrongPin
from api.error_words import OF_HTTP
from api.errors import TABLE
from api.people import Role
from api.tokens import RoleName
from api.unanswered import WishRefused
from city.refusals import CityRefused
from hotline.rerun import NobodyToMove, NobodyWaited, TooManyCalls
from hotline.rerun_child import CityHasMistakes
from hotline.staffing import TooManyAgents
from hotline.what_if import BadWish
from telephony.dial_rules import RULES
from tests.api.face import Face

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ONLY_BY_PHONE = {WrongPin, LockedOut}
BY_ANOTHER_PROCESS = {BadWish, CityHasMistakes, NobodyToMove, NobodyWaited, TooManyAgents, TooManyCalls}
"""Refused where a run is worked out, and passed on (api.unanswered.WishRefused)."""
_Refusal = TypeVar("_Refusal", bound=Exception)
A_LINE = re.compile(r"^j (\w+) (\S+) '(.+)'$", re.MULTILINE)


def answered() -> Iterator[tuple[int, str]]:
    """Every (status, rule) that the API can answer with."""
    yield 500, "our_fault"
    for line in (*TABLE.values(), *OF_HTTP.values()):
        if line.rule:
            yield line.status, line.rule
    yield from ((422, rule) for rule in RULES)
    yield from ((TABLE[WishRefused].status, refusal.rule) for refusal in BY_ANOTHER_PROCESS)
    for refusal in set(_below(Refused)) - ONLY_BY_PHONE - BY_ANOTHER_PROCESS - {NumberRefused}:
        yield _status(refusal), refusal.rule
    of_city: set[type[CityRefused]] = {CityRefused, *_below(CityRefused)}
    yield from ((_status(refusal), refusal.rule) for refusal in of_city)


def _status(refusal: type[Exception]) -> int:
    return next(TABLE[kind].status for kind in refusal.__mro__ if kind in TABLE)


def _below(kind: type[_Refusal]) -> Iterator[type[_Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def test_every_refusal_is_documented_with_its_status() -> None:
    """No rule is missing, none is made up, each stands there once."""
    told = [(int(status), rule) for status, rule in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", TEXT, re.MULTILINE)]

    assert len(told) == len(set(told))
    assert set(told) == set(answered())


def test_every_role_is_documented() -> None:
    """As clients write it."""
    assert re.findall(r"^\| `(\w+)` \| [^|]+ \|", TEXT, re.MULTILINE) == [role.value for role in RoleName]


async def test_the_lines_of_the_document_work(face: Face) -> None:
    """In their order, on a house whose ten first changes were made before; the answer is the one that is shown."""
    await face.house.enter("111")
    for number in range(10):
        await face.call("POST /api/seats", {"seat": f"80{number:02}", "queues": ["general"], "why": "x"})
    lines = A_LINE.findall(TEXT)
    assert len(lines) == 4

    answers = [await face.call(f"{method} {path}", json.loads(body), role=Role.LEADER) for method, path, body in lines]

    assert [status for status, _ in answers] == [200] * 4
    shown = re.search(r"^# (\{.+\})$", TEXT, re.MULTILINE)
    assert shown
    assert json.loads(shown[1]) == answers[0][1]
    assert face.house.seats()["8011"].queues == {"health"}
