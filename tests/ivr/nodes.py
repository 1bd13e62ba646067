"""One node of each kind, and a caller who begins at one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ivr.caller import State, TicketTold
from ivr.menu import CallBack, Digits, End, Goto, Join, Journey, Menu, Message, Node, Progress
from ivr.walk import walk
from tests.ivr.scene import Phone

PERSON, ELSEWHERE = Join("health"), Join("general")
TICKET = "20261123000017"
TOLD = TicketTold(state=State.IN_HAND, day=date(2026, 11, 28), branch=("公用事业", "供水", "停水"))

SAY = Menu("say-hours", {}, Goto("menu"), 1, 0.0)
MENU = Menu("menu-12320", {"1": ELSEWHERE}, PERSON, 2, 3.0)
MESSAGE = Message(prompt="invite", otherwise=ELSEWHERE, attempts=2, wait_s=3.0, most_s=60.0)
CALL_BACK = CallBack(prompt="offer", otherwise=ELSEWHERE, attempts=2, wait_s=3.0, other_number=True)
PROGRESS = Progress(
    prompt="ask-ticket", otherwise=ELSEWHERE, attempts=2, wait_s=3.0, classes={"公用事业": "class-utilities"}
)
METER = Digits(
    prompt="ask-meter",
    name="meter",
    least=4,
    most=6,
    pattern="[1-9][0-9]*",
    confirm=True,
    then=ELSEWHERE,
    otherwise=PERSON,
    attempts=2,
    wait_s=3.0,
)
NODES: dict[str, Node] = {
    "say": SAY,
    "menu": MENU,
    "message": MESSAGE,
    "call-back": CALL_BACK,
    "progress": PROGRESS,
    "meter": METER,
}


def journey(start: str, **nodes: Node) -> Journey:
    """Begins with this node."""
    return Journey(greeting=("hello",), person=PERSON, start=start, menus=NODES | nodes)


async def met(start: str, presses: list[str | None], **scene: Any) -> tuple[Phone, End, list[str]]:
    """Who presses these: the phone, where they got to, and by which edges."""
    phone = Phone(presses, **scene)
    end = await walk(journey(start), phone)
    return phone, end, [edge.by for edge in phone.passed_by[1:]]
