"""How every answer leaves: as JSON, and with headers that let nobody keep or frame it."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Server": "lianxin",
}


async def put_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every answer, also a refusal."""
    response.headers.update(SECURITY_HEADERS)


def encoded(given: BaseModel | bytes | web.StreamResponse) -> web.StreamResponse:
    """What a route gave; bytes are JSON already."""
    if isinstance(given, bytes):
        return web.Response(body=given, content_type="application/json")
    return given if isinstance(given, web.StreamResponse) else as_json(given, 200)


def as_json(answer: BaseModel, status: int) -> web.Response:
    """One answer with its status."""
    return web.Response(body=answer.model_dump_json().encode(), status=status, content_type="application/json")
