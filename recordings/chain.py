"""留痕链: how the lines of the audit trail hold on to each other, and what is wrong when they do not. Pure.

Every line carries a digest: the SHA-256 of this JSON array in UTF-8, without spaces, only escaped what JSON must:

    [previous digest, seq, at, who, deed, subject, detail]

`seq` counts from 1 without a gap, `at` is UTC with six decimals (2026-11-23T08:30:00.000000+00:00), `detail` may be
null, and before the first line the previous digest is 64 zeros. So a line that is changed, exchanged, left out or put
in breaks the chain from there on, for everybody who reads it, without any secret.

Who can rewrite *all* lines from one on can also reckon up all digests anew, and who cuts off the end leaves a chain
that holds. Both are told by seals: heads (seq and digest) noted outside the database (`recordings.seals`). What is
younger than the last seal is protected by none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

GENESIS = "0" * 64


class Fault(StrEnum):
    """What is wrong with a trail. (中文 / English in `Broken`.)"""

    MISSING = "missing"  # 缺失: a line is not there, and later ones are
    CHANGED = "changed"  # 被改: a line is not what was chained
    CUT_OFF = "cut_off"  # 被截断: the trail ends before a line that was there
    REWRITTEN = "rewritten"  # 被重写: the chain holds, and a head noted before is another one
    UNGUARDED = "unguarded"  # 失去保护: the database would let lines be changed


_WORDS = {
    Fault.MISSING: ("该条缺失", "is missing, though later ones are there"),
    Fault.CHANGED: ("该条与链不符:内容、顺序或哈希被改", "is not what was chained: changed, exchanged or put in"),
    Fault.CUT_OFF: ("该条曾经存在,现在没有:记录被截断", "was there and is not any more: the trail was cut off"),
    Fault.REWRITTEN: (
        "该条与记下的链头不符:此条或更早的被重写",
        "is not the one that was noted: rewritten, from here or earlier on",
    ),
    Fault.UNGUARDED: ("数据库的只增保护不在了(触发器被删)", "could be changed: the database's guards are gone"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line with which something is wrong, and what."""

    seq: int
    fault: Fault

    @property
    def zh(self) -> str:
        """For people."""
        return f"第 {self.seq} 条:{_WORDS[self.fault][0]}"

    @property
    def en(self) -> str:
        """For people."""
        return f"line {self.seq} {_WORDS[self.fault][1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who did what to what, and when. `seq`: its place, from 1; `digest`: 64 hex digits."""

    seq: int
    at: datetime
    who: str
    deed: str
    subject: str
    detail: str | None
    digest: str


class Head(NamedTuple):
    """Where a trail ends: its last line and that line's digest."""

    seq: int
    digest: str


START = Head(0, GENESIS)


def digest_of(previous: str, *, seq: int, at: datetime, who: str, deed: str, subject: str, detail: str | None) -> str:
    """The digest of a line that follows the one with digest `previous`."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps([previous, seq, moment, who, deed, subject, detail], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


class Check:
    """Told the lines in order, it says what is wrong with the first that is not as it must be."""

    def __init__(self, head: Head = START) -> None:
        self.head = head
        """How far the trail is good."""

    def take(self, line: Line) -> Broken | None:
        """The next line; None when it follows."""
        seq, previous = self.head.seq + 1, self.head.digest
        if line.seq != seq:
            return Broken(seq, Fault.MISSING)
        right = digest_of(
            previous, seq=seq, at=line.at, who=line.who, deed=line.deed, subject=line.subject, detail=line.detail
        )
        if line.digest != right:
            return Broken(seq, Fault.CHANGED)
        self.head = Head(seq, right)
        return None

    def compare(self, remembered: Head) -> Broken | None:
        """A head that was noted elsewhere, at most as far as the lines taken; only the present one can be compared."""
        if remembered.seq > self.head.seq:
            return Broken(self.head.seq + 1, Fault.CUT_OFF)
        if remembered.seq == self.head.seq and remembered.digest != self.head.digest:
            return Broken(remembered.seq, Fault.REWRITTEN)
        return None
