"""录音级别: how long recordings and their transcripts are kept, by class. The file `retention.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.written import Named, Slug, Written


class RecordingClass(Named):
    """录音级别: the recordings of hotlines that name it are kept for so long, then deleted."""

    name: Slug
    """级别名 / its name in hotlines.toml"""
    keep_days: Annotated[int, Field(ge=1, le=36_500)]
    """自录下起保存多少天 / kept for so many days from when it was recorded"""
    transcript_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """转写稿保存多少天,缺省同录音 / for how many days what was said is kept, word for word; left out: as long"""


class RetentionFile(Written):
    """录音级别表 retention.toml: may be absent; then no recording is ever deleted."""

    classes: Annotated[tuple[RecordingClass, ...], Field(min_length=1)]
    """级别,首个为未指明级别的热线所用 / the classes; the first is that of hotlines which name none"""
