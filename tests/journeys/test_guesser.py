"""Somebody guesses passwords at the real Asterisk, beside phones that know theirs."""

import asyncio

import pytest

from hotline.perimeter import BANS_FILE
from sandbox.phones import Manner
from tests.journeys.scene import LOOK_AGAIN_S, WITHIN_S
from tests.telephony.sip_phone import phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUESSER = "127.0.0.66"
FAILURES = 20  # as the sample city says


async def written(file, begin):
    """Wait until the list begins so: the audit trail is told first."""
    async with asyncio.timeout(WITHIN_S):
        while not file.read_text(encoding="ascii").startswith(begin):  # noqa: ASYNC110 - a small file
            await asyncio.sleep(LOOK_AGAIN_S)
    return True


async def test_a_guesser_is_banned_and_the_phones_are_not(scene):
    """Written down for the firewall, in the audit trail and in the health signs; an agent registers meanwhile."""
    file = scene.settings.state_dir / BANS_FILE
    for n in range(FAILURES):
        # Asterisk tells of a name that nobody has twice when such guesses come fast.
        assert n > FAILURES // 2 or not (file.exists() and file.read_text(encoding="ascii"))
        async with phone(scene.house.pbx, "8001" if n % 2 else "8999", GUESSER) as guesser:
            assert (await guesser.prove("a-guess"))[0] == 401
    lines = await scene.rows("select who, deed, subject from audit where deed = 'address.banned'")
    await scene.agent("101", "8001", Manner.ANSWER)

    assert [(line.who, line.subject) for line in lines] == [("controller", f"{GUESSER}/32")]
    assert await written(file, f"{GUESSER}/32 ")
