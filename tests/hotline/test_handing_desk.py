"""Whom a keyed number means: the desk answers the dialplan, or says nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from acd.engine import Engine
from city.load import load_city
from hotline.handing_desk import HandingDesk
from telephony.message import AmiReply
from telephony.talk import Talk
from tests.acd.running import Floor, Notebook
from tests.acd.scene import Scene

CITY = load_city(Path(__file__).parents[2] / "cities" / "sample")


class Exchange:
    """An Asterisk nobody asks anything of."""

    async def action(self, name: str, /, **fields: str) -> AmiReply:
        """Never."""
        raise AssertionError(name, fields)


class Leg:
    """The agent's leg, asking; `told` are the variables it was given."""

    def __init__(self, *arguments: str) -> None:
        self.arguments, self.told = arguments, dict[str, str]()

    async def set_variable(self, name: str, value: str) -> None:
        """Set."""
        self.told[name] = value


@pytest.mark.parametrize(
    ("keyed", "seat"),
    [
        ("102", "8102"),  # an agent
        ("12320", "8102"),  # whoever is free at a hotline
        ("103", None),  # on break
        ("101", None),  # oneself
        ("999", None),  # nobody
        ("", None),
    ],
)
async def test_a_keyed_number_is_an_agents_or_a_hotlines_free_one(keyed: str, seat: str | None) -> None:
    """Only somebody who may be rung; otherwise it is nobody, and the dialplan says so to the agent."""
    scene = Scene()
    for agent in ("101", "102", "103"):
        scene.staff(agent, "general health")
    scene.rest("103")
    engine = Engine(scene.core, Floor(), Notebook(), lambda: datetime.now(UTC))
    leg = Leg(keyed, "8101")
    await HandingDesk(engine, scene.core, Talk(Exchange()), lambda: CITY).find(leg)  # type: ignore[arg-type]

    assert leg.told == ({"TO": seat, "TO_KIND": "seat"} if seat else {"TO_KIND": ""})


OPEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten o'clock on a Monday, in China
CLOSED = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keyed", "wish", "now", "told"),
    [
        ("12366", "give", OPEN, {"TO": "85562366", "TO_KIND": "outside"}),  # a branch has its callers
        ("12366", "ask", OPEN, {"TO": "85562366", "TO_KIND": "outside"}),
        ("12366", "give", CLOSED, {"TO_KIND": ""}),
        ("12333", "ask", OPEN, {"TO": "85572333", "TO_KIND": "outside"}),  # its experts
        ("12333", "give", OPEN, {"TO": "12333", "TO_KIND": "hotline"}),
        ("12322", "give", CLOSED, {"TO": "85502322", "TO_KIND": "outside"}),  # who answers it at night
        ("12351", "give", CLOSED, {"TO_KIND": ""}),  # nobody is there
        ("12315", "give", CLOSED, {"TO": "12315", "TO_KIND": "hotline"}),  # never closed
    ],
)
async def test_a_hotline_is_given_callers_only_where_somebody_serves_them(
    keyed: str, wish: str, now: datetime, told: dict[str, str]
) -> None:
    """Its own queue while it is open; else whoever answers for it outside, or nobody."""
    scene = Scene()
    engine = Engine(scene.core, Floor(), Notebook(), lambda: now)
    leg = Leg(keyed, "8101", wish)
    await HandingDesk(engine, scene.core, Talk(Exchange()), lambda: CITY).find(leg)  # type: ignore[arg-type]

    assert leg.told == told
