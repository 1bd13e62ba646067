"""The PBX of a production machine: `python -m hotline.exchange` writes Asterisk's configuration, then becomes Asterisk.

It takes the controller's own HOTLINE_ settings, so that both know the same city, ports, spool folder and AMI secret.
Asterisk takes this process's place: whoever runs it (a container, systemd) watches and signals Asterisk itself.
`--check` asks a running one whether it has booted: 0, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from city.city import City
from hotline.beginning import ami_account, read_city
from hotline.doors import CannotStart
from hotline.embedded import setup_of
from hotline.sounds import Sounds
from hotline.trunking import SecretMissing
from plumbing.promptness import be_prompt
from plumbing.settings import Settings, SettingsInvalid, read_settings
from sandbox.amiprobe import LoginRefused, fully_booted
from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.errors import DebsError
from sandbox.instance import configure
from sandbox.ports import PortBlock
from telephony.asterisk.config import BadPbxConfig, PbxConfig
from telephony.asterisk.render import render

OWNER_ONLY = 0o077
SIP_PORT = 5060
RTP = (20_000, 20_999)  # a leg takes two: 500 legs


def config_of(settings: Settings, city: City, asterisk: Asterisk, chosen: argparse.Namespace) -> PbxConfig:
    """All that Asterisk is told, on the ports that were asked for. Raises BadPbxConfig, SecretMissing."""
    setup = setup_of(
        city,
        settings.state_dir,
        spool=settings.spool_dir,
        sounds=Sounds(settings.sounds),
        sip_address=chosen.sip_address,
        sip_port=chosen.sip_port,
    )
    account, (first, last) = ami_account(settings), chosen.rtp
    known = configure(
        settings.state_dir / "pbx",
        replace(setup, agi_port=settings.agi_port),
        asterisk,
        PortBlock(first=chosen.sip_port),
        chosen.run_folder or settings.state_dir / "pbx" / "run",
    )
    return replace(
        known,
        rtp_first=first,
        rtp_last=last,
        ami_port=account.port,
        ami_user=account.username,
        ami_secret=account.secret.get_secret_value(),
    )


def become(settings: Settings, chosen: argparse.Namespace) -> None:
    """Write the configuration and become Asterisk. CannotStart, BadPbxConfig, DebsError, SecretMissing."""
    city, asterisk = read_city(settings.city_dir), find_asterisk()
    config = config_of(settings, city, asterisk, chosen)
    render(config)
    command = [*asterisk.command, "-C", str(config.etc / "asterisk.conf"), "-f", "-n"]
    be_prompt()
    os.execv(command[0], command)  # noqa: S606 - our own program, no word of a user's


def has_booted(settings: Settings) -> bool:
    """Whether the Asterisk of these settings takes calls."""
    account = ami_account(settings)
    secret = account.secret.get_secret_value()
    try:
        return asyncio.run(fully_booted(account.host, account.port, account.username, secret))
    except LoginRefused:
        return False


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m hotline.exchange`: 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m hotline.exchange", description=__doc__)
    parser.add_argument("--check", action="store_true", help="是否已启动 / has it booted")
    parser.add_argument("--sip-address", default="127.0.0.1", help="SIP 与声音的 IP 地址 / IP address of SIP and sound")
    parser.add_argument("--sip-port", type=int, default=SIP_PORT, help="SIP 的 UDP 端口 / UDP port of SIP")
    parser.add_argument("--rtp", type=_range, default=RTP, help="声音的 UDP 端口 / UDP ports of sound: 20000-20999")
    parser.add_argument("--run-folder", type=Path, help="控制套接字的目录 / the control socket's, a short path")
    chosen = parser.parse_args(arguments)
    os.umask(OWNER_ONLY)
    try:
        settings = read_settings()
        if chosen.check:
            return 0 if has_booted(settings) else 1
        become(settings, chosen)
    except (SettingsInvalid, CannotStart, BadPbxConfig, DebsError, SecretMissing) as error:
        sys.stderr.write(f"{error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
