"""录音来历 prompts/recorded.toml: who recorded a prompt, when, why, and the text that the recording says.

Written by `hotline prompts upload`, and kept with the texts, so that a recording whose text has been changed since is
known as such wherever the folder goes. An entry speaks of one file, by its content; beside any other it means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field, RootModel

from city.prompts import Text
from city.written import Slug, Written

FILE = "prompts/recorded.toml"
HEAD = "# 由 hotline prompts 写入 / written by hotline prompts\n#:schema ../../../docs/schemas/recorded.json\n"


def _moment(given: object) -> object:
    """TOML's own date and time comes as text."""
    return datetime.fromisoformat(given) if isinstance(given, str) else given


class Recorded(Written):
    """人声录音: what is known of one."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """录音文件的内容摘要 / of the whole WAV file"""
    zh: Text | None = None
    """录音所说的文本;提示音的文本改后,录音即过时 / the text that it says; outdated once the prompt has another"""
    by: Annotated[str, Field(min_length=1, max_length=64)]
    """何人上传 / who put it there"""
    at: Annotated[AwareDatetime, BeforeValidator(_moment)]
    """何时 / when"""
    why: Annotated[str, Field(min_length=1, max_length=300)]
    """为何 / why"""


class RecordedFile(RootModel[dict[Slug, Recorded]]):
    """录音来历 prompts/recorded.toml: one table a recording, named by its prompt."""


def recorded_toml(recordings: Mapping[str, Recorded]) -> str:
    """The file's text."""
    return "\n".join([HEAD, *(_table(slug, one) for slug, one in sorted(recordings.items()))])


def _table(slug: str, one: Recorded) -> str:
    said = [f"zh = {_text(one.zh)}"] if one.zh is not None else []
    who = [f"by = {_text(one.by)}", f"at = {one.at.isoformat()}", f"why = {_text(one.why)}"]
    return "\n".join([f"[{slug}]", *said, *who, f'digest = "{one.digest}"']) + "\n"


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
