"""按键菜单 as it is written: one file of `menus/` is one node, named like the file. What can be one: city.menu_nodes.

Key 0 reaches a person of the hotline from every node, and so do silence and mistakes, unless `otherwise` names another
queue: a node can be left in every way, and none of them is a dead end.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from city.written import Skills, Slug, Written, no_skills

DEEPEST = 2
"""How many menus a caller may meet one after the other (GB/T 33358 discourages menus altogether, as we know it)."""


def _not_zero(key: str) -> str:
    if key == "0":
        raise PydanticCustomError(
            "zero_is_a_person",
            "0 always reaches a person and cannot be given away",
            {"zh": "0 固定转人工,不能另作他用"},
        )
    return key


LANGUAGE_LEVEL = 1
"""How well an agent must speak the language or dialect that a caller has chosen, at least."""

Key = Annotated[str, Field(pattern=r"^[0-9*]$"), AfterValidator(_not_zero)]
"""A key of the phone that a menu may give a meaning: 1 to 9 and *. The key 0 has its meaning, # ends an input."""


class Step(Written):
    """Where a way leads: into a queue (`join`) or to another menu (`goto`)."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["join"]}, {"required": ["goto"]}]})

    join: Slug | None = None
    """进入队列,见 queues.toml / wait in this queue, a name from queues.toml"""
    skills: Skills = Field(default_factory=no_skills)
    """与 join 同写:另需的技能 / with join: needed besides those of the hotline"""
    priority: Annotated[int, Field(ge=-100, le=100)] | None = None
    """与 join 同写:优先级,缺省同热线 / with join: larger goes first; left out, the hotline's"""
    goto: Slug | None = None
    """转到另一菜单,menus/ 下的文件名 / another file of menus/, without its ending"""
    language: Slug | None = None
    """语种或方言,即 city.toml 中带 spoken 的技能:由此起播放该语种的提示音,来电要求此技能 / a skill with `spoken`"""

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if (self.join is None) == (self.goto is None):
            raise PydanticCustomError("one_way", "write either join or goto", {"zh": "join 与 goto 必须且只能写一个"})
        if self.goto is not None and (self.skills or self.priority is not None):
            raise PydanticCustomError(
                "one_way", "skills and priority belong to join", {"zh": "skills、priority 只能与 join 同写"}
            )
        return self


def _joins(step: Step) -> Step:
    if step.goto is not None:
        raise PydanticCustomError(
            "otherwise_is_a_person",
            "whoever stays silent or errs reaches a person: write join",
            {"zh": "不按键、按错键须转人工,写 join"},
        )
    return step


PersonStep = Annotated[Step, AfterValidator(_joins)]
"""A Step into a queue."""

Choices = Annotated[Mapping[Key, Step], AfterValidator(MappingProxyType)]


class Node(Written):
    """What every kind of node has."""

    prompt: Slug
    """播放的提示音 / what the caller hears or is asked"""
    attempts: Annotated[int, Field(ge=1, le=3)] = 2
    """按错键、输错时最多问几次 / how often it asks when wrong keys are pressed"""
    wait_s: Annotated[float, Field(ge=1, le=10)] = 3.0
    """多少秒不按键即视为不按 / seconds without a key that count as silence"""


class Menu(Node):
    """按键菜单. Key 0, silence, and `attempts` wrong keys all reach a person in the hotline's own queue."""

    kind: Literal["choices"] = "choices"
    """按键菜单,可不写 / a menu; it need not be written"""
    choices: Annotated[Choices, Field(min_length=1)]
    """按键 1 至 9 与 * 的去向 / where the keys 1 to 9 and * lead"""
    otherwise: PersonStep | None = None
    """不按键、按错键时进入的队列,缺省同热线 / the queue after silence and wrong keys, if not the hotline's"""
