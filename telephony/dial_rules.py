"""What an agent wishes of the gate, and the rules by which a citizen's number is not dialled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from acd.errors import NumberRefused
from acd.model import AgentId, CallId
from city.city import City
from city.dialling import dialled_as

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "not_a_number": ("号码无效", "this is no telephone number"),
    "emergency_number": ("紧急号码不外呼", "emergency numbers are not dialled from here"),
    "premium_number": ("收费声讯号码不外呼", "premium-rate numbers are not dialled"),
    "unlisted_number": ("该号码不在可拨范围", "no pattern of the city lists this number"),
    "number_too_often": ("对该号码的外呼次数已达上限", "this number has been dialled as often as it may be"),
    "number_in_progress": ("正在呼叫该号码", "this number is being dialled already"),
    "no_carrier": ("未配置外呼中继", "there is no carrier for calls to numbers outside"),
}
"""Why a number is not dialled: the rule's name, and its words."""

CRISIS_LANE: Final = "crisis_lane"
"""危机热线: whether somebody who rang it is called back is a person's decision; a person may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom an agent wants to talk with. `who` asks, and `why`; `owed`: the call for which a call-back is owed."""

    agent: AgentId
    number: str = field(repr=False)
    who: str
    why: str
    hotline: str = ""  # in whose matter; the city's first one unless said
    owed: CallId | None = None
    about: tuple[str, ...] = ()  # prompts that tell the agent what it is about, before the citizen is dialled


def refuse_if(rule: str | None) -> None:
    """Raise NumberRefused if there is a rule against it."""
    if rule is not None:
        zh, en = RULES[rule]
        raise NumberRefused(rule, en, zh)


def rule_against(number: str, city: City) -> str | None:
    """The rule against a number (as city.dialling.dialled_as writes it), or None."""
    if not number:
        return "not_a_number"
    return city.dialling.rule_against(number, city.about.area_code, city.about.country_code)


def rule_for_call_back(number: str, hotline: str | None, city: City) -> str | None:
    """Why a debt must not be dialled without a person's decision, or None: who rang a crisis lane may not be alone."""
    lane = city.hotlines.get(hotline or "")
    if lane is not None and lane.crisis:
        return CRISIS_LANE
    return rule_against(dialled_as(number, city.about.country_code), city)


def masked(number: str) -> str:
    """What the agent's phone shows; the dialplan masks callers the same way."""
    return f"{number[:3]}****{number[-4:]}" if len(number) > 7 else "****"
