"""Blocks of ports: one holder each, skipped when another program is in them."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.ports import FIRST, LAST, LOOPBACK, SIZE, NoFreePorts, hold_ports, ports_held_by


def test_two_who_hold_at_once_have_different_blocks() -> None:
    """The lock decides, not a look at what is bound."""
    with hold_ports() as one, hold_ports() as other:
        assert one.first != other.first
        assert set(range(one.sip, one.rtp[1] + 1)).isdisjoint(range(other.sip, other.rtp[1] + 1))


def test_block_is_free_again_afterwards() -> None:
    """The context's end lets go."""
    with hold_ports() as one:
        pass
    with hold_ports() as again:
        assert again.first <= one.first


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_block_in_which_another_program_listens_is_skipped(kind: socket.SocketKind) -> None:
    """Other programs know nothing of our locks."""
    with hold_ports() as block:
        free = block
    with ExitStack() as others:
        if kind is socket.SOCK_DGRAM:
            others.enter_context(socket.socket(socket.AF_INET, kind)).bind((LOOPBACK, free.sip))
        else:
            others.enter_context(socket.create_server((LOOPBACK, free.ami)))

        with hold_ports() as block:
            assert block.first != free.first


def test_blocks_lie_below_the_kernels_ephemeral_range() -> None:
    """No outgoing connection may land in one."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])

    assert lowest >= LAST + SIZE


def test_no_block_left_is_said_so() -> None:
    """Every block skipped: nothing is invented."""
    with pytest.raises(NoFreePorts), hold_ports(frozenset(range(FIRST, LAST, SIZE))):
        pass


def test_held_ports_are_told_from_bound_and_listening_sockets() -> None:
    """UDP by binding, TCP by listening; a socket of another process does not count."""
    with ExitStack() as sockets:
        udp, tcp, bound_only = (
            sockets.enter_context(socket.socket(socket.AF_INET, kind))
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_STREAM)
        )
        for each in (udp, tcp, bound_only):
            each.bind((LOOPBACK, 0))
        tcp.listen()

        held = ports_held_by(os.getpid())

        assert ("udp", udp.getsockname()[1]) in held
        assert ("tcp", tcp.getsockname()[1]) in held
        assert ("tcp", bound_only.getsockname()[1]) not in held
        assert ("udp", udp.getsockname()[1]) not in ports_held_by(os.getppid())
