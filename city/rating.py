"""好差评: who is asked to rate the service after a call, how, and what a bad rating brings. The file `ratings.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.hotline import Number
from city.written import Written


class RatingsFile(Written):
    """好差评 ratings.toml: may be absent; then nobody is asked."""

    ask: bool = True
    """话务员挂机后邀请来电人评价 / callers are asked once the agent has hung up"""
    wait_s: Annotated[float, Field(ge=2, le=15)] = 5.0
    """问完后等候按键多少秒 / seconds to press a key after the question"""
    attempts: Annotated[int, Field(ge=1, le=3)] = 2
    """按错键时最多问几次 / how often it asks when wrong keys are pressed; silence is not asked twice"""
    never: tuple[Number, ...] = ()
    """不邀请评价的热线 / hotlines whose callers are not asked"""
    sensitive: tuple[Number, ...] = ()
    """危机、保密热线中仍邀请评价的;缺省一概不邀请 / crisis or confidential ones that ask all the same"""
    bad: Annotated[int, Field(ge=0, le=4)] = 2
    """几分及以下为差评,须回访;0 为不回访 / so low, a rating is bad and followed up; 0: none is"""
    follow_up_days: Annotated[int, Field(ge=1, le=30)] = 3
    """几个工作日内回访 / in how many working days it is to be followed up"""


NOBODY_IS_ASKED = RatingsFile(ask=False)
"""Of a city that has no such file."""
