"""The database of the state folder in use, for commands that do not ask the controller but look for themselves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from hotline.cli_face import Face
from hotline.client import Trouble
from plumbing.database import connect
from plumbing.settings import PREFIX


@asynccontextmanager
async def database() -> AsyncIterator[AsyncEngine]:
    """HOTLINE_DATABASE_URL, else the SQLite file of the state folder. Trouble, also when it fails meanwhile."""
    file = (Face.state_dir / "hotline.db").resolve()
    url = os.environ.get(f"{PREFIX}DATABASE_URL")
    if not url and not file.is_file():
        raise Trouble(f"没有数据库:{file}", f"there is no database {file}")
    engine = connect(url or f"sqlite+aiosqlite:///{file}")
    try:
        yield engine
    except SQLAlchemyError as error:
        why = type(error).__name__
        raise Trouble(
            f"数据库无法读取:{why}", f"the database cannot be read: {why}; start the controller once"
        ) from error
    finally:
        await engine.dispose()
