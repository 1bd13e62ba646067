"""Other programs on the machine, in the way of ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.ports import LOOPBACK


@contextmanager
def occupied(udp_port: int) -> Iterator[None]:
    """Another program has this UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((LOOPBACK, udp_port))
        yield


@contextmanager
def listening(tcp_port: int) -> Iterator[None]:
    """Another program listens on this TCP port and says nothing."""
    with socket.create_server((LOOPBACK, tcp_port)):
        yield
