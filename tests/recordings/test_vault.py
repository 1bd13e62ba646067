"""Recordings packed without loss, encrypted, given back to the byte, or plainly refused."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from recordings import ledger
from recordings.archive import Archive, sha256
from recordings.intake import Intake
from recordings.keeper import Keeper, rotate
from recordings.keys import KeyLost, KeyRing
from recordings.reconcile import reconcile
from recordings.recording import Leg, Recording
from recordings.vault import CHUNK_BYTES, MAGIC, TAG_BYTES, Tampered, key_file, seal, unseal
from recordings.wav import header
from tests.recordings.scenes import heard, leave_call, tone, tree, write_wav

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """The master keys the archive of these tests uses."""
    return KeyRing(tmp_path / "secrets" / "vault")


async def nobody(_: object, __: object) -> set:
    """No job reads any recording."""
    return set()


@pytest.fixture
async def taken(spool: Path, archive: Path, engine: AsyncEngine) -> Recording:
    """One recording, taken in."""
    leave_call(spool, seconds=3.0)
    (recording,) = await Intake(spool, archive, engine).sweep()
    return recording


def noise(samples: int) -> np.ndarray:
    """Sound that does not get shorter."""
    return np.random.default_rng(7).integers(-32768, 32767, samples, dtype="<i2")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"junk" * 9,
        header(rate_hz=8000, channels=1, sound_bytes=0),
        header(rate_hz=8000, channels=1, sound_bytes=0) + noise(80000).tobytes() + b"\x01",
        header(rate_hz=8000, channels=1, sound_bytes=2) + b"\x01\x80" + b"LIST\x04\x00\x00\x00INFO",
        header(rate_hz=8000, channels=2, sound_bytes=400) + noise(200).tobytes(),
        bytes(CHUNK_BYTES - 16),
        bytes(2 * CHUNK_BYTES - 16),
    ],
    ids=["empty", "junk", "header only", "stale and odd", "extra chunk", "stereo", "whole chunk", "whole chunks"],
)
def test_what_goes_in_comes_out_to_the_byte(tmp_path: Path, ring: KeyRing, content: bytes) -> None:
    """Correct or damaged: a leg is evidence with everything that is wrong with it."""
    wav, sealed = tmp_path / "leg.wav", tmp_path / "leg.vault"
    wav.write_bytes(content)

    seal(wav, sealed, ring)

    assert unseal(sealed, ring) == content
    assert sealed.stat().st_mtime_ns == wav.stat().st_mtime_ns
    assert key_file(sealed).stat().st_mode & 0o777 == 0o600


def test_any_change_is_noticed(tmp_path: Path, ring: KeyRing) -> None:
    """A byte changed, the end cut off at a chunk or anywhere, chunks exchanged, something behind, another name."""
    wav, sealed = tmp_path / "leg.wav", tmp_path / "leg.vault"
    write_wav(wav, noise(100_000))
    seal(wav, sealed, ring)
    whole, step = sealed.read_bytes(), CHUNK_BYTES + TAG_BYTES
    first, second = whole[len(MAGIC) :][:step], whole[len(MAGIC) :][step : 2 * step]
    spoiled = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, 8, 9, step, len(whole) - 1)]
    spoiled += [whole[:at] for at in (0, 4, 8, 9, 8 + step, 8 + 2 * step, len(whole) - 1)]
    spoiled += [whole + b"\0", MAGIC + second + first + whole[8 + 2 * step :], MAGIC + whole[8 + step :]]

    for content in spoiled:
        sealed.write_bytes(content)
        with pytest.raises(Tampered, match=r"leg\.vault"):
            unseal(sealed, ring)

    other = tmp_path / "other.vault"
    other.write_bytes(whole)
    key_file(other).write_bytes(key_file(sealed).read_bytes())
    with pytest.raises(Tampered):
        unseal(other, ring)


def test_lost_and_wrong_keys_are_told_apart(tmp_path: Path, ring: KeyRing) -> None:
    """A master key that is gone is named; one with other bytes under its name opens nothing."""
    wav, sealed = tmp_path / "leg.wav", tmp_path / "leg.vault"
    write_wav(wav, tone(0.1))
    seal(wav, sealed, ring)
    (file,) = ring.folder.glob("*.key")
    kept = file.read_bytes()

    file.unlink()
    with pytest.raises(KeyLost, match=file.stem):
        unseal(sealed, ring)
    file.write_bytes(bytes(32).hex().encode())
    with pytest.raises(Tampered):
        unseal(sealed, ring)
    file.write_bytes(kept)

    assert unseal(sealed, ring) == wav.read_bytes()


async def test_recording_is_heard_the_same_from_the_vault_and_after_rotation(
    taken: Recording, archive: Path, engine: AsyncEngine, ring: KeyRing
) -> None:
    """No plain file is left; the sound stays the same; the files are not written again; the old key goes."""
    before = await heard(engine, Archive(archive), taken)
    sound = before.read(0, before.size_bytes)

    assert await Keeper(engine, Archive(archive), nobody).sweep() == [taken.id]
    assert not [name for name in tree(archive) if name.endswith(".wav")]
    sealed = {path: path.read_bytes() for path in Archive(archive).sealed()}
    (old,) = ring.names()
    assert rotate(Archive(archive)) == (2, [])

    after = await heard(engine, Archive(archive), taken)
    assert after.read(0, after.size_bytes) == sound
    assert {path: path.read_bytes() for path in sealed} == sealed
    assert len(ring.names()) == 1
    assert old not in ring.names()
    ring.forget(ring.newest())
    with pytest.raises(KeyLost):
        await heard(engine, Archive(archive), taken)


async def test_a_file_whose_key_cannot_be_read_keeps_every_old_master_key(
    taken: Recording, archive: Path, engine: AsyncEngine, ring: KeyRing
) -> None:
    """Rotation reports it and throws nothing away."""
    await Keeper(engine, Archive(archive), nobody).sweep()
    broken = min(Archive(archive).sealed())
    key_file(broken).write_text("{}")

    assert rotate(Archive(archive)) == (1, [broken])
    assert len(ring.names()) == 2


async def test_what_is_being_transcribed_or_is_not_what_the_table_says_stays(
    taken: Recording, archive: Path, engine: AsyncEngine
) -> None:
    """A job keeps its WAV; a WAV that was changed in the archive is not put away as if it were the recording."""

    async def busy(_: object, some: object) -> set:
        return set(some)

    assert await Keeper(engine, Archive(archive), busy).sweep() == []
    Archive(archive).path(taken.id, Leg.CALLER).write_bytes(b"something else")
    assert await Keeper(engine, Archive(archive), nobody).sweep() == []
    assert Archive(archive).path(taken.id, Leg.CALLER).exists()


async def test_an_older_day_is_looked_at_until_nothing_lies_there_in_the_open_and_now_and_then(
    taken: Recording, archive: Path, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at every sweep: years of files lie in an archive."""
    monkeypatch.setattr("recordings.keeper.WHOLE_LOOK_EVERY", 4)
    for later in ("2099/01/01", "2099/01/02"):
        (archive / later).mkdir(parents=True)
    asked: list[set[str]] = []

    async def busy_at_first(_: object, some: set[str]) -> set[str]:
        asked.append(some)
        return some if len(asked) == 1 else set()

    keeper = Keeper(engine, Archive(archive), busy_at_first)
    assert [await keeper.sweep() for _ in range(2)] == [[], [taken.id]]
    Archive(archive).path(taken.id, Leg.CALLER).write_bytes(b"put there by somebody")
    for _ in range(3):
        await keeper.sweep()

    assert asked == [{taken.id}, {taken.id}, set(), set(), {taken.id}]


