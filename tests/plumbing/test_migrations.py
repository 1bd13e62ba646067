"""The migrations lead to the schema that the packages declare: neither says more than the other."""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

from plumbing.database import connect, metadata, prepare
from tests.databases import BOTH, Databases

pytestmark = BOTH

OWNERS = ("acd", "api", "asr", "recordings", "telephony", "tickets")


def import_every_table() -> None:
    """Import whatever may declare a table."""
    for name in OWNERS:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)


@pytest.fixture
async def database(bare_url: str) -> AsyncIterator[AsyncEngine]:
    """The engine of a database without a table."""
    engine = connect(bare_url)
    yield engine
    await engine.dispose()


async def test_a_fresh_database_has_exactly_the_declared_schema(database: AsyncEngine) -> None:
    """After all steps nothing is missing, nothing is left over, nothing differs."""
    import_every_table()
    await prepare(database)

    async with database.connect() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)
        )

    assert len(metadata.tables) >= 12
    assert differences == []


async def test_preparing_twice_changes_nothing(database: AsyncEngine) -> None:
    """Every start prepares; only the first one has something to do."""
    await prepare(database)
    await prepare(database)

    async with database.connect() as connection:
        steps = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_heads())
    assert len(steps) == 1


async def test_several_processes_may_prepare_a_postgresql_at_once(postgresql: Databases) -> None:
    """Controllers and workers that start together wait for whoever was first."""
    bare = postgresql.new(like="template1")
    engines = [connect(bare) for _ in range(4)]

    await asyncio.gather(*map(prepare, engines))

    async with engines[0].connect() as connection:
        assert len(await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_heads())) == 1
    for engine in engines:
        await engine.dispose()
