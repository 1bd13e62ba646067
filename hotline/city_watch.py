"""The city's folder is watched: once an edit rests it is looked at and offered, or taken if it is right."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from acd.errors import Refused
from acd.inbox import EngineStopped
from city.refusals import CityRefused
from city.taking import Offer
from hotline.city_book import CityBook
from hotline.city_versions import OURSELVES
from hotline.shelf import signature_of

FOLDER_CHANGED: Final = "文件夹有改动 the folder has changed"
LOOK_S: Final = 2.0

log = structlog.get_logger(__name__)


async def watch_folder(book: CityBook, every_s: float = LOOK_S) -> None:
    """Until cancelled: look at the folder once it has changed and rests."""
    seen = rested = None
    while True:
        now = await asyncio.to_thread(signature_of, book.folder)
        if now != seen:
            seen = now
        elif now != rested:
            rested = now
            await _notice(book)
        await asyncio.sleep(every_s)


async def _notice(book: CityBook) -> None:
    try:
        offer = await book.check()
        _log(offer)
        if offer.changes and not offer.mistakes and book.takes:
            await book.take(by=OURSELVES, why=FOLDER_CHANGED, expected=book.row.number, offered=offer.version)
    except (CityRefused, Refused, EngineStopped, SQLAlchemyError, OSError) as error:
        log.warning("the city's folder could not be taken", why=type(error).__name__)


def _log(offer: Offer) -> None:
    if offer.mistakes:
        log.warning("the city's folder has mistakes: what is in force stays", mistakes=len(offer.mistakes))
        return
    if offer.proof and not offer.proof.holds:
        failed, warnings = len(offer.proof.failed), len(offer.proof.open)
        log.warning("the city's folder does not hold", rehearsals_fail=failed, warnings=warnings)
    if offer.changes:
        log.info("the city's folder differs from what is in force", files=len(offer.changes))
