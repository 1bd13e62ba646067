"""All that leaves for other systems, built in one place: what is told, to whom, and who carries it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from city.city import City
from city.mistakes import CityInvalid
from city.source import read_if_there
from city.webhooks import WebhooksFile
from hotline.beginning import cannot_start
from hotline.courier import Courier, receivers_of
from plumbing.secrets import kept_secret
from plumbing.settings import Settings
from plumbing.steady import Clock
from tickets.posting import Posting
from tickets.receivers import FILE, ReceiverBook, open_receivers


class PostOffice(NamedTuple):
    """`courier` is to be run."""

    posting: Posting
    courier: Courier
    receivers: ReceiverBook


async def open_post_office(
    settings: Settings, city: Callable[[], City], database: AsyncEngine, now: Clock
) -> PostOffice:
    """With the receivers of the city's file, or the last good ones. CannotStart."""
    country = city().about.country_code
    posting = Posting(
        WebhooksFile(), country_code=country, is_confidential=lambda hotline: city().is_confidential(hotline)
    )
    courier = Courier(database, {}, kept_secret(settings.state_dir / "secrets", "webhook_secret"), now)

    def take(webhooks: WebhooksFile) -> None:
        """Both at once."""
        posting.change(webhooks)
        courier.change(receivers_of(webhooks))

    read = partial(read_if_there, settings.city_dir, FILE, WebhooksFile)
    try:
        book = await open_receivers(database, read, settings.state_dir / "webhooks.json", take, now)
    except CityInvalid as error:
        raise cannot_start(error) from error
    return PostOffice(posting, courier, book)
