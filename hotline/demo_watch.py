"""The demonstration's eyes: the controller's API, asked as any client would ask it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson

from api.address import TOKEN_FILE, read_address

AGAIN_AFTER_S = 0.2
AGAIN_TIMES = 50


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
        """The JSON at a path; asked again while the controller is being restarted."""
        for _ in range(AGAIN_TIMES):
            with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                return await self._get(path)
            await asyncio.sleep(AGAIN_AFTER_S)
        return await self._get(path)

    async def _get(self, path: str) -> Any:
        async with self._session.get(path) as response:
            response.raise_for_status()
            return await response.json(loads=orjson.loads)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that answers a body."""
        async with self._session.post(path, json=body) as response:
            response.raise_for_status()
            return await response.json(loads=orjson.loads)

    async def live(self) -> AsyncIterator[tuple[str, Any]]:
        """Every server-sent event of `/api/live`: its name and its JSON; of the next controller, when one dies."""
        while True:
            with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                async for event in self._live():
                    yield event
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _live(self) -> AsyncIterator[tuple[str, Any]]:
        async with self._session.get("/api/live", timeout=aiohttp.ClientTimeout(total=None)) as response:
            response.raise_for_status()
            name = ""
            async for raw in response.content:
                key, _, value = raw.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    yield name, orjson.loads(value)
