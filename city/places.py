"""地名: the gazetteer of the city, so that a place that is heard can be written down right. The file `places.toml`."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from city.written import Written

_PRINTED = ("L", "M", "N", "P", "Zs")  # Unicode's categories; no control, format or direction characters


def _spellable(name: str) -> str:
    if any(not unicodedata.category(each).startswith(_PRINTED) for each in name) or name != name.strip():
        raise PydanticCustomError(
            "unprintable_name",
            "the name holds a character that is not printed: control, direction, markup, or a space at an end",
            {"zh": "名称里有不可印出的字符:控制符、方向符、标记,或首尾空格"},
        )
    return name


PlaceName = Annotated[str, Field(min_length=2, max_length=40), AfterValidator(_spellable)]


class PlaceKind(StrEnum):
    """What kind of place a name stands for."""

    DISTRICT = "district"  # 区县
    TOWN = "town"  # 街道乡镇
    AREA = "area"  # 片区: a name people use that is no administrative unit (any more)
    ROAD = "road"  # 道路
    ESTATE = "estate"  # 小区
    LANDMARK = "landmark"  # 地标


class Place(Written):
    """地名, as it is written in a ticket, and what else people say for it."""

    name: PlaceName
    """写入工单的名称 / as it is written in a ticket"""
    kind: PlaceKind
    aliases: tuple[PlaceName, ...] = ()
    """别称、简称 / what else people say for it"""
    parent: PlaceName | None = None
    """所在地;跨区的道路等可不写 / the place it lies in; left out for a road that runs through several"""


class PlacesFile(Written):
    """地名表 places.toml: the gazetteer of the city."""

    places: tuple[Place, ...]
