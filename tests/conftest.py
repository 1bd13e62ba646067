"""What tests of every package may ask for: a database, of the kind that the test's module names."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from plumbing.database import connect, prepare
from sandbox.postgresql import Postgresql
from tests.databases import PREPARED, Databases, sqlite_url
from tests.side_by_side import pytest_collection_modifyitems, pytest_configure, pytest_xdist_auto_num_workers

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_xdist_auto_num_workers"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of a module marked BOTH twice, if it asks for a database."""
    if "kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker("on_both_databases"):
        metafunc.parametrize("kind", ["sqlite", "postgresql"], indirect=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgresql(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """One real PostgreSQL for the run, booted when the first test asks for it."""
    async with Postgresql.start(tmp_path_factory.mktemp("postgresql")) as server:
        engine = connect(await server.create(PREPARED))
        await prepare(engine)
        await engine.dispose()
        yield Databases(server)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with today's schema, to be copied: the steps to it are taken once, not for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    engine = connect(sqlite_url(folder))
    await prepare(engine)
    await engine.dispose()
    return folder


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: `sqlite` unless the module is marked BOTH."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of this test's own, with today's schema."""
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("prepared"), tmp_path, dirs_exist_ok=True)
        return sqlite_url(tmp_path)
    databases: Databases = request.getfixturevalue("postgresql")
    return databases.new()


@pytest.fixture
def bare_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database without a table."""
    if kind == "sqlite":
        return sqlite_url(tmp_path)
    databases: Databases = request.getfixturevalue("postgresql")
    return databases.new(like="template1")
