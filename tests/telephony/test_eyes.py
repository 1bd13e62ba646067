"""Looking by a session of its own, on a real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import pytest_asyncio
from pydantic import SecretStr
from structlog.testing import capture_logs

from plumbing.lifecycle import background
from sandbox.pbx import Pbx
from telephony.ami import Ami, AmiAccount
from telephony.errors import AsteriskUnreachable
from telephony.eyes import Eyes
from telephony.message import AmiEvent

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOGIN_S = 10.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pbx]:
    """One Asterisk for the module."""
    async with Pbx.start(tmp_path_factory.mktemp("pbx")) as pbx:
        yield pbx


class Main:
    """The session of orders, which counts the lists it is asked for."""

    def __init__(self) -> None:
        self.lists = 0

    async def ready(self) -> None:
        """It is in."""

    async def listing(self, *_: object, **__: object) -> list[AmiEvent]:
        """A list of nothing."""
        self.lists += 1
        return []


def account(pbx: Pbx, secret: str | None = None) -> AmiAccount:
    """The shipped one."""
    config = pbx.config
    secret = secret or config.ami_secret
    return AmiAccount(host=config.ami_address, port=config.ami_port, username=config.ami_user, secret=SecretStr(secret))


def eyes_of(main: Main, known: AmiAccount) -> Eyes:
    """Eyes beside that session."""
    return Eyes(cast("Ami", main), known)


async def by_their_own(eyes: Eyes, main: Main) -> list[Any]:
    """The first list that `main` was not asked for."""
    async with asyncio.timeout(LOGIN_S):
        while True:
            before = main.lists
            items = await eyes.listing("DeviceStateList")
            if main.lists == before:
                return items
            await asyncio.sleep(0.02)


async def test_lists_come_by_a_session_of_its_own(pbx: Pbx) -> None:
    """It is let in by the shipped account, and what it lists is the same."""
    main = Main()
    eyes = eyes_of(main, account(pbx))
    async with background(eyes.run()):
        items = await by_their_own(eyes, main)

    assert all(item.name == "DeviceStateChange" for item in items)
    assert items


async def test_the_main_session_lists_where_there_is_no_other(pbx: Pbx) -> None:
    """Nothing is looked at less because a second session could not be had."""
    main = Main()

    assert await eyes_of(main, account(pbx)).listing("DeviceStateList") == []

    assert main.lists == 1


async def test_refused_second_session_ends_nothing(pbx: Pbx) -> None:
    """Whether the account is good is judged by the main session; this one does without, and says so."""
    main = Main()
    eyes = eyes_of(main, account(pbx, "not-the-secret"))

    with capture_logs() as logs:
        async with asyncio.timeout(LOGIN_S):
            await eyes.run()

    assert [line["log_level"] for line in logs if "second AMI session" in line["event"]] == ["error"]
    assert await eyes.listing("DeviceStateList") == []


async def test_where_both_are_away_that_is_said(pbx: Pbx) -> None:
    """Whoever looks is told that nothing was sent."""
    never = Ami(account(pbx), wanted=frozenset(), on_event=lambda _: None)

    with pytest.raises(AsteriskUnreachable):
        await Eyes(never, account(pbx)).listing("Status")
