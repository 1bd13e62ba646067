"""The demonstration's eyes: the controller's API, asked as any client would ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson

from api.address import read_address
from api.auth import TOKEN_FILE


class Api:
    """One client of one controller."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @classmethod
    @asynccontextmanager
    async def of(cls, state_dir: Path) -> AsyncIterator[Self]:
        """The API of the controller that runs on a state folder, in the name of its first token."""
        token = (state_dir / TOKEN_FILE).read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(read_address(state_dir), headers=headers) as session:
            yield cls(session)

    async def get(self, path: str) -> Any:
        """The JSON at a path."""
        async with self._session.get(path) as response:
            response.raise_for_status()
            return await response.json(loads=orjson.loads)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that answers a body."""
        async with self._session.post(path, json=body) as response:
            response.raise_for_status()
            return await response.json(loads=orjson.loads)

    async def live(self) -> AsyncIterator[tuple[str, Any]]:
        """Every server-sent event of `/api/live`: its name and its JSON."""
        async with self._session.get("/api/live", timeout=aiohttp.ClientTimeout(total=None)) as response:
            response.raise_for_status()
            name = ""
            async for raw in response.content:
                key, _, value = raw.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    yield name, orjson.loads(value)
