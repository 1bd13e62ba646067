"""The outcome table on real phones: a column at a time, its cells at once on one PBX, each with its own phones."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from acd.model import AgentState
from hotline.controller import running
from sandbox.carrier import Carrier
from sandbox.phones import Manner, Phone
from tests.journeys.api import api_of
from tests.journeys.conftest import house_of, quick_city, settings_of
from tests.journeys.outcomes import STRUCK, TABLE, Cell, Column, Row, page
from tests.journeys.scene import Scene
from tests.journeys.talks import key

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = Path(__file__).parents[2] / "docs/talk.md"
OUTSIDE = (Column.TO_OUTSIDE, Column.THREE_WAY)
BLIND = (Column.TO_AGENT, Column.TO_OUTSIDE)
MANNERS = {Row.BUSY: Manner.BUSY, Row.NO_ANSWER: Manner.RING, Row.REFUSED: Manner.REFUSE}
RINGS = (Row.CALLER_GONE, Row.AGENT_GONE)


def seats_and_numbers(folder):
    """A quick city with a desk and a target for each row, nobody is soon ready again."""
    quick_city(folder)
    (folder / "seats.toml").write_text(
        '[[seats]]\nextensions = "8001-8009"\nqueues = ["general"]\n'
        '[[seats]]\nextensions = "8101-8109"\nqueues = ["health", "crisis"]\n',
        encoding="utf-8",
    )
    queues = folder / "queues.toml"
    queues.write_text(queues.read_text(encoding="utf-8").replace("wrap_up_s = 1", "wrap_up_s = 300"), "utf-8")
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.writelines(f'\n[[outside]]\nnumber = "9700{n}"\nzh = "外"\nen = "Outside"\n' for n in range(1, 10))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carrier():
    """Everybody outside."""
    async with Carrier.start() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(carrier, tmp_path_factory):
    """A PBX for this table alone."""
    folder = tmp_path_factory.mktemp("table")
    async with house_of(seats_and_numbers(folder / "city"), folder / "state", carrier) as booted:
        yield booted


@dataclass(kw_only=True)
class Part:
    """Who plays one cell: a citizen and an agent who talk, and the one who is rung."""

    scene: Scene
    api: object
    carrier: Carrier
    column: Column
    row: Row
    desk: Phone
    citizen: Phone
    call: str = ""
    there: Phone | None = field(default=None)

    @property
    def n(self):
        """The row's number, of which all names are made."""
        return list(Row).index(self.row) + 1

    @property
    def agent(self):
        """Who talks with the caller."""
        return f"10{self.n}"

    @property
    def target(self):
        """Who is rung, if an agent."""
        return f"20{self.n}"

    @property
    def is_outside(self):
        """Whether the one who is rung is none of ours."""
        return self.column in OUTSIDE

    @property
    def number(self):
        """The number to ring."""
        return f"9700{self.n}" if self.is_outside else f"810{self.n}"

    async def place(self):
        """The one who is rung is there, in the row's manner."""
        manner = MANNERS.get(self.row, Manner.ANSWER)
        if self.column in BLIND and self.row in RINGS:
            manner = Manner.RING
        if self.column in BLIND and self.row is Row.CONTROLLER_GONE:
            manner = Manner.BUSY
        if self.is_outside and self.row is Row.UNREACHABLE:
            self.carrier.refuse(self.number, 503)
        elif self.is_outside:
            phone = self.carrier.phone(self.number, manner=manner)
            self.there = await self.scene.people.enter_async_context(phone)
        elif self.row is Row.UNREACHABLE:
            await self.scene.log_on(self.target, self.number, ready=False)
        else:
            ready = self.column in (Column.TO_AGENT, Column.ATTENDED)
            self.there = await self.scene.agent(self.target, self.number, manner, ready=ready)

    async def ask(self, deed, **wish):
        """By the API."""
        await self.api.send("POST", f"/api/calls/{self.call}/{deed}", **wish)

    async def refused(self, deed, **wish):
        """By the API, which says no: status and rule."""
        return await self.api.refusal("POST", f"/api/calls/{self.call}/{deed}", **wish)

    async def hand(self, deed):
        """By the API; to a phone that is not there by keys, for the API would refuse it."""
        if self.is_outside:
            await self.ask(deed, number=self.number)
        elif self.row is Row.UNREACHABLE:
            await key(self.desk, {"transfer": "*85", "consult": "*86"}[deed], self.number)
        else:
            await self.ask(deed, agent=self.target)

    async def supervise(self):
        """The supervisor's phone is rung."""
        await self.ask("supervise", seat=self.number, manner="listen")


async def cast(scene, api, carrier, column, rows):
    """The parts of a column, each in a conversation."""
    parts = {}
    for row in rows:
        n = list(Row).index(row) + 1
        desk = await scene.agent(f"10{n}", f"800{n}", Manner.ANSWER)
        citizen = await scene.citizen(f"1380000000{n}")
        part = Part(scene=scene, api=api, carrier=carrier, column=column, row=row, desk=desk, citizen=citizen)
        part.call = await scene.wait_in(citizen)
        assert (await scene.becomes(part.agent, AgentState.TALKING)).call == part.call
        await asyncio.gather(citizen.call.hearing(), desk.calls[-1].hearing())
        parts[row] = part
    await asyncio.gather(*(part.place() for part in parts.values()))
    return parts


async def walk(cell: Cell, part: Part):
    """One cell; whatever fails says which."""
    try:
        await cell.walk(part)
    except (Exception, asyncio.CancelledError) as error:
        error.add_note(f"in the cell {part.column} / {part.row}")
        raise


@pytest.mark.parametrize("column", list(Column), ids=lambda column: column.name.lower())
async def test_every_cell_of_the_outcome_table_is_so(house, carrier, program, tmp_path, column):
    """With the controller, and for the last row after it is gone; nobody is left on the line, no agent stuck."""
    cells = {row: cell for row, cell in TABLE[column].items() if cell.walk and row not in STRUCK}
    settings = settings_of(house, tmp_path)
    async with AsyncExitStack() as stack:
        async with running(settings) as controller:
            async with asyncio.timeout(10):
                await controller.connected()
            scene = Scene(house, controller, program, settings)
            await stack.enter_async_context(scene.people)
            async with api_of(scene) as api:
                parts = await cast(scene, api, carrier, column, cells)
                alone = parts.pop(Row.CONTROLLER_GONE)
                if column is Column.SUPERVISOR:
                    await alone.supervise()
                async with asyncio.TaskGroup() as group:
                    for row, part in parts.items():
                        group.create_task(walk(cells[row], part))
            distributor = controller.distributor
            await scene.until(lambda: distributor.talking.keys() <= {alone.call} and not distributor.offers)
            assert not distributor.kept
            assert not distributor.asked
        await walk(cells[Row.CONTROLLER_GONE], alone)
        await alone.citizen.hang_up() if not alone.citizen.calls[-1].end else None
        await scene.nobody_on_the_line(within_s=20)  # a supervisor's phone rings its 15 s


async def test_the_page_shows_this_table():
    """Word for word; `python -m tests.journeys.outcomes` prints it."""
    assert page() in PAGE.read_text(encoding="utf-8")
