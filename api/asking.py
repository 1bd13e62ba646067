"""Who asks, and for what: the first two things that are made of a request."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from api.asked import Nothing, Route, Wish
from api.auth import NotAllowed
from api.people import Person, Role
from api.ports import Services

ANYBODY = Person(token_id=0, name="anybody", role=Role.OPERATOR)


async def person_asking(route: Route[Any], request: web.Request, services: Services) -> Person:
    """Who asks, by their token. NotKnown, NotAllowed."""
    if route.needs is None:
        return ANYBODY
    person = await services.tokens.person(request.headers.get("Authorization"))
    if person.role < route.needs:
        raise NotAllowed(route.needs)
    return person


async def wish_of(route: Route[Any], request: web.Request) -> Wish:
    """The wish, checked. ValidationError, or aiohttp's own 413 and 415."""
    takes: type[Wish] = route.takes
    if takes is Nothing:
        return Nothing()
    if request.method == "GET" or route.sound:
        return takes.model_validate(dict(request.query))
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return takes.model_validate_json(await request.read() or b"{}")
