"""The controller's HTTP face, asked as a person's console would ask it."""

import json
from contextlib import asynccontextmanager

import aiohttp

from api.address import TOKEN_FILE, read_address


@asynccontextmanager
async def api_of(scene):
    """The API in the name of the first token."""
    url = f"http://{scene.settings.http_host}:{scene.controller.http_port}"
    async with _api(url, scene.settings.state_dir) as api:
        yield api


@asynccontextmanager
async def api_at(state_dir):
    """The same of a controller that is a process of its own."""
    async with _api(read_address(state_dir), state_dir) as api:
        yield api


@asynccontextmanager
async def _api(url, state_dir):
    token = (state_dir / TOKEN_FILE).read_text(encoding="ascii").strip()
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as session:
        yield Api(session)


class Api:
    """JSON in, JSON out; anything but success raises."""

    def __init__(self, session):
        self._session = session

    async def get(self, path):
        """Read."""
        return await self.send("GET", path)

    async def refusal(self, method, path, **body):
        """Ask for what is not to be had: the status and the rule that says so."""
        async with self._session.request(method, path, json=body or None) as response:
            return response.status, (await response.json()).get("rule")

    async def send(self, method, path, **body):
        """Ask for a change."""
        async with self._session.request(method, path, json=body or None) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def upload(self, path, sound, **asked):
        """Send a sound file; what is asked stands in the query."""
        async with self._session.put(path, data=sound, params=asked) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def news(self, kind):
        """Events of this kind on the live stream, as they come."""
        async with self._session.get("/api/live", timeout=aiohttp.ClientTimeout(total=None)) as response:
            name = ""
            async for line in response.content:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                name = value if key == "event" else name
                if key == "data" and name == kind:
                    yield json.loads(value)

    async def fetch(self, path):
        """The bytes of a sound."""
        async with self._session.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.read()
