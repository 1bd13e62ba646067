"""The program that puts bans into the firewall: it believes nothing, and the kernel drops what it should."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.apply_bans import MOST_BANS, banned, ruleset
from hotline.perimeter import read_bans, write_bans
from sandbox.debs import toolbox
from telephony.guessing import Ban

NOW_S = 1_800_000_000
ROOT = Path(__file__).parents[2]


def test_what_the_controller_writes_is_what_the_firewall_is_told(tmp_path: Path) -> None:
    """Each network with the seconds that are left."""
    bans = (
        Ban(network=ip_network("192.0.2.1/32"), until=datetime.fromtimestamp(NOW_S + 60, UTC)),
        Ban(network=ip_network("2001:db8::/64"), until=datetime.fromtimestamp(NOW_S + 90, UTC)),
    )
    write_bans(tmp_path / "bans.txt", bans)

    rules = ruleset((tmp_path / "bans.txt").read_text(encoding="ascii"), [5060, 5061], NOW_S)

    assert "add element inet lianxin banned4 { 192.0.2.1/32 timeout 60s }\n" in rules
    assert "add element inet lianxin banned6 { 2001:db8::/64 timeout 90s }\n" in rules
    assert "dport { 5060, 5061 } drop" in rules
    assert read_bans(tmp_path / "bans.txt") == bans


@pytest.mark.parametrize(
    "line",
    [
        "0.0.0.0/0 1900000000",
        "192.0.2.0/24 1900000000",
        "::/0 1900000000",
        "127.0.0.1/32 1900000000",
        "192.0.2.1/32 1",
        "192.0.2.1/32 -1",
        "192.0.2.1/32 1900000000; flush ruleset",
        "192.0.2.1/32 99999999999999999999",
        "192.0.2.1 } ; flush ruleset; # 1900000000",
        "include /etc/shadow",
        "192.0.2.1/32\t1900000000",
        "192.0.2.1/32 1900000000 1900000000",
        "",
    ],
)
def test_a_line_that_is_no_ban_is_passed_over(line: str) -> None:
    """The world, a neighbourhood, this machine, the past, and what would be more than a line."""
    assert list(banned(line, NOW_S)) == []


@given(text=st.text(max_size=200))
def test_whatever_the_list_holds_the_firewall_is_told_networks_alone(text: str) -> None:
    """No line of it reaches nft as it is."""
    extra = [line for line in ruleset(text, [5060], NOW_S).splitlines() if line.startswith("add element")]

    assert extra == [
        f"add element inet lianxin banned{network.version} {{ {network} timeout {left_s}s }}"
        for network, left_s in dict(banned(text, NOW_S)).items()
    ]


def test_a_list_without_end_has_an_end() -> None:
    """The root's time is not a guesser's."""
    text = "".join(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}/32 1900000000\n" for n in range(2 * MOST_BANS))

    assert len(list(banned(text, NOW_S))) == MOST_BANS


IN_A_NETWORK_OF_ITS_OWN = """
import socket, subprocess, sys, time
from pathlib import Path
from deploy.apply_bans import main

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
file, nft = Path(sys.argv[1]), sys.argv[2:]
pbx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); pbx.bind(("127.0.0.1", 5060)); pbx.settimeout(0.5)

def heard(source, port=5060):
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); other.bind((source, 0))
    other.sendto(b"REGISTER", ("127.0.0.1", port))
    try:
        return pbx.recvfrom(100)[1][0] == source
    except TimeoutError:
        return False

assert heard("127.0.0.66"), "before the ban"
file.write_text(f"127.0.0.66/32 {int(time.time()) + 600}\\n127.0.0.67/32 {int(time.time()) + 600}\\n")
assert main([str(file), "5060"], nft) == 0
assert not heard("127.0.0.66"), "banned"
assert not heard("127.0.0.67"), "banned, too"
assert heard("127.0.0.2"), "somebody else"
file.write_text(f"127.0.0.67/32 {int(time.time()) + 1}\\n")
assert main([str(file), "5060"], nft) == 0
assert heard("127.0.0.66"), "no longer on the list"
began = time.monotonic()
while not heard("127.0.0.67"):
    assert time.monotonic() < began + 15, "the kernel let it go by itself"
"""


def test_in_the_kernel_a_banned_address_is_not_heard_and_others_are(tmp_path: Path) -> None:
    """In a network namespace of its own, with the real nft: banned, replaced, ended by itself."""
    nft = toolbox("nftables", packages=("nftables",), objects=("usr/sbin/nft",)).command("usr/sbin/nft")
    inside = [sys.executable, "-c", IN_A_NETWORK_OF_ITS_OWN, str(tmp_path / "bans.txt"), *nft]

    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", *inside],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
