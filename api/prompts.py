"""提示音: what is said and by which voice; a recording put in a prompt's place, and taken out of it again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from api.asked import Answer, Asked, Nothing, Reason, Wish
from api.city import CityTaken, taken
from api.prompt_port import PromptState
from city.prompt_uses import UsedBy

SOUND_BYTES_MOST: Final = 20 * 1024 * 1024
SENDING_S: Final = 60.0


class UseSeen(Answer):
    """Who has it said: `name` of a hotline (its number), menu, queue, level or language; empty for the programs."""

    by: UsedBy
    name: str


class PromptSeen(Answer):
    """A prompt in force.

    `seconds`, `level_dbov` (active speech level of ITU-T P.56; 0 dBov is 6.15 dBm0) are measured from its sound. `by`,
    `at`, `why`: of its recording, if it was uploaded. Nobody uses it: `uses` is empty.
    """

    name: str
    zh: str | None
    en: str | None
    state: PromptState
    uses: tuple[UseSeen, ...]
    seconds: float | None
    level_dbov: float | None
    by: str | None
    at: datetime | None
    why: str | None


class PromptsSeen(Answer):
    """All of them, by name, in the version of this number."""

    number: int
    prompts: tuple[PromptSeen, ...]


class UploadPrompt(Wish):
    """`says`: the text that was read out, held to the prompt's. `expected`: the number in force that was read."""

    why: Reason
    says: Annotated[str, Field(max_length=200)] | None = None
    expected: Annotated[int, Field(ge=1)] | None = None


class Note(Answer):
    """Something that was done to a recording."""

    zh: str
    en: str


class PromptUploaded(CityTaken):
    """The version in force, and what was made of the recording (`was_dbov`: as it came)."""

    seconds: float
    was_dbov: float
    level_dbov: float
    notes: tuple[Note, ...]


class RemoveRecording(Wish):
    """`expected`: the number in force that was read."""

    why: Reason
    expected: Annotated[int, Field(ge=1)] | None = None


async def everything(asked: Asked[Nothing]) -> PromptsSeen:
    """Which are said where, and by which voice."""
    number = asked.services.city.row.number
    prompts = await asked.services.prompts.everything()
    return PromptsSeen(number=number, prompts=tuple(_seen(one) for one in prompts))


async def upload(asked: Asked[UploadPrompt]) -> PromptUploaded:
    """A sound file as the body becomes the prompt's voice; who and why is written down."""
    wish, recording = asked.wish, await _sound(asked.request)
    made = await asked.services.prompts.upload(
        asked.path["prompt"], recording, by=str(asked.by), why=wish.why, says=wish.says, expected=wish.expected
    )
    return PromptUploaded(
        **taken(made.outcome).model_dump(),
        seconds=round(made.seconds, 2),
        was_dbov=round(made.was_dbov, 1),
        level_dbov=round(made.level_dbov, 1),
        notes=tuple(Note(zh=zh, en=en) for zh, en in made.notes),
    )


async def remove(asked: Asked[RemoveRecording]) -> CityTaken:
    """A machine says the text again; who and why is written down."""
    wish = asked.wish
    outcome = await asked.services.prompts.remove(
        asked.path["prompt"], by=str(asked.by), why=wish.why, expected=wish.expected
    )
    return taken(outcome)


def _seen(one: object) -> PromptSeen:
    return PromptSeen.model_validate(one)


async def _sound(request: web.Request) -> bytes:
    """The whole body, which may be larger than others'. aiohttp's own 413; TimeoutError."""
    sound = bytearray()
    async with asyncio.timeout(SENDING_S):
        async for piece in request.content.iter_chunked(64 * 1024):
            sound += piece
            if len(sound) > SOUND_BYTES_MOST:
                raise web.HTTPRequestEntityTooLarge(max_size=SOUND_BYTES_MOST, actual_size=len(sound))
    return bytes(sound)
