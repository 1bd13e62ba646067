"""The vault's files: a leg packed without loss and encrypted, its data key wrapped beside it.

`<name>.vault` is MAGIC and chunks of AES-256-GCM under a data key of its own: the nonce is the chunk's number and
whether it is the last, so that chunks cannot be exchanged, left out or cut off. `<name>.vault.key` is that data key
wrapped by a master key. Both are bound to the file's name. A WAV that holds usable sound is kept as FLAC plus the
bytes around the sound, everything else as it is: what comes out is the file that went in, to the byte.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.keys import KEY_BYTES, KeyRing, flush, replace_file
from recordings.wav import inspect

MAGIC = b"LXVAULT1"
CHUNK_BYTES = 1 << 16
NONCE_BYTES, TAG_BYTES = 12, 16
_FLAC, _AS_IT_IS = b"FLAC", b"RAW "
_PACKED = struct.Struct(">4sIII")  # how, then the lengths of what stood before and behind the sound, and the rate


class Tampered(Exception):
    """The file is not what was put into the vault: changed, cut off, exchanged, or its key is not its own."""

    def __init__(self, name: str) -> None:
        super().__init__(f"录音文件或其密钥已损坏或被改动:{name} / damaged or tampered with, or the wrong key: {name}")
        self.name = name


def key_file(sealed: Path) -> Path:
    """Where the wrapped data key of a sealed file lies."""
    return sealed.with_name(f"{sealed.name}.key")


def seal(wav: Path, sealed: Path, ring: KeyRing) -> None:
    """Put a file into the vault; the caller holds `ring.alone()` and deletes `wav` after it has compared."""
    data_key = secrets.token_bytes(KEY_BYTES)
    partial = sealed.with_name(f"{sealed.name}.part")
    with partial.open("wb") as file:
        file.write(MAGIC)
        for piece in _encrypted(_pack(wav), data_key, sealed.name):
            file.write(piece)
    os.utime(partial, ns=(wav.stat().st_mtime_ns, wav.stat().st_mtime_ns))
    flush(partial)
    _wrap(sealed, data_key, ring)
    partial.replace(sealed)
    flush(sealed.parent)


def unseal(sealed: Path, ring: KeyRing) -> bytes:
    """The file that was put in, to the byte. Tampered, KeyLost, FileNotFoundError."""
    whole = sealed.read_bytes()
    if not whole.startswith(MAGIC):
        raise Tampered(sealed.name)
    try:
        return _unpack(b"".join(_decrypted(whole, _unwrap(sealed, ring), sealed.name)))
    except (InvalidTag, struct.error, soundfile.LibsndfileError) as error:
        raise Tampered(sealed.name) from error


def master_of(sealed: Path) -> str:
    """Name of the master key that wraps this file's data key. Tampered."""
    return _read_key_file(sealed)[0]


def rewrap(sealed: Path, ring: KeyRing) -> None:
    """Wrap a file's data key by the newest master key; the file itself stays as it is. Tampered, KeyLost."""
    try:
        _wrap(sealed, _unwrap(sealed, ring), ring)
    except InvalidTag as error:
        raise Tampered(sealed.name) from error


def _encrypted(plain: bytes, key: bytes, name: str) -> Iterator[bytes]:
    cipher = AESGCM(key)
    starts = range(0, max(1, len(plain)), CHUNK_BYTES)
    for number, start in enumerate(starts):
        nonce = _nonce(number, last=number == len(starts) - 1)
        yield cipher.encrypt(nonce, plain[start : start + CHUNK_BYTES], name.encode())


def _decrypted(whole: bytes, key: bytes, name: str) -> Iterator[bytes]:
    cipher, step = AESGCM(key), CHUNK_BYTES + TAG_BYTES
    starts = range(len(MAGIC), max(len(whole), len(MAGIC) + 1), step)
    for number, start in enumerate(starts):
        piece = whole[start : start + step]
        if len(piece) < TAG_BYTES:
            raise InvalidTag
        yield cipher.decrypt(_nonce(number, last=number == len(starts) - 1), piece, name.encode())


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([last])


def _wrap(sealed: Path, data_key: bytes, ring: KeyRing) -> None:
    master, nonce = ring.newest(), secrets.token_bytes(NONCE_BYTES)
    wrapped = AESGCM(ring.key(master)).encrypt(nonce, data_key, f"{master} {sealed.name}".encode())
    written = {"master": master, "nonce": nonce.hex(), "wrapped": wrapped.hex()}
    replace_file(key_file(sealed), json.dumps(written).encode())


def _unwrap(sealed: Path, ring: KeyRing) -> bytes:
    master, nonce, wrapped = _read_key_file(sealed)
    return AESGCM(ring.key(master)).decrypt(nonce, wrapped, f"{master} {sealed.name}".encode())


def _read_key_file(sealed: Path) -> tuple[str, bytes, bytes]:
    try:
        read = json.loads(key_file(sealed).read_text(encoding="ascii"))
        nonce, wrapped = bytes.fromhex(read["nonce"]), bytes.fromhex(read["wrapped"])
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise Tampered(sealed.name) from error
    if len(nonce) != NONCE_BYTES:
        raise Tampered(sealed.name)
    return str(read["master"]), nonce, wrapped


def _pack(wav: Path) -> bytes:
    whole, sound = wav.read_bytes(), inspect(wav)
    end = sound.offset_bytes + sound.sound_bytes
    if not sound.sound_bytes or end > len(whole):
        return _PACKED.pack(_AS_IT_IS, 0, 0, 0) + whole
    flac = io.BytesIO()
    samples = np.frombuffer(whole, "<i2", count=sound.frames, offset=sound.offset_bytes)
    soundfile.write(flac, samples, sound.rate_hz, format="FLAC", subtype="PCM_16")
    before, behind = whole[: sound.offset_bytes], whole[end:]
    return _PACKED.pack(_FLAC, len(before), len(behind), sound.rate_hz) + before + behind + flac.getvalue()


def _unpack(packed: bytes) -> bytes:
    how, before, behind, _ = _PACKED.unpack_from(packed)
    body = packed[_PACKED.size :]
    if how == _AS_IT_IS:
        return body
    samples, _ = soundfile.read(io.BytesIO(body[before + behind :]), dtype="int16")
    sound: bytes = samples.astype("<i2").tobytes()
    return body[:before] + sound + body[before : before + behind]
