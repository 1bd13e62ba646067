"""Every leg at rest compared with its SHA-256 in the table: read to the last byte, decrypted, unpacked.

It takes as long as it takes, so how far it came is kept in a small file, and who is killed goes on from there.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from recordings import ledger
from recordings.archive import Archive, sha256
from recordings.keys import KeyLost, replace_file
from recordings.recording import GOING, Leg, Recording
from recordings.vault import Tampered

PAGE = 50  # recordings; so many are read again after a kill at most
WRONG_MOST = 1000  # then it is not about single recordings any more


class Fault(StrEnum):
    """What is wrong with a leg."""

    GONE = "gone"  # 文件不在
    CHANGED = "changed"  # 与登记的 SHA-256 不符: other bytes than were taken in
    TAMPERED = "tampered"  # 密文或其密钥文件损坏、被改: does not decrypt
    KEY_LOST = "key_lost"  # 主密钥不在


@dataclass(frozen=True, slots=True)
class Wrong:
    """One leg with which something is wrong."""

    recording: str
    leg: Leg
    fault: Fault


@dataclass(slots=True, kw_only=True)
class Proof:
    """How far it came: every recording up to `after` is read, `read` of them, and these were wrong."""

    after: str = ""
    read: int = 0
    wrong: list[Wrong]

    def keep(self, file: Path) -> None:
        """Replace the file in one step."""
        replace_file(file, json.dumps(asdict(self)).encode())


def resume(file: Path) -> Proof:
    """Where the last one was broken off; from the beginning when there was none, or its file cannot be read."""
    try:
        kept = json.loads(file.read_text(encoding="ascii"))
        wrong = [Wrong(each["recording"], Leg(each["leg"]), Fault(each["fault"])) for each in kept["wrong"]]
        return Proof(after=str(kept["after"]), read=int(kept["read"]), wrong=wrong)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Proof(wrong=[])


async def prove(engine: AsyncEngine, archive: Archive, file: Path, proof: Proof) -> AsyncIterator[tuple[int, int]]:
    """Read on, telling after each page (read, of how many), until the end or WRONG_MOST; fills `proof`.

    Whoever begins after that begins anew: the file is gone.
    """
    while len(proof.wrong) < WRONG_MOST:
        async with engine.connect() as connection:
            page = await ledger.page(connection, proof.after, PAGE)
            left = await ledger.counted(connection, proof.after)
        if not page:
            break
        proof.wrong += await asyncio.to_thread(_faults, archive, page)
        proof.after = page[-1].id
        proof.read += len(page)
        await asyncio.to_thread(proof.keep, file)
        yield proof.read, proof.read + left - len(page)
    await asyncio.to_thread(file.unlink, missing_ok=True)


def _faults(archive: Archive, page: Sequence[Recording]) -> list[Wrong]:
    return [wrong for row in page if row.state not in GOING for wrong in faults_of(archive, row)]


def faults_of(archive: Archive, row: Recording) -> Iterator[Wrong]:
    """What is wrong with the legs of one recording, as they lie here. A leg that never was is not missed."""
    hashes = {Leg.CALLER: row.caller_sha256, Leg.AGENT: row.agent_sha256}
    for leg, stored in archive.stored(row.id).items():
        if (expected := hashes[leg]) is None:
            continue
        try:
            found = sha256(stored)
        except Tampered:
            yield Wrong(row.id, leg, Fault.TAMPERED)
        except KeyLost:
            yield Wrong(row.id, leg, Fault.KEY_LOST)
        else:
            if found != expected:
                yield Wrong(row.id, leg, Fault.CHANGED if found else Fault.GONE)
