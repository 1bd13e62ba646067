"""Pages that everybody looks at: worked out once, never older than they may be, and at once what one has changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from acd.events import CallArrived
from acd.model import CallId
from api.asked import Answer
from api.glance import PURSE_S, SHARE, STALEST_S, Glance, Moment, Purse
from api.people import Role
from tests.api.face import NOW, Face
from tests.api.test_agents import at_work

__all__ = ["at_work"]


class Number(Answer):
    """How often the page was worked out when this was said."""

    times: int


@dataclass
class House:
    """Where pages are worked out, at `cost_s` each, by clocks that the test turns."""

    cost_s: float = 0.0
    at: Moment = field(default_factory=lambda: Moment(1, 0))
    now_s: float = 100.0
    spent_s: float = 0.0
    times: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.purse = Purse(lambda: self.now_s)
        self.glance = self.another()

    def another(self) -> Glance:
        """One more page of the same house."""
        return Glance(lambda: self.at, self.purse, monotonic=lambda: self.now_s, spent=lambda: self.spent_s)

    async def work(self) -> Number:
        """One more."""
        self.times += 1
        self.spent_s += self.cost_s
        self.begun.set()
        await asyncio.sleep(0)
        return Number(times=self.times)

    async def look(self) -> int:
        """How often it had been worked out when what is shown was."""
        return Number.model_validate_json((await self.glance.look(self.work)).body).times

    def decides(self) -> None:
        """The engine's next turn."""
        self.at = self.at._replace(turns=self.at.turns + 1)


async def test_a_page_is_worked_out_once_for_all_who_look() -> None:
    """A hundred at one moment, and who comes later while nothing was decided."""
    house = House()

    seen = await asyncio.gather(*(house.look() for _ in range(100)))

    assert (set(seen), await house.look(), house.times) == ({1}, 1, 1)


async def test_every_decision_is_seen_at_once_while_looking_is_cheap() -> None:
    """A page that costs little is worked out anew after every turn of the engine, however fast they come."""
    house = House(cost_s=SHARE * 0.005)

    for turn in range(1, 200):
        assert await house.look() == turn
        house.decides()
        house.now_s += 0.005


async def test_a_dear_page_costs_no_more_than_its_share_and_is_never_older_than_its_bound() -> None:
    """20 ms each, decisions all the time, a look every 5 ms: what is shown is at most half a second old."""
    house = House(cost_s=0.02)
    worked_out_at: dict[object, float] = {}

    for _ in range(4000):
        shown = await house.look()
        worked_out_at.setdefault(shown, house.now_s)
        assert house.now_s - worked_out_at[shown] <= STALEST_S
        house.decides()
        house.now_s += 0.005

    assert house.times > 10
    assert house.spent_s <= PURSE_S + SHARE * 20 + house.cost_s


async def test_all_pages_of_a_house_are_paid_from_one_purse() -> None:
    """Four pages cost no more than one dear one: the loop that rings phones is the same for all."""
    house = House(cost_s=0.004)
    pages = [house.another() for _ in range(4)]

    for _ in range(4000):
        for page in pages:
            await page.look(house.work)
        house.decides()
        house.now_s += 0.005

    assert house.spent_s <= PURSE_S + SHARE * 20 + len(pages) * house.cost_s


async def test_a_page_dearer_than_its_share_is_still_shown_in_time() -> None:
    """Half a second of work each: the bound counts more than the share."""
    house = House(cost_s=0.5)
    await house.look()
    house.decides()

    house.now_s += STALEST_S - 0.01
    before = await house.look()
    house.now_s += 0.01

    assert (before, await house.look()) == (1, 2)


async def test_who_changed_something_is_not_shown_what_was_before() -> None:
    """However dear the page is, and also if it was being worked out at that very moment."""
    house = House(cost_s=10.0)
    first = asyncio.ensure_future(house.look())
    await house.begun.wait()

    house.at = Moment(house.at.turns + 1, 1)

    assert (await house.look(), await first) == (2, 1)


async def test_a_page_that_cannot_be_worked_out_is_tried_again_by_the_next() -> None:
    """Who asked for it is told; what was shown before is not spoilt."""
    house = House()

    async def fail() -> Number:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await house.glance.look(fail)

    assert await house.look() == 1


async def test_a_leader_who_moved_somebody_sees_it_in_the_next_answer(at_work: Face) -> None:
    """Twenty times in a row, by another connection, too."""
    for number in range(20):
        move, state = (("break", "on_break"), ("ready", "ready"))[number % 2]
        assert (await at_work.call("POST /api/agents/101/move", {"move": move}))[0] == 200

        answers = [await at_work.call("GET /api/agents", role=role) for role in Role]

        assert [seen["agents"][0]["state"] for _, seen in answers] == [state] * len(Role)


async def test_what_a_client_has_already_is_not_sent_again(at_work: Face) -> None:
    """304 and no body for the tag of what is shown; the whole page once it is another."""
    headers = {"Authorization": f"Bearer {at_work.tokens[Role.OPERATOR]}"}
    async with at_work.http.get(at_work.url + "/api/agents", headers=headers) as whole:
        known = {**headers, "If-None-Match": whole.headers["ETag"]}
    async with at_work.http.get(at_work.url + "/api/agents", headers=known) as same:
        nothing = await same.read()
    await at_work.call("POST /api/agents/101/move", {"move": "ready"})
    async with at_work.http.get(at_work.url + "/api/agents", headers=known) as other:
        seen = await other.json()

    assert (same.status, nothing, same.headers["ETag"]) == (304, b"", whole.headers["ETag"])
    assert (other.status, seen["agents"][0]["state"]) == (200, "ready")


async def test_a_shared_page_shows_nobody_a_number(face: Face) -> None:
    """Whoever looks first: every role gets the same masked page, and who has no token none."""
    call = CallId("lx-1.1")
    face.callers.numbers = {call: "138****0000"}
    face.services.board.note(CallArrived(at=NOW, call=call, hotline="12345"))

    answers = [await face.call("GET /api/calls", role=role) for role in reversed(Role)]

    assert [seen["calls"][0]["caller"] for _, seen in answers] == ["138****0000"] * len(Role)
    assert (await face.call("GET /api/calls", role=None))[0] == 401
