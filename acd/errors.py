"""Why the ACD says no to a person. Each names its rule; nothing has changed when one is raised."""

from __future__ import annotations


class Refused(Exception):
    """A person's request breaks a rule. `rule` is stable and machine-readable, the message is for people.

    `zh` is the same sentence in Chinese, for the console and the voice prompts.
    """

    rule = "refused"

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


class UnknownAgent(Refused):
    """Nobody with this number is logged on."""

    rule = "unknown_agent"


class UnknownSeat(Refused):
    """There is no such seat."""

    rule = "unknown_seat"


class NoSuchPhone(Refused):
    """A seat is to be opened at an extension that the PBX does not have."""

    rule = "no_such_phone"


class UnknownQueue(Refused):
    """A seat names a queue that the city does not have."""

    rule = "unknown_queue"


class UnknownSkill(Refused):
    """A seat or a person is given a skill that the city does not list."""

    rule = "unknown_skill"


class SeatInTalk(Refused):
    """A seat is to leave the queue whose caller is talking there; whoever wants that from the next call on says so."""

    rule = "seat_in_talk"


class SeatTaken(Refused):
    """Somebody else is logged on at this seat."""

    rule = "seat_taken"


class AgentAlreadyLoggedOn(Refused):
    """The agent is logged on at another seat."""

    rule = "agent_already_logged_on"


class NotNow(Refused):
    """The agent's present state does not allow it (see the table in acd.agents)."""

    rule = "not_now"


class ForcedMeanwhile(Refused):
    """Another leader did something about this agent since it was read; read it again."""

    rule = "forced_meanwhile"


class NothingPending(Refused):
    """There is no leader's order that waits to take effect."""

    rule = "nothing_pending"


class OrderedReady(Refused):
    """A leader wants the agent ready after this wrap-up: it cannot be a break."""

    rule = "ordered_ready"


class NoMoreExtensions(Refused):
    """This wrap-up has been extended as often as its queue allows; or the queue allows none."""

    rule = "no_more_extensions"


class TooManyOnBreak(Refused):
    """As many of a queue's agents are on break as may be; a leader can order one more."""

    rule = "too_many_on_break"


class NumberRefused(Refused):
    """A citizen's number is not dialled; `rule` says by which rule. The number itself is not repeated."""

    rule = "number_refused"

    def __init__(self, rule: str, message: str, zh: str) -> None:
        super().__init__(message, zh)
        self.rule = rule


class NumberNotListed(Refused):
    """Only outside numbers that the city lists may be dialled from a talk."""

    rule = "number_not_listed"


class BadReason(Refused):
    """Only the ACD itself puts an agent on break for this reason."""

    rule = "bad_reason"


class TooBusy(Refused):
    """The ACD has too much waiting to be decided or recorded; ask again in a moment."""

    rule = "too_busy"


class BadSeat(Refused):
    """A seat's number or its skills are not well formed."""

    rule = "bad_seat"


class SeatExists(Refused):
    """There is a seat with this number already."""

    rule = "seat_exists"


class SeatChangedMeanwhile(Refused):
    """Somebody else changed the seat since it was read; read it again."""

    rule = "seat_changed_meanwhile"


class UnknownChange(Refused):
    """There is no such change of a seat to undo."""

    rule = "unknown_change"


class NotEnoughSeats(Refused):
    """So many seats are not there to be lent or added, or the lender would keep too few agents."""

    rule = "not_enough_seats"


class CrisisLaneNeedsAgents(Refused):
    """A loan, or a seat changed or closed, would leave a crisis lane without an agent on duty."""

    rule = "crisis_lane_needs_agents"


class NotInQueue(Refused):
    """A seat is to be lent by a queue that it does not serve."""

    rule = "seat_not_in_queue"


class LentToItself(Refused):
    """A queue is to borrow from itself."""

    rule = "lent_to_itself"


class UnknownLevel(Refused):
    """The city has no such response level."""

    rule = "unknown_level"


class NothingToChange(Refused):
    """A measure that names nothing to be done."""

    rule = "nothing_to_change"


class InThePast(Refused):
    """A measure is to begin or end before now."""

    rule = "in_the_past"


class EndsBeforeItBegins(Refused):
    """A measure is to end before, or as, it begins."""

    rule = "ends_before_it_begins"


class PlansConflict(Refused):
    """Another timed measure wants the same at the same time; it is named."""

    rule = "plans_conflict"


class UnknownMeasure(Refused):
    """There is no such measure."""

    rule = "unknown_measure"


class MeasureIsOver(Refused):
    """What is over and past its end, or never began, cannot be undone."""

    rule = "measure_is_over"


class MeasuresChangedMeanwhile(Refused):
    """Measures were made or ended since they were read; read them again."""

    rule = "measures_changed_meanwhile"


class SeatOfMeasure(Refused):
    """The seat is there by a measure; whoever wants it away ends that."""

    rule = "seat_of_measure"


class LimitsDoNotFit(Refused):
    """Limits that make no sense together with the queue's others, or replace a recipe, which only a level does."""

    rule = "limits_do_not_fit"


class CrisisHasNoMachine(Refused):
    """Callers of a crisis line wait there: no row may send them to a machine."""

    rule = "crisis_has_no_machine"


class OffersNoCallBack(Refused):
    """Who is offered a call-back gets one: the queue must have a rule that calls back."""

    rule = "offers_no_call_back"


class UnknownPrompt(Refused):
    """What is to be said has no text."""

    rule = "unknown_prompt"


class QueueStillNeeded(Refused):
    """A city is to be put in force, while calls are running, that lacks one of the queues."""

    rule = "queue_still_needed"


class LevelInForce(Refused):
    """Likewise, one that lacks the response level in force."""

    rule = "level_in_force"


class NeedsAnEnd(Refused):
    """An overlay is forgotten too easily: it ends by itself, and can be extended."""

    rule = "needs_an_end"


class AnnouncementTooLong(Refused):
    """Callers would be spoken to for longer than the time in which a person should answer."""

    rule = "announcement_too_long"


class Advertises(Refused):
    """What is to be said on top of hotlines sells something."""

    rule = "advertising"


class CrisisLaneStaysFree(Refused):
    """Everybody's calls are to go straight to where callers of a crisis line wait."""

    rule = "crisis_lane_stays_free"


class UnknownHotline(Refused):
    """The city has no such hotline."""

    rule = "unknown_hotline"
