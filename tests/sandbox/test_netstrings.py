"""Netstrings of JSON: whole messages come out, however the bytes arrive."""

from __future__ import annotations

import pytest

from sandbox.netstrings import BadNetstring, Netstrings, enclose


def test_messages_survive_every_split_point() -> None:
    """Two frames with Chinese text, cut at each byte, are the same two messages."""
    stream = enclose({"type": "CALL_INCOMING", "peeruri": "sip:张三@x"}) + enclose({"ok": True})

    for cut in range(len(stream) + 1):
        frames = Netstrings()
        messages = [*frames.receive(stream[:cut]), *frames.receive(stream[cut:])]

        assert messages == [{"type": "CALL_INCOMING", "peeruri": "sip:张三@x"}, {"ok": True}]


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.0\r\n", b"x:", b"3:abc,", b'2:{}"', b"99999999:", b"2:[],"])
def test_noise_is_refused(noise: bytes) -> None:
    """A peer that speaks something else is noticed at once."""
    with pytest.raises(BadNetstring):
        list(Netstrings().receive(noise))
