"""提示音: which prompts the programs themselves say.

A city's own prompts (greetings, menus) are named in its files. Those below are named in code; `SPOKEN` is what
`load_city` must be given as `also_spoken`, so that a city lacking one of them is refused when it is loaded and not
when it is needed.
"""

from __future__ import annotations

from enum import StrEnum

from ivr.aloud import PIECES, count_aloud


class Say(StrEnum):
    """Every prompt that code names, digits apart."""

    PLEASE_WAIT = "please-wait"
    BEEP = "beep"
    TALK_PAUSED = "talk-paused"  # this and the next by the dialplan, in a call
    TALK_RESUMED = "talk-resumed"
    TALK_NOBODY = "talk-nobody"  # to the agent, when whoever was asked did not answer
    TALK_NOT_LISTED = "talk-not-listed"  # or may not be dialled, or is not there
    CALL_BACK_ABANDONED = "call-back-abandoned"  # to the agent, before the citizen is dialled: why we call back
    CALL_BACK_ASKED = "call-back-asked"
    CALL_BACK_LOST = "call-back-lost"
    CALL_BACK_REFUSED = "call-back-refused"
    OFFER_CALL_BACK = "offer-call-back"  # to a caller who waits
    CALL_BACK_PROMISED = "call-back-promised"
    WAIT_OF = "wait-of"  # to a caller who waits: so many minutes more
    WAIT_TO = "wait-to"
    WAIT_MINUTES = "wait-min"
    AHEAD = "ahead-of"  # so many stand before them
    AHEAD_PEOPLE = "ahead-people"
    NEXT = "ahead-none"
    BUSY_LINES = "busy-lines"  # by the dialplan itself, when as many call as the machine bears
    BUSY_NUMBER = "busy-number"  # or too many of one number
    MESSAGE_INVITE = "message-invite"  # by the dialplan itself, when nobody answers and no controller is there
    MESSAGE_THANKS = "message-thanks"
    RATE_ASK = "rate-ask"  # to a caller, once the agent has hung up
    RATE_THANKS = "rate-thanks"
    RATE_GOODBYE = "rate-goodbye"  # by the dialplan itself, when the controller is gone in the middle of it
    NUMBER_IS = "keyed-is"  # to a caller in a menu: what was keyed in, and whether it is right
    CONFIRM = "keyed-confirm"
    DIGITS_WRONG = "keyed-wrong"
    MESSAGE_NOTHING = "message-nothing"
    MESSAGE_REVIEW = "message-review"
    CALL_BACK_ASK_NUMBER = "call-back-ask-number"
    CALL_BACK_NOT_THIS = "call-back-not-this"
    CALL_BACK_NOT_NOW = "call-back-not-now"
    CALL_BACK_NOTED = "call-back-noted"  # promised, and a person sees to it
    PROGRESS_ASK_CODE = "progress-ask-code"
    PROGRESS_NOT_FOUND = "progress-not-found"
    PROGRESS_TICKET = "progress-ticket"  # the number follows, and what it is about
    PROGRESS_CLASS = "progress-class"
    PROGRESS_IN_HAND = "progress-in-hand"
    PROGRESS_LATE = "progress-late"
    PROGRESS_SETTLED = "progress-settled"
    PROGRESS_DUE = "progress-due"  # a date follows
    PROGRESS_SETTLED_ON = "progress-settled-on"
    PROGRESS_NEXT = "progress-next"
    SERVICE_AWAY = "service-away"  # by the dialplan itself, when nobody answers an agent's code
    ASK_AGENT = "code-ask-agent"
    ASK_PIN = "code-ask-pin"
    ASK_BREAK = "code-ask-break"
    LOGGED_ON = "code-logged-on"
    THEN_READY = "code-then-ready"
    READY = "code-ready"
    ON_BREAK = "code-on-break"
    WRAP_UP_DONE = "code-wrap-up-done"
    WRAP_UP_EXTENDED = "code-wrap-up-extended"
    LOGGED_OFF = "code-logged-off"
    NO_CHOICE = "code-no-choice"
    UNKNOWN_CODE = "code-unknown"
    REFUSED = "refused"
    UNKNOWN_AGENT = "refused-unknown-agent"
    UNKNOWN_SEAT = "refused-unknown-seat"
    UNKNOWN_QUEUE = "refused-unknown-queue"
    SEAT_TAKEN = "refused-seat-taken"
    ALREADY_LOGGED_ON = "refused-agent-already-logged-on"
    NOT_NOW = "refused-not-now"
    TOO_BUSY = "refused-too-busy"
    TOO_MANY_ON_BREAK = "refused-too-many-on-break"
    ORDERED_READY = "refused-ordered-ready"
    NO_MORE_EXTENSIONS = "refused-no-more-extensions"
    WRONG_PIN = "refused-wrong-pin"
    TOO_MANY_ATTEMPTS = "refused-too-many-attempts"


SPOKEN: frozenset[str] = frozenset({*Say, *PIECES})


def wait_aloud(least_min: int, most_min: int) -> tuple[str, ...]:
    """The prompts that tell a wait of so many whole minutes, 1 to 99: 预计还需等待两到十五分钟."""
    ends = (least_min,) if least_min == most_min else (least_min, most_min)
    first, *more = (count_aloud(end, measured=True) for end in ends)
    return (Say.WAIT_OF, *first, *(prompt for end in more for prompt in (Say.WAIT_TO, *end)), Say.WAIT_MINUTES)


def position_aloud(ahead: int) -> tuple[str, ...]:
    """The prompts that tell a caller how many stand before them, 0 to 99: 您前面还有两位."""
    return (Say.AHEAD, *count_aloud(ahead, measured=True), Say.AHEAD_PEOPLE) if ahead else (Say.NEXT,)
