"""Which seats are lent, or added. Pure.

Of a queue that lends, the seats whose agents are idle longest go first, then those who wrap up, are being rung, or talk
(their next call is the borrower's), the longest in that state first; seats that serve the borrower already go last,
equal ones by number. Seats without an agent on duty are lent only by name. The lender keeps at least `keep` agents on
duty: logged on and not on break.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from acd.distributor import Distributor
from acd.errors import NoSuchPhone, NotEnoughSeats, NotInQueue, UnknownSeat
from acd.measures import Loan
from acd.model import Agent, AgentState, QueueName, SeatId

FREE_FIRST: Final = (
    AgentState.READY,
    AgentState.WRAP_UP,
    AgentState.RESERVED,
    AgentState.RINGING,
    AgentState.TALKING,
)
"""The states of agents on duty, in the order in which their seats are lent."""

EVER: Final = datetime.min.replace(tzinfo=UTC)


def on_duty(core: Distributor) -> Mapping[SeatId, Agent]:
    """Whoever is logged on and not on break, by their seat; a seat that was closed under its talk is none."""
    agents = core.agents.values()
    return {a.seat: a for a in agents if a.seat is not None and a.seat in core.seats and a.state in FREE_FIRST}


def seats_on_duty(core: Distributor, queue: QueueName) -> list[SeatId]:
    """Seats that serve a queue and have somebody on duty."""
    return sorted(seat for seat in on_duty(core) if queue in core.seats[seat].queues)


def chosen(core: Distributor, loan: Loan, phones: Collection[SeatId] | None, *, at_most: bool = False) -> Loan:
    """The loan with its seats, as the hall is now. `phones`: those on the PBX, None if that is not known.

    `at_most`: fewer than asked for are better than none. NotEnoughSeats, UnknownSeat, NotInQueue, NoSuchPhone.
    """
    if loan.lender is None:
        return replace(loan, seats=_added(core, loan, phones, at_most=at_most))
    if not loan.count:
        return _as_named(core, loan, loan.lender, at_most=at_most)
    return replace(loan, seats=_idle_longest(core, loan, loan.lender, at_most=at_most))


def _as_named(core: Distributor, loan: Loan, lender: QueueName, *, at_most: bool) -> Loan:
    for seat in loan.seats:
        if seat not in core.seats:
            raise UnknownSeat(f"there is no seat {seat}", f"没有坐席 {seat}")
        if lender not in core.seats[seat].queues:
            raise NotInQueue(f"seat {seat} does not serve {lender}", f"坐席 {seat} 不服务队列 {lender}")
    there = seats_on_duty(core, lender)
    leave = [seat for seat in loan.seats if seat in there]
    too_many = min(len(leave), max(0, loan.keep - (len(there) - len(leave))))
    if too_many and not at_most:
        stays = len(there) - len(leave)
        raise NotEnoughSeats(
            f"{lender} would keep {stays} agents on duty, not {loan.keep}",
            f"{lender} 只剩 {stays} 名在岗话务员,少于须保留的 {loan.keep} 名",
        )
    stay = set(leave[len(leave) - too_many :])
    return replace(loan, seats=tuple(seat for seat in loan.seats if seat not in stay))


def _idle_longest(core: Distributor, loan: Loan, lender: QueueName, *, at_most: bool) -> tuple[SeatId, ...]:
    agents = on_duty(core)
    there = seats_on_duty(core, lender)

    def turn(seat: SeatId) -> tuple[bool, int, datetime, SeatId]:
        agent = agents[seat]
        serves_already = loan.borrower in core.seats[seat].queues
        return serves_already, FREE_FIRST.index(agent.state), agent.idle_since or agent.since or EVER, seat

    return _so_many(sorted(there, key=turn)[: max(0, len(there) - loan.keep)], loan, at_most=at_most)


def _added(core: Distributor, loan: Loan, phones: Collection[SeatId] | None, *, at_most: bool) -> tuple[SeatId, ...]:
    if loan.count:
        return _so_many(sorted(set(phones or ()) - core.seats.keys()), loan, at_most=at_most)
    unknown = _without_phone(loan.seats, phones)
    if unknown is not None:
        raise NoSuchPhone(f"the PBX has no phone {unknown}", f"电话交换机上没有分机 {unknown}")
    return loan.seats


def _without_phone(seats: Iterable[SeatId], phones: Collection[SeatId] | None) -> SeatId | None:
    return next((seat for seat in seats if phones is not None and seat not in phones), None)


def _so_many(found: list[SeatId], loan: Loan, *, at_most: bool) -> tuple[SeatId, ...]:
    if len(found) < loan.count and not at_most:
        whose, zh = (
            (f"{loan.lender} can lend", f"{loan.lender} 只能借出") if loan.lender else ("in reserve are", "备用只有")
        )
        has, wants = len(found), loan.count
        raise NotEnoughSeats(f"{whose} {has} seats, not {wants}", f"{zh} {has} 个坐席,不足 {wants} 个")
    return tuple(found[: loan.count])
