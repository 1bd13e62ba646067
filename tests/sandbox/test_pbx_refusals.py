"""A PBX that cannot boot says why and leaves nothing running: ports, documentation, modules, a caller who gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.asterisk import Asterisk
from sandbox.instance import Setup, configure
from sandbox.pbx import Pbx, PbxDidNotBoot, PortTaken
from sandbox.ports import PortBlock, hold_ports
from telephony.asterisk.config import PbxConfig
from tests.sandbox.strangers import listening, occupied


@pytest.fixture
def config(tmp_path: Path, asterisk: Asterisk) -> Iterator[PbxConfig]:
    """The configuration of a PBX that nobody has started."""
    with hold_ports() as ports:
        yield configure(tmp_path / "pbx", Setup(), asterisk, ports, tmp_path / "run")


@pytest.mark.parametrize("kind", ["sip", "ami"])
async def test_port_taken_by_another_program_is_said_so(config: PbxConfig, asterisk: Asterisk, kind: str) -> None:
    """And nothing is left running."""
    pbx = Pbx(asterisk, config)
    with occupied(config.sip_port) if kind == "sip" else listening(config.ami_port), pytest.raises(PortTaken):
        await pbx.boot()

    assert not pbx.running


async def test_another_ami_on_the_port_is_not_taken_for_ours(pbx: Pbx, config: PbxConfig, asterisk: Asterisk) -> None:
    """Somebody answers, but does not know our secret."""
    late = Pbx(asterisk, replace(config, ami_port=pbx.config.ami_port))

    with pytest.raises(PortTaken):
        await late.boot()

    assert pbx.running
    assert not late.running


async def test_port_taken_at_the_last_moment_moves_to_other_ports(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block looked free; the program that is in it shows only when Asterisk binds."""
    with ExitStack() as others:

        @contextmanager
        def hold_and_lose_the_first(skip: frozenset[int]) -> Iterator[PortBlock]:
            with hold_ports(skip) as block:
                if not skip:
                    others.enter_context(occupied(block.sip))
                yield block

        monkeypatch.setattr("sandbox.pbx.hold_ports", hold_and_lose_the_first)

        async with Pbx.start(tmp_path / "pbx", asterisk=asterisk) as pbx:
            with pytest.raises(OSError, match="in use"), occupied(pbx.config.sip_port):
                pass
            assert pbx.complaints() == []


async def test_what_asterisk_refuses_is_told_in_its_own_words(
    config: PbxConfig, asterisk: Asterisk, tmp_path: Path
) -> None:
    """Without its documentation it does not start at all."""
    (tmp_path / "empty").mkdir()
    pbx = Pbx(asterisk, replace(config, documentation=tmp_path / "empty"))

    with pytest.raises(PbxDidNotBoot, match=r"启动失败[\s\S]*documentation"):
        await pbx.boot()

    assert not pbx.running


async def test_module_that_is_not_there_fails_the_boot(config: PbxConfig, asterisk: Asterisk, tmp_path: Path) -> None:
    """Asterisk itself would go on without it."""
    modules = tmp_path / "modules"
    modules.mkdir()
    for module in asterisk.modules.glob("*.so"):
        if module.name != "app_dial.so":
            (modules / module.name).symlink_to(module)
    pbx = Pbx(asterisk, replace(config, modules=modules))

    with pytest.raises(PbxDidNotBoot, match="app_dial"):
        await pbx.boot()

    assert not pbx.running


async def test_boot_that_is_cancelled_leaves_nothing(config: PbxConfig, asterisk: Asterisk) -> None:
    """Whoever gives up while it boots need not clean up."""
    pbx = Pbx(asterisk, config)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await pbx.boot()

    assert not pbx.running
