"""快速流程: how one kind of case is taken, as data: what to ask, for whom, how fast. One file of `flows/` each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from city.categories import CategoryName, Phrase
from city.written import Named, Title, Written

DraftField = Literal["contact", "kind", "place", "occurred", "asked_for"]
"""A field of the draft that may answer a question."""


class Question(Written):
    """一个要问的问题."""

    zh: Title
    """话务员照此询问 / as the agent asks it"""
    en: Title
    """英文 / in English"""
    field: DraftField | None = None
    """答案写入的草稿字段 / the field of the draft that is the answer"""
    answered_by: tuple[Phrase, ...] = ()
    """来电人说了其中之一即已回答 / phrases of the caller that answer it"""
    mandatory: bool = True
    """必答 / whether a ticket needs the answer"""


class Flow(Named):
    """快速流程. Its version is a digest of what it says, so no change goes without one."""

    category: CategoryName
    """所属分类 / the branch of categories.toml it is for; holds below it, too"""
    triggers: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    """触发词;`…` 处可有几个字 / phrases that begin it; `…` stands for a few characters"""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    """要问的问题,按序 / what to ask, in this order"""
    urgency: Title | None = None
    """紧急类别;不写为普通 / its urgency class; left out: none"""
    department: Title
    """承办单位 / who handles it"""
    deadline_days: Annotated[int, Field(ge=1, le=60)]
    """几个工作日办结 / in how many working days it is to be settled"""
    transfer: Annotated[str, Field(pattern=r"^[0-9]{3,15}$")] | None = None
    """可一键转接:本市热线或所列外部号码 / a hotline, or a number outside that city.toml lists"""
    examples: Annotated[tuple[Annotated[str, Field(min_length=2, max_length=200)], ...], Field(min_length=1)]
    """市民的原话,即其测试 / what citizens say: its tests"""
