"""What a route is, and what its function is given: who asks, for what, and the services that can do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api.people import Person, Role
from api.unanswered import Unknown

if TYPE_CHECKING:  # whoever only shapes answers, in another process, needs neither the server nor the house
    from aiohttp import web

    from api.ports import Services


class Wish(BaseModel):
    """What a client sends, in a body or (GET) in the query string. Unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Reason = Annotated[str, Field(min_length=2, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Why a person wants something, in a line of their own words; telephone numbers in it are masked before it is kept."""


class Nothing(Wish):
    """The route takes nothing but its path."""


class Answer(BaseModel):
    """What a client gets."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Done(Answer):
    """It happened, and there is nothing to say about it."""

    done: bool = True


class WavSound(Answer):
    """Stands in the table for an answer that is a WAV file (audio/wav)."""


class EventStream(Answer):
    """Stands in the table for server-sent events (text/event-stream)."""


W = TypeVar("W", bound=Wish)

LONGEST_NUMBER = 18  # digits that any database's integer holds


@dataclass(frozen=True, slots=True)
class Asked(Generic[W]):
    """One request, checked: the person may, and the wish is well-formed."""

    wish: W
    by: Person
    path: Mapping[str, str]  # what stood in the braces of the route's path
    services: Services
    now: datetime  # when it was asked, aware, UTC
    request: web.Request  # for streams only

    def number(self, name: str) -> int:
        """A number that stood in the path. Unknown, when it is none: there is nothing by such a name."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            raise Unknown(text)
        return int(text)


@dataclass(frozen=True, slots=True)
class Route(Generic[W]):
    """One line of the table in `api.app`: from it come routing, rights, checking and docs/openapi.json."""

    method: str
    path: str
    act: Callable[[Asked[W]], Awaitable[Answer | bytes | web.StreamResponse]]  # bytes: the answer as JSON
    takes: type[W]
    gives: type[Answer]
    needs: Role | None  # None: whoever reaches the port
    zh: str
    en: str
    shared: bool = False  # takes nothing, and the answer depends neither on who asks nor on the path: see api.glance
    long: bool = False  # whoever hangs up meanwhile is looked up nothing for any more: see api.listening
    sound: bool = False  # the body is a sound file, and the wish stands in the query

    @property
    def name(self) -> str:
        """Unique and stable, for clients made from the document: `seats_add`."""
        return f"{self.act.__module__.rpartition('.')[2]}_{self.act.__name__}"
