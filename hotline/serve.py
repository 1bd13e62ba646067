"""`hotline serve`: a private PBX and the controller, on embedded defaults, for your own phones."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from city.load import load_city
from city.mistakes import CityInvalid
from hotline.client import STATE_DIR
from hotline.embedded import MODEL, ControllerEnded, premises, supervised_controller
from hotline.trunking import SecretMissing
from ivr.prompts import SPOKEN
from plumbing.lifecycle import background
from sandbox.errors import DebsError
from sandbox.pbx import PbxError
from telephony.asterisk.config import BadPbxConfig

ABOUT = "运行控制器与私有的交换机,供您自己的话机使用 · a private PBX and the controller, for your own phones"
SIP_PORT = 5060
HTTP_PORT = 8012
SAMPLE = MODEL.parent.parent / "cities" / "sample"


async def serve(state_dir: Path, city_dir: Path, *, sip: tuple[str, int], http_port: int, model: Path) -> None:
    """Serve until a signal; `sip` is the address and the UDP port of SIP.

    Raises BadPbxConfig, CityInvalid, SecretMissing, PbxError, DebsError, ControllerEnded.
    """
    console = Console(highlight=False, soft_wrap=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    city = load_city(city_dir, also_spoken=SPOKEN)
    async with (
        premises(state_dir, city, model=model, sip_address=sip[0], sip_port=sip[1], http_port=http_port) as place,
        supervised_controller(place) as controller,
    ):
        console.print("连心 · 已开始接听  [dim]taking calls[/dim]")
        console.print(f"       SIP {sip[0]}:{sip[1]} (UDP) · HTTP 127.0.0.1:{http_port}")
        console.print(f"       分机 extensions {city.seats[0].extension}–{city.seats[-1].extension}")
        console.print(f"       话机密码 passwords of the phones: {state_dir}/secrets/phone-*")
        console.print(f"       市民可拨 citizens dial {', '.join(city.hotlines)} · 结束 end: Ctrl-C")
        async with background(_fail_with(controller)):
            await stop.wait()


async def _fail_with(controller: asyncio.subprocess.Process) -> None:
    code = await controller.wait()
    raise ControllerEnded(f"控制器退出 the controller ended with code {code}")


def main(arguments: Sequence[str]) -> int:
    """Entry of `hotline serve`."""
    parser = argparse.ArgumentParser(prog="hotline serve", description=ABOUT)
    parser.add_argument("--state-dir", type=Path, default=STATE_DIR, help="状态目录 / where everything is kept")
    parser.add_argument("--city", type=Path, default=SAMPLE, help="城市目录 / the city's folder")
    parser.add_argument("--model", type=Path, default=MODEL, help="Vosk 模型目录 / a Vosk model's folder")
    parser.add_argument(
        "--sip-address", default="127.0.0.1", help="SIP 与声音的 IP 地址 / IP address of SIP and sound (docs/trunk.md)"
    )
    parser.add_argument("--sip-port", type=int, default=SIP_PORT, help="SIP 端口 / UDP port of SIP")
    parser.add_argument("--http-port", type=int, default=HTTP_PORT, help="接口端口 / TCP port of the API")
    chosen = parser.parse_args(arguments)
    chosen.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        asyncio.run(
            serve(
                chosen.state_dir.resolve(),
                chosen.city.resolve(),
                sip=(chosen.sip_address, chosen.sip_port),
                http_port=chosen.http_port,
                model=chosen.model.resolve(),
            )
        )
    except (BadPbxConfig, CityInvalid, ControllerEnded, PbxError, DebsError, SecretMissing) as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    return 0
