"""队列: callers who wait for the same kind of help. The file `queues.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.recipe import AnyRow
from city.written import Named, Slug, Written


class Queue(Named):
    """队列, and how long its agents' phones ring and its wrap-up lasts."""

    name: Slug
    """队列名 / its name in the other files"""
    ring_time_s: Annotated[float, Field(ge=5, le=120)] = 20.0
    """一部话机振铃多少秒后改派 / how long one phone rings before the next is tried, in seconds"""
    wrap_up_s: Annotated[float, Field(ge=0, le=1800)] = 30.0
    """话后整理秒数 / wrap-up after a call of this queue, in seconds"""
    recipe: tuple[AnyRow, ...] = ()
    """溢出方案,按时间先后 / what happens as a call waits, the earliest row first"""


class QueuesFile(Written):
    """队列表 queues.toml: the queues of the city."""

    queues: Annotated[tuple[Queue, ...], Field(min_length=1)]
