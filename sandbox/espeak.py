"""espeak-ng's C API, run as a program of its own: one JSON request on standard input, samples on standard output.

Run by path, never imported for speaking: what espeak says depends on what the same process said before, so the
program initialises the library once and forks a fresh copy of itself for every utterance. And the library seeds the
noise in a voice's breath by the second it was initialised in; we seed it again. The same text then always gives the
same samples, and no foreign C code runs inside the caller.

Request:  {"library": path, "folder": path, "utterances": [{"text", "voice", "rate", "pitch", "range"}, …]}
Answer, for each utterance in order: one line of JSON {"rate_hz", "samples", "phones": [[position, sample, name], …]},
then `samples` little-endian 16-bit values. A position counts characters of the text from 1, a sample from the start.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

SYNCHRONOUS = 2
PHONE_EVENTS = 1
UTF8 = 1
RATE, PITCH, RANGE = 1, 3, 4
SEED = 12345
LAST_EVENT, PHONE_EVENT = 0, 7
CRASHED = 3
"""The program's exit status when the library was ended by a signal."""


class Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_pointer", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


class Synthesiser:
    """The library, initialised once in this process."""

    def __init__(self, library: str, folder: str) -> None:
        self._c = ctypes.CDLL(library)
        self.rate_hz = int(self._c.espeak_Initialize(SYNCHRONOUS, 0, folder.encode(), PHONE_EVENTS))
        if self.rate_hz <= 0:
            raise SystemExit("espeak-ng did not start: its voices were not found")
        self._c.espeak_ng_SetRandSeed(ctypes.c_long(SEED))
        self._samples = bytearray()
        self._phones: list[tuple[int, int, str]] = []
        self._callback = CALLBACK(self._receive)
        self._c.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._samples += ctypes.string_at(samples, 2 * count)
        position = 0
        while events[position].type != LAST_EVENT:
            event = events[position]
            if event.type == PHONE_EVENT:
                self._phones.append((event.text_position, event.sample, event.name.decode("utf-8", "replace")))
            position += 1
        return 0

    def speak(self, *, text: str, voice: str, rate: int, pitch: int, range_: int) -> bytes:
        """One utterance as the answer described above."""
        if self._c.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}")
        for parameter, value in ((RATE, rate), (PITCH, pitch), (RANGE, range_)):
            self._c.espeak_SetParameter(parameter, value, 0)
        spelled = text.encode()
        self._c.espeak_Synth(spelled, ctypes.c_size_t(len(spelled) + 1), 0, 0, 0, UTF8, None, None)
        header = {"rate_hz": self.rate_hz, "samples": len(self._samples) // 2, "phones": self._phones}
        return json.dumps(header).encode() + b"\n" + bytes(self._samples)


def write_all(descriptor: int, answer: bytes) -> None:
    """Write every byte: a pipe may take them in pieces."""
    view = memoryview(answer)
    while view:
        view = view[os.write(descriptor, view) :]


def speak_in_a_fork(synthesiser: Synthesiser, utterance: dict[str, Any]) -> None:
    """Say one utterance in a copy of this process that has said nothing yet."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            answer = synthesiser.speak(
                text=utterance["text"],
                voice=utterance["voice"],
                rate=utterance["rate"],
                pitch=utterance["pitch"],
                range_=utterance["range"],
            )
            write_all(1, answer)
            code = 0
        except SystemExit as failure:
            write_all(2, f"{failure}\n".encode())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        write_all(2, f"espeak-ng was ended by signal {os.WTERMSIG(status)}\n".encode())
        raise SystemExit(CRASHED)
    if status != 0:
        raise SystemExit(f"espeak-ng ended with status {os.waitstatus_to_exitcode(status)}")


def main() -> None:
    """Answer the one request on standard input."""
    request = json.load(sys.stdin)
    synthesiser = Synthesiser(request["library"], request["folder"])
    for utterance in request["utterances"]:
        speak_in_a_fork(synthesiser, utterance)


if __name__ == "__main__":
    main()