async def test_decoder_gets_the_same_files_from_the_vault(taken: Recording, archive: Path, engine: AsyncEngine) -> None:
    """Paths that any process of this user can open, and that are gone afterwards."""
    await Keeper(engine, Archive(archive), nobody).sweep()

    with Archive(archive).in_the_open(taken.id) as legs:
        assert sha256(legs[Leg.CALLER]) == taken.caller_sha256
        assert sha256(legs[Leg.AGENT]) == taken.agent_sha256
        assert legs[Leg.AGENT].readlink().name == "memfd:leg (deleted)"
    assert not legs[Leg.AGENT].exists()


def holding(sound: bytes, folder: Path) -> list[Path]:
    """The files under a folder that hold this sound."""
    return [path for path in folder.rglob("*") if path.is_file() and sound in path.read_bytes()]


async def test_killed_with_a_recording_in_the_open_nothing_plain_is_left(
    taken: Recording, archive: Path, engine: AsyncEngine, tmp_path: Path
) -> None:
    """No file was written at any moment, and no file anywhere holds the sound."""
    sound = Archive(archive).path(taken.id, Leg.CALLER).read_bytes()[44:]
    assert len(holding(sound[:200], tmp_path)) == 1
    await Keeper(engine, Archive(archive), nobody).sweep()
    private = tmp_path / "temporary"
    private.mkdir()
    command = [sys.executable, "-m", "tests.recordings.dies_open", str(archive), taken.id]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(private)}
    dying = await asyncio.create_subprocess_exec(*command, cwd=private, env=environment, stdout=asyncio.subprocess.PIPE)
    said = (await dying.communicate())[0].decode().splitlines()

    assert dying.returncode == -signal.SIGKILL
    assert [line.split(" /")[0] for line in said] == [f"lies {len(sound) + 44}"] * 2
    assert tree(private) == []
    assert not holding(sound[:200], tmp_path)


