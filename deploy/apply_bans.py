#!/usr/bin/env python3
"""Put the controller's ban list into the firewall: `apply_bans.py BANS_FILE SIP_PORT…`. Runs as root, once a change.

The list is written by an unprivileged program that talks with the whole network, so nothing of it is believed: it is
read up to a limit, each line must be one guesser's network and a second, this machine itself is never banned, and what
nft is given is made of parsed values alone. The set replaces the last one in one transaction; entries end by
themselves, also when nobody is left to take them out. Dropped is SIP alone, so a talk that is up keeps its sound.
"""

from __future__ import annotations

import ipaddress
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

TABLE = "inet lianxin"
MOST_BYTES = 1_000_000
MOST_BANS = 5_000
LONGEST_S = 30 * 24 * 3600
ONE_GUESSER = {4: 32, 6: 64}  # bits: what the controller bans; anything wider would cut off neighbours
SETS = {4: ("banned4", "ipv4_addr", "ip"), 6: ("banned6", "ipv6_addr", "ip6")}


def banned(text: str, now_s: int) -> Iterator[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int]]:
    """Each network that may be banned, and for how many seconds from now; other lines are passed over."""
    for line in text.splitlines()[:MOST_BANS]:
        network_text, _, until_text = line.partition(" ")
        if not (until_text.isascii() and until_text.isdigit() and len(until_text) <= 12):
            continue
        try:
            network = ipaddress.ip_network(network_text)
        except ValueError:
            continue
        left_s = int(until_text) - now_s
        if left_s > 0 and network.prefixlen == ONE_GUESSER[network.version] and str(network) != "127.0.0.1/32":
            yield network, min(left_s, LONGEST_S)


def ruleset(text: str, ports: Iterable[int], now_s: int) -> str:
    """What nft is told, in one transaction."""
    listed = ", ".join(str(port) for port in ports)
    lines = [f"add table {TABLE}"]
    lines += [f"add set {TABLE} {name} {{ type {kind}; flags interval, timeout; }}" for name, kind, _ in SETS.values()]
    lines += [
        f"add chain {TABLE} guessers {{ type filter hook input priority -10; policy accept; }}",
        f"flush chain {TABLE} guessers",
        *(f"flush set {TABLE} {name}" for name, _, _ in SETS.values()),
    ]
    for name, _, family in SETS.values():
        rule = f"{family} saddr @{name} meta l4proto {{ tcp, udp }} th dport {{ {listed} }} drop"
        lines.append(f"add rule {TABLE} guessers {rule}")
    for network, left_s in dict(banned(text, now_s)).items():
        lines.append(f"add element {TABLE} {SETS[network.version][0]} {{ {network} timeout {left_s}s }}")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str], nft: Sequence[str] = ("nft",)) -> int:
    """Apply the list; 0 when the firewall took it. No list is an empty one."""
    file, ports = Path(arguments[0]), [int(port) for port in arguments[1:]]
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES).decode("ascii", "replace")
    except FileNotFoundError:
        text = ""
    rules = ruleset(text, ports, int(time.time()))
    return subprocess.run([*nft, "-f", "-"], input=rules.encode(), check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
