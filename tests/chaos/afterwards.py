"""The four promises, checked from outside after every fault: nothing lost, nothing doubled, nobody stuck.

The controller's own word counts for nothing here. What the ACD believes is recovered from its database, as its
successor would; what is true is what Asterisk's channels say and what the phones have seen.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from acd.agents import ON_A_CALL
from acd.distributor import Distributor
from acd.journal import Journal
from acd.ledger import DECIDING, Ledger
from acd.memory import Memory
from acd.model import AgentState, BreakReason
from acd.outcome import Outcome
from telephony.errors import TelephonyError
from telephony.resync import difference
from telephony.snapshot import take_snapshot
from tests.chaos.fault import Fault
from tests.chaos.people import COUNTS_FROM_S, Citizen, Talk, shown
from tests.chaos.town import Town, now_s

LOOK_AGAIN_S = 0.1
LOOK_FOR_STUCK_EVERY_S = 0.5
AGREES_WITHIN_S = 10.0
STUCK_S = 10.0
QUIET_WITHIN_S = 20.0
DRAFTED_WITHIN_S = 60.0
WRAP_UP_AND_BREAKS_S = 45.0
"""How long until all are ready again: wrap-up, and the breaks of those whose phones were busy or unreachable."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment of the monotonic clock to another."""

    since_s: float
    until_s: float

    def holds(self, since_s: float, until_s: float) -> bool:
        """Whether that lies within it."""
        return self.since_s <= since_s and until_s <= self.until_s

    def shares(self, since_s: float, until_s: float) -> float:
        """How many seconds they overlap."""
        return max(0.0, min(until_s, self.until_s) - max(since_s, self.since_s))


class Account:
    """What is known from outside of all that happened to a town: the faults' excuses, and who was seen stuck."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.stuck: list[str] = []
        self._deaf: list[Period] = []
        self._mute: list[Period] = []
        self._full: list[Period] = []
        self._doubtful: dict[str, float] = {}

    def forget_doubts(self) -> None:
        """A fault was healed just now; what it hid is seen from now on."""
        self._doubtful.clear()

    def note(self, fault: Fault, struck_s: float, healed_s: float, agreed_s: float) -> None:
        """A fault is over, and the ACD agrees with the telephones again: what it excuses."""
        if fault.deafens:
            self._deaf.append(Period(struck_s, agreed_s))
        if fault.mutes:
            self._mute.append(Period(struck_s - fault.forgets_s, healed_s))
        if fault.silences:
            self._full.append(Period(struck_s, healed_s))

    def may_be_unknown(self, citizen: Citizen) -> bool:
        """Whether the call came and went while nobody could hear of it."""
        began_s, end = citizen.dialled_s, citizen.call.end if citizen.call else None
        if began_s is None or end is None:
            return True
        return any(period.holds(began_s, end.monotonic_s) for period in self._deaf)

    def owes(self, talk: Talk) -> bool:
        """Whether there must be a recording and a draft: long enough, and at no time without room on the disk."""
        full_s = sum(period.shares(talk.began_s, talk.ended_s) for period in self._full)
        mute_s = sum(period.shares(talk.began_s, talk.ended_s) for period in self._mute)
        return talk.ended_s - talk.began_s - mute_s >= COUNTS_FROM_S and not full_s

    @property
    def talks(self) -> list[Talk]:
        """Every conversation that the agents' phones have had."""
        return [talk for worker in self.town.agents for talk in worker.talks]

    async def watch(self) -> None:
        """Look until cancelled whether an agent is believed to be on a call whose phone has none."""
        while True:
            await asyncio.sleep(LOOK_FOR_STUCK_EVERY_S)
            with suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(2):
                    states = await states_of(self.town)
                self._judge(states)

    def _judge(self, states: dict[str, str]) -> None:
        for worker in self.town.agents:
            if states.get(worker.agent) not in ON_A_CALL or worker.is_on_the_phone:
                self._doubtful.pop(worker.agent, None)
            elif now_s() - self._doubtful.setdefault(worker.agent, now_s()) > STUCK_S:
                self.stuck.append(f"{worker.agent} {states[worker.agent]}")


async def states_of(town: Town) -> dict[str, str]:
    """What each agent does, as the API says."""
    return {agent["agent"]: agent["state"] for agent in (await town.api.get("/api/agents"))["agents"]}


async def believed(town: Town) -> Distributor:
    """What the ACD believes, as a successor would remember it; nothing is written."""
    distributor = Distributor()
    await Memory(town.database, Journal(town.database), distributor, lambda: datetime.now(UTC)).recover()
    return distributor


async def agree(town: Town) -> None:
    """The ACD's state equals the telephones."""
    found: object = "Asterisk did not answer"
    try:
        async with asyncio.timeout(AGREES_WITHIN_S):
            while found:
                await asyncio.sleep(LOOK_AGAIN_S)
                with suppress(TelephonyError, SQLAlchemyError):
                    telephones = await take_snapshot(town.eyes)
                    found = difference(telephones, await believed(town), datetime.now(UTC))
    except TimeoutError:
        raise AssertionError(f"the ACD and the telephones differ: {found}") from None


