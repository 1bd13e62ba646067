"""The command's side of the HTTP API: finds the running controller and its token, asks, and explains a refusal."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import aiohttp

from api.address import TOKEN_FILE, read_address

STATE_DIR = Path(__file__).resolve().parent.parent / "var" / "serve"
"""Where `hotline serve` keeps its state unless HOTLINE_STATE_DIR says otherwise."""

ANSWER_S = 10.0
LOOKING_BACK_S = 130.0
"""For a look back at a long period: more than `hotline.aside` lets it take, so that its own refusal is what is read."""


class Trouble(Exception):
    """Why the command cannot do it; `zh` first when it is shown."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class NotRunning(Trouble):
    """No controller answers."""

    def __init__(self) -> None:
        super().__init__(
            "控制器没有运行,请先执行 ./dev serve", "the controller is not running: start it with ./dev serve"
        )


class Client:
    """Asks one controller, in the name of one token."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}

    def ask(self, line: str, body: dict[str, Any] | None = None, *, within_s: float = ANSWER_S) -> Any:
        """The JSON answer to `METHOD /path`. Trouble."""
        return asyncio.run(self._answer(line, body, within_s))

    def send(self, line: str, content: bytes, asked: dict[str, str], *, within_s: float = ANSWER_S) -> Any:
        """The JSON answer to a request whose body is a file; `asked` stands in the query. Trouble."""
        return asyncio.run(self._answer(line, None, within_s, io.BytesIO(content), asked))

    def fetch(self, path: str, into: Path) -> int:
        """Write the bytes of an answer to a file that does not exist yet; how many. Trouble."""
        return asyncio.run(self._fetched(path, into))

    async def _answer(
        self,
        line: str,
        body: dict[str, Any] | None,
        within_s: float,
        content: io.BytesIO | None = None,
        asked: dict[str, str] | None = None,
    ) -> Any:
        method, path = line.split()
        async with self._session(within_s) as session:
            try:
                async with session.request(method, self._url + path, json=body, data=content, params=asked) as response:
                    return await response.json() if response.ok else await _refuse(response)
            except (aiohttp.ClientConnectionError, TimeoutError):
                raise NotRunning from None

    async def _fetched(self, path: str, into: Path) -> int:
        async with self._session() as session:
            try:
                async with session.get(self._url + path) as response:
                    sound = await response.read() if response.ok else await _refuse(response)
            except (aiohttp.ClientConnectionError, TimeoutError):
                raise NotRunning from None
        return await asyncio.to_thread(_write_new, into, sound)

    def _session(self, within_s: float = ANSWER_S) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers=self._headers, timeout=aiohttp.ClientTimeout(total=within_s))


def _write_new(file: Path, content: bytes) -> int:
    with file.open("xb") as opened:
        return opened.write(content)


async def _refuse(response: aiohttp.ClientResponse) -> Any:
    try:
        problem = await response.json()
        fields = "".join(f"\n  {wrong['field']}: {wrong['zh']} / {wrong['en']}" for wrong in problem["fields"])
        raise Trouble(problem["zh"], f"{problem['en']} [{problem['rule']}]{fields}")
    except (aiohttp.ContentTypeError, ValueError, KeyError, TypeError):
        raise Trouble("对方不是连心控制器", "what answers there is not a Lianxin controller") from None


def find_controller(state_dir: Path) -> Client:
    """The controller of a state folder (LIANXIN_URL and LIANXIN_TOKEN come first). NotRunning, Trouble."""
    url = os.environ.get("LIANXIN_URL") or read_address(state_dir)
    if not url:
        raise NotRunning
    return Client(url.rstrip("/"), os.environ.get("LIANXIN_TOKEN") or _token(state_dir / TOKEN_FILE))


def _token(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NotRunning from None
    except PermissionError:
        raise Trouble(
            f"无权读取令牌文件 {file}", f"you may not read the token's file {file}; or set LIANXIN_TOKEN"
        ) from None
