"""菜单节点: every kind of node besides the menu itself (city.menu), and one file as any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, RootModel, Tag, model_validator
from pydantic_core import PydanticCustomError

from city.menu import Menu, Node, PersonStep, Step
from city.positions import KeyPath
from city.written import Slug

LEAST_DIGITS: Final = 2
"""Of an input: one digit alone would be a choice, and a lone 0 asks for a person."""
MOST_DIGITS: Final = 20
END: Final = "#"


class SayNode(Node):
    """告知: says something, and goes on. A key other than 0 ends it early."""

    kind: Literal["say"]
    """告知 / information"""
    otherwise: Step | None = None
    """播完之后,缺省转人工 / where it leads then, if not to a person"""


class MessageNode(Node):
    """留言: the caller leaves a voice message, hears it, and keeps it (1), speaks again (2), or takes a person (0)."""

    kind: Literal["message"]
    """语音留言 / a voice message"""
    most_s: Annotated[int, Field(ge=10, le=180)] = 120
    """一段留言最长几秒 / how long a message may be, seconds"""
    otherwise: PersonStep | None = None
    """未留言时进入的队列,缺省同热线 / the queue of who says nothing, if not the hotline's"""


class CallBackNode(Node):
    """回拨登记: we call back, on this number (1) or another one keyed in (2)."""

    kind: Literal["call_back"]
    """登记回拨 / a call-back"""
    other_number: bool = True
    """可否登记其他号码 / whether another number may be keyed in"""
    otherwise: PersonStep | None = None
    """回拨属于、未登记时进入的队列,缺省同热线 / whose call-back it is, and the queue of who wants none"""


class ProgressNode(Node):
    """进度查询: the number of a ticket is keyed in, and its state is told to whom it concerns."""

    kind: Literal["progress"]
    """工单进度 / how a ticket stands"""
    classes: Annotated[Mapping[str, Slug], AfterValidator(MappingProxyType)] = Field(default_factory=dict)
    """大类 = 播报的提示音;未列的不播 / what names a branch of the categories; of those not listed none is said"""
    otherwise: PersonStep | None = None
    """播完或查不到时进入的队列,缺省同热线 / the queue afterwards, if not the hotline's"""


Pattern = Annotated[str, Field(pattern=r"^([0-9XZN]|\[[0-9]-[0-9]\]){2,20}$")]
"""X is 0 to 9, Z is 1 to 9, N is 2 to 9, [2-5] is 2 to 5."""


class DigitsNode(Node):
    """按键输入: a number is keyed in, read back and confirmed; whoever answers the call sees it."""

    kind: Literal["digits"]
    """输入号码 / a number is keyed in"""
    name: Slug
    """输入的是什么,坐席可见 / what it is, for the agent to see"""
    least: Annotated[int, Field(ge=LEAST_DIGITS, le=MOST_DIGITS)]
    """至少几位 / how many digits at least"""
    most: Annotated[int, Field(ge=LEAST_DIGITS, le=MOST_DIGITS)]
    """至多几位 / how many at most"""
    pattern: Pattern | None = None
    """式样:X 为 0–9,Z 为 1–9,N 为 2–9,[2-5] 为 2–5 / what it looks like"""
    confirm: bool = True
    """是否读回并请确认 / whether it is read back and confirmed"""
    then: Step
    """输入之后 / where it leads then"""
    otherwise: PersonStep | None = None
    """未输入、输错时进入的队列,缺省同热线 / the queue after silence and mistakes, if not the hotline's"""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.most < self.least:
            raise PydanticCustomError("most_below_least", "most is less than least", {"zh": "most 小于 least"})
        if self.pattern is not None and not self.least <= digits_in(self.pattern) <= self.most:
            raise PydanticCustomError(
                "pattern_of_another_length",
                "the pattern has less digits than least, or more than most",
                {"zh": "pattern 的位数不在 least 与 most 之间"},
            )
        return self


def digits_in(pattern: str) -> int:
    """How many digits a pattern means."""
    return len(re.sub(r"\[[^\]]*\]", "X", pattern))


AnyNode = Menu | SayNode | MessageNode | CallBackNode | ProgressNode | DigitsNode
"""What one file of menus/ may be."""


def _kind_of(written: Any) -> str:
    return str(written.get("kind", "choices") if isinstance(written, dict) else written.kind)


class MenuFile(RootModel[AnyNode]):
    """菜单节点 menus/NAME.toml: a menu of choices unless `kind` says otherwise."""

    root: Annotated[
        Annotated[Menu, Tag("choices")]
        | Annotated[SayNode, Tag("say")]
        | Annotated[MessageNode, Tag("message")]
        | Annotated[CallBackNode, Tag("call_back")]
        | Annotated[ProgressNode, Tag("progress")]
        | Annotated[DigitsNode, Tag("digits")],
        Discriminator(
            _kind_of,
            custom_error_type="unknown_kind",
            custom_error_message="kind is choices, say, message, call_back, progress or digits",
            custom_error_context={
                "zh": "kind 只能是 choices、say、message、call_back、progress、digits 之一",
                "discriminator": "kind",
            },
        ),
    ]


def steps_of(node: AnyNode) -> Iterator[tuple[KeyPath, Step]]:
    """Every step that is written in a node, and where."""
    if isinstance(node, Menu):
        yield from ((("choices", key), step) for key, step in node.choices.items())
    if isinstance(node, DigitsNode):
        yield ("then",), node.then
    if node.otherwise is not None:
        yield ("otherwise",), node.otherwise


def keys_of(node: AnyNode) -> frozenset[str]:
    """The keys besides 0 that the node's own prompt may tell of; # ends what is said or keyed in."""
    match node:
        case Menu():
            return frozenset(node.choices)
        case CallBackNode():
            return frozenset("12" if node.other_number else "1")
        case SayNode():
            return frozenset()
    return frozenset({END})


def prompts_of(node: AnyNode) -> Iterator[tuple[KeyPath, str]]:
    """Every prompt that is written in a node, and where."""
    yield ("prompt",), node.prompt
    if isinstance(node, ProgressNode):
        yield from ((("classes", name), slug) for name, slug in node.classes.items())