async def test_reconciling_knows_the_vault(taken: Recording, archive: Path, engine: AsyncEngine) -> None:
    """A sealed leg is not missing; a sealed leg without a row is adopted with its true facts."""
    await Keeper(engine, Archive(archive), nobody).sweep()

    async def nothing(_: object, __: object) -> None:
        return None

    now = taken.taken_in_at
    assert now is not None
    assert not (await reconcile(engine, Archive(archive), nothing, now)).missing
    async with engine.begin() as connection:
        await connection.execute(ledger.recordings.delete())
    assert (await reconcile(engine, Archive(archive), nothing, now)).adopted == (taken.id,)
    async with engine.connect() as connection:
        again = await ledger.read(connection, taken.id)
    assert (again.caller_sha256, again.seconds, again.ended_at) == (taken.caller_sha256, 3.0, taken.ended_at)


@pytest.mark.parametrize(
    ("point", "times"), [("os.rename", n) for n in (1, 2, 3, 4, 5)] + [("os.remove", 1), ("os.remove", 2)]
)
async def test_killed_at_any_step_of_putting_away_nothing_is_lost(
    taken: Recording, archive: Path, engine: AsyncEngine, point: str, times: int
) -> None:
    """Before a key, a wrapped key or a file gets its name, and before a WAV goes: the next sweep ends it."""
    command = [sys.executable, "-m", "tests.recordings.dies_keeping", str(archive), taken.id, point, str(times)]
    dying = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert await dying.wait() == 9

    await Keeper(engine, Archive(archive), nobody).sweep()

    stored = Archive(archive).stored(taken.id)
    assert sha256(stored[Leg.CALLER]) == taken.caller_sha256
    assert sha256(stored[Leg.AGENT]) == taken.agent_sha256
    assert not [name for name in tree(archive) if name.endswith((".wav", ".part"))]


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_killed_while_rotating_nothing_is_lost(
    taken: Recording, archive: Path, engine: AsyncEngine, ring: KeyRing, times: int
) -> None:
    """Before the new key or any wrapped key gets its name; rotating again ends it."""
    await Keeper(engine, Archive(archive), nobody).sweep()
    command = [sys.executable, "-m", "tests.recordings.dies_keeping", str(archive), "rotate", "os.rename", str(times)]
    dying = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert await dying.wait() == 9

    stored = Archive(archive).stored(taken.id)
    assert sha256(stored[Leg.CALLER]) == taken.caller_sha256
    assert not rotate(Archive(archive))[1]
    assert len(ring.names()) == 1
    assert sha256(Archive(archive).stored(taken.id)[Leg.AGENT]) == taken.agent_sha256
