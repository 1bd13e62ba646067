"""What every file of a city has in common: closed tables, strict types, and a few kinds of string."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Written(BaseModel):
    """A table somebody wrote: it cannot change, unknown keys are refused, "20" is not 20."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
"""A name for machines: lower case, digits, hyphens. It becomes a channel variable and a file name."""

Title = Annotated[str, Field(min_length=1, max_length=60)]
"""A name for people, one line."""

Extension = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]
"""坐席分机: the SIP extension of a phone at a desk."""

SkillLevel = Annotated[int, Field(ge=1, le=5)]
"""1 (basic) to 5 (expert)."""

Skills = Annotated[Mapping[Slug, SkillLevel], AfterValidator(MappingProxyType)]
"""技能 and level: what a call asks for at least, or what a seat adds. Cannot change."""


def no_skills() -> Mapping[str, int]:
    """The default of a field of type Skills."""
    return MappingProxyType({})


class Named(Written):
    """Something with a name in both languages."""

    zh: Title
    """中文名称 / name in Chinese"""
    en: Title
    """英文名称 / name in English"""
