"""The controller's HTTP face, asked as a person's console would ask it."""

from contextlib import asynccontextmanager

import aiohttp

from api.address import TOKEN_FILE


@asynccontextmanager
async def api_of(scene):
    """The API in the name of the first token."""
    token = (scene.settings.state_dir / TOKEN_FILE).read_text(encoding="ascii").strip()
    url = f"http://{scene.settings.http_host}:{scene.controller.http_port}"
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

    async def fetch(self, path):
        """The bytes of a sound."""
        async with self._session.get(path) as response:
            assert response.status == 200, await response.text()
            return await response.read()