async def comes_to_rest(town: Town) -> None:
    """Nobody is on the line; everybody is ready again."""
    await _until(town, _no_channels, QUIET_WITHIN_S, "channels are left")
    await agree(town)
    await _until(town, _all_ready, WRAP_UP_AND_BREAKS_S, "not all agents are ready")


async def _no_channels(town: Town) -> object:
    return (await take_snapshot(town.eyes)).calls


async def _all_ready(town: Town) -> object:
    """Who is not. Whoever missed a call (Asterisk froze, the machine was busy) says ready: nobody does it for them."""
    agents = (await town.api.get("/api/agents"))["agents"]
    for missed in (agent["agent"] for agent in agents if agent["reason"] == BreakReason.MISSED):
        await town.api.post(f"/api/agents/{missed}/move", {"move": "ready"})
    ready = {agent["agent"] for agent in agents if agent["state"] == AgentState.READY}
    seen = {agent["agent"]: (agent["state"], agent["reason"]) for agent in agents}
    return {worker.agent: seen.get(worker.agent) for worker in town.agents if worker.agent not in ready}


async def _until(town: Town, what, within_s: float, complaint: str) -> None:
    """Wait until nothing is left of it."""
    left: object = "nobody could be asked"
    try:
        async with asyncio.timeout(within_s):
            while left:
                await asyncio.sleep(LOOK_AGAIN_S)
                with suppress(TelephonyError, aiohttp.ClientError, SQLAlchemyError):
                    left = await what(town)
    except TimeoutError:
        raise AssertionError(f"{complaint}: {left}") from None


async def balances(account: Account) -> None:
    """Every call that the phones made is offered once and has one outcome: answered, if an agent's phone had it."""
    since = datetime.now(UTC) - timedelta(days=30)
    seen = await account.town.api.get(f"/api/ledger?{urlencode({'since': since.isoformat()})}")
    total, outcomes = seen["total"], seen["total"]["outcomes"]
    assert seen["reconciles"], seen
    assert not seen["in_progress"], seen
    known = await _outcomes(account.town)
    assert total["offered"] == sum(outcomes.values()) == sum(map(len, known.values())), (seen, known)
    talked = {talk.caller for talk in account.talks}
    owed = {talk.caller for talk in account.talks if account.owes(talk)}
    wrong = {}
    for citizen in account.town.citizens:
        caller, became = shown(citizen.plan.number), known.get(shown(citizen.plan.number), [])
        if not _is_right(became, account.may_be_unknown(citizen), caller in talked, caller in owed):
            wrong[caller] = became, "talked" if caller in talked else "did not talk"
    assert not wrong, f"calls whose outcome is wrong: {wrong}"


def _is_right(became: list[Outcome | None], may_be_unknown: bool, has_talked: bool, is_sure: bool) -> bool:
    if not became:
        return may_be_unknown and not is_sure
    [outcome, *more] = became
    if more or outcome is None:
        return False
    if has_talked:
        return outcome is Outcome.ANSWERED or not is_sure
    return outcome is not Outcome.ANSWERED


async def _outcomes(town: Town) -> dict[str, list[Outcome | None]]:
    """What became of each caller's calls, reckoned up from the journal beside the controller."""
    ledger, calls = Ledger(), set()
    async for fact in Journal(town.database).events_of(DECIDING):
        ledger.note(fact)
        calls.add(getattr(fact, "call", None))
    callers = {row.call_id: shown(row.ani) for row in await town.rows("select call_id, ani from calls") if row.ani}
    found: dict[str, list[Outcome | None]] = {}
    for call in calls - {None}:
        with suppress(KeyError):
            found.setdefault(callers.get(call, call), []).append(ledger.outcome(call))
    return found


async def everything_is_drafted(account: Account) -> None:
    """Each conversation has one recording with sound, and one draft; none is left in the spool."""
    town = account.town
    await _until(town, lambda _: _undrafted(account), DRAFTED_WITHIN_S, "conversations without a draft")
    await _until(town, _spooled, DRAFTED_WITHIN_S, "the spool is not empty")
    talks = Counter(talk.caller for talk in account.talks)
    held = await _per_caller(town, f"{_RECORDED} where r.state = 'kept'")
    doubled = {caller: count for caller, count in held.items() if count > talks[caller]}
    assert not doubled, f"more recordings than conversations: {doubled}"
    [orphans] = await town.rows("select count(*) as n from recordings where call_id like 'adopted-%'")
    assert not orphans.n, "recordings that belong to nobody"


async def _undrafted(account: Account) -> object:
    drafted = await _per_caller(
        account.town, f"{_RECORDED} join tickets t on t.recording = r.id where r.state = 'kept'"
    )
    return Counter(talk.caller for talk in account.talks if account.owes(talk)) - drafted


async def _spooled(town: Town) -> object:
    return sorted(path.name for path in town.spool.iterdir())


async def _per_caller(town: Town, query: str) -> Counter[str]:
    return Counter(shown(row.ani) for row in await town.rows(query) if row.ani)


_RECORDED = "select c.ani, r.id from recordings r join calls c on c.call_id = r.call_id"


async def promises_are_kept(account: Account) -> None:
    """All four, when everybody has hung up."""
    await comes_to_rest(account.town)
    await everything_is_drafted(account)
    await balances(account)
    assert not account.stuck, account.stuck
