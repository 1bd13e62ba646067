"""外呼与回拨: call a citizen, one's own phone first; who is owed a call-back and sees to it. Numbers are masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, TypeVar

from pydantic import Field

from acd.call_back_plan import Place, Standing
from acd.call_facts import Debt
from acd.callbacks import CallBackState
from acd.dial_facts import DialOutcome
from acd.dialling import DialStep
from acd.model import AgentId, CallId
from api.asked import Answer, Asked, Done, Nothing, Wish
from api.auth import NotAllowed
from api.people import Role
from telephony import dial_book, dial_rules
from tickets import call_backs
from tickets.ticket import masked

LATEST: Final = 200

W = TypeVar("W", bound=Wish)
Agent = Annotated[str, Field(pattern=r"^[0-9]{3,8}$")]


class ByAgent(Wish):
    """Which agent: oneself; a leader may name another one."""

    agent: Agent


class DialCitizen(ByAgent):
    """Whom to call, in which hotline's matter (the city's first one unless said), and why."""

    number: Annotated[str, Field(min_length=3, max_length=24)]
    hotline: Annotated[str, Field(pattern=r"^([0-9]{3,12})?$")] = ""
    why: Annotated[str, Field(min_length=1, max_length=200)]


class OweCallBack(Wish):
    """The call whose citizen asked to be called back."""

    call: Annotated[str, Field(min_length=1, max_length=120)]


class DebtsWanted(Wish):
    """`settled`: those that are settled, too."""

    settled: bool = False


class DialOutBegun(Answer):
    """The call that was begun: its own id."""

    call: CallId


class DebtSeen(Answer):
    """Who is owed a call-back, for which call. `attempts`: how often it was dialled; `rule`: why it is left to people.

    `standing`: why it is in the line now, or is not; `opens_at`, `lapses_at`: its time there. Null where no rule dials.
    """

    call: CallId
    number: str
    hotline: str | None
    why: Debt
    state: CallBackState
    owed_at: datetime
    taken_by: str | None
    attempts: int
    tried_at: datetime | None
    rule: str | None
    standing: Standing | None
    opens_at: datetime | None
    lapses_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None


class DebtsSeen(Answer):
    """Oldest first."""

    callbacks: tuple[DebtSeen, ...]


class DialOutSeen(Answer):
    """A call that we made. `outcome`: None while it goes on."""

    call: CallId
    number: str
    hotline: str
    agent: AgentId
    owed: CallId | None
    who: str
    why: str
    step: DialStep
    outcome: DialOutcome | None
    asked_at: datetime
    answered_at: datetime | None
    over_at: datetime | None


class DialOutsSeen(Answer):
    """Newest first, 200 at most."""

    dialouts: tuple[DialOutSeen, ...]


async def dial(asked: Asked[DialCitizen]) -> DialOutBegun:
    """点击外呼: the agent's phone rings, then the citizen's."""
    wish = asked.wish
    call = await asked.services.dialling.dial(
        dial_rules.Wish(
            agent=_themselves(asked, wish.agent),
            number=wish.number,
            who=str(asked.by),
            why=wish.why,
            hotline=wish.hotline,
        )
    )
    return DialOutBegun(call=call)


async def call_back(asked: Asked[ByAgent]) -> DialOutBegun:
    """回拨: the same for a debt; the agent need not have taken it before, unless somebody else has."""
    agent = _themselves(asked, asked.wish.agent)
    return DialOutBegun(call=await asked.services.dialling.call_back(_debt(asked), agent, str(asked.by)))


async def take(asked: Asked[ByAgent]) -> Done:
    """领取."""
    await asked.services.dialling.take(_debt(asked), _themselves(asked, asked.wish.agent))
    return Done()


async def release(asked: Asked[Nothing]) -> Done:
    """放回: by whoever has taken it, or a leader."""
    if asked.by.role < Role.LEADER:
        async with asked.services.database.connect() as connection:
            debt = await call_backs.read(connection, _debt(asked))
        _themselves(asked, debt.taken_by or "")
    await asked.services.dialling.release(_debt(asked))
    return Done()


async def owe(asked: Asked[OweCallBack]) -> Done:
    """登记回拨请求."""
    await asked.services.dialling.owe(CallId(asked.wish.call))
    return Done()


async def debts(asked: Asked[DebtsWanted]) -> DebtsSeen:
    """待回拨."""
    async with asked.services.database.connect() as connection:
        found = await call_backs.owed(connection, settled_too=asked.wish.settled)
    standings = asked.services.dialling.standings()
    return DebtsSeen(callbacks=tuple(_seen(debt, standings.get(debt.call)) for debt in found))


def _seen(debt: call_backs.CallBack, place: Place | None) -> DebtSeen:
    window = place.window if place else None
    return DebtSeen(
        call=debt.call,
        number=masked(debt.number),
        hotline=debt.hotline,
        why=debt.why,
        state=debt.state,
        owed_at=debt.owed_at,
        taken_by=debt.taken_by,
        attempts=debt.attempts,
        tried_at=debt.tried_at,
        rule=debt.rule,
        standing=place.standing if place and debt.state is CallBackState.OWED else None,
        opens_at=window.opens if window else None,
        lapses_at=window.lapses if window else None,
        settled_at=debt.settled_at,
        settled_by=debt.settled_by,
    )


async def latest(asked: Asked[Nothing]) -> DialOutsSeen:
    """外呼记录."""
    async with asked.services.database.connect() as connection:
        found = await dial_book.latest(connection, LATEST)
    return DialOutsSeen(
        dialouts=tuple(
            DialOutSeen(
                call=one.call,
                number=masked(one.number),
                hotline=one.hotline,
                agent=one.agent,
                owed=one.owed,
                who=one.who,
                why=one.why,
                step=one.step,
                outcome=one.outcome,
                asked_at=one.asked_at,
                answered_at=one.answered_at,
                over_at=one.over_at,
            )
            for one in found
        )
    )


def _debt(asked: Asked[W]) -> CallId:
    return CallId(asked.path["call"])


def _themselves(asked: Asked[W], agent: str) -> AgentId:
    if asked.by.role < Role.LEADER and asked.by.name != agent:
        raise NotAllowed(Role.LEADER)
    return AgentId(agent)
