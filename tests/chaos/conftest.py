"""One town for all rounds. `--chaos-seed` chooses the rounds, `--chaos-rounds` how many; else every fault once."""

from contextlib import AsyncExitStack

import pytest_asyncio

from tests.chaos.afterwards import Account
from tests.chaos.rounds import SEED, rounds_of
from tests.chaos.town import town_in


def pytest_addoption(parser):
    """Seen when the suite is run by itself: `./dev test chaos --chaos-rounds 50`."""
    parser.addoption("--chaos-seed", type=int, default=SEED, help="which rounds")
    parser.addoption("--chaos-rounds", type=int, default=0, help="how many; 0: as many as strike every fault once")


def pytest_generate_tests(metafunc):
    """A test a round, named so that it can be run again."""
    if "chapter" in metafunc.fixturenames:
        option = metafunc.config.getoption
        chosen = rounds_of(option("--chaos-seed", SEED), option("--chaos-rounds", 0))
        metafunc.parametrize("chapter", chosen, ids=str)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def accounts(tmp_path_factory):
    """One for each store, opened when its first round begins."""
    async with AsyncExitStack() as stack:
        yield Accounts(tmp_path_factory.mktemp("towns"), stack)


class Accounts:
    """A town a store, and what is known of all that happened there so far."""

    def __init__(self, folder, stack):
        self._folder, self._stack, self._accounts = folder, stack, {}

    async def of(self, store):
        """The town whose books are kept there."""
        if store not in self._accounts:
            town = await self._stack.enter_async_context(town_in(self._folder / store, store))
            self._accounts[store] = Account(town)
        return self._accounts[store]


@pytest_asyncio.fixture(loop_scope="module")
async def account(accounts, chapter):
    """The town of this round."""
    return await accounts.of(chapter.store)
