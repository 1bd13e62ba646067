"""提示音: which prompts the programs themselves say, and how long a text takes to say.

A city's own prompts (greetings, menus) are named in its files. Those below are named in code; `SPOKEN` is what
`load_city` must be given as `also_spoken`, so that a city lacking one of them is refused when it is loaded and not
when it is needed.
"""

from __future__ import annotations

from enum import StrEnum

YAO = "digit-yao"
DIGITS = {str(digit): f"digit-{digit}" for digit in range(10)}
"""0 to 9 as counted: 一二三."""

SYLLABLES_PER_S = 4.0
PAUSE_S = 0.3


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
    TEN = "digit-10"
    LIANG = "digit-liang"
    BUSY_LINES = "busy-lines"  # by the dialplan itself, when as many call as the machine bears
    BUSY_NUMBER = "busy-number"  # or too many of one number
    MESSAGE_INVITE = "message-invite"  # by the dialplan itself, when nobody answers and no controller is there
    MESSAGE_THANKS = "message-thanks"
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


SPOKEN: frozenset[str] = frozenset({*Say, *DIGITS.values(), YAO})


def number_aloud(number: str) -> tuple[str, ...]:
    """The prompts that read a number digit by digit, 1 as 幺 as telephones do; other characters are left out."""
    return tuple(YAO if digit == "1" else DIGITS[digit] for digit in number if digit in DIGITS)


def wait_aloud(least_min: int, most_min: int) -> tuple[str, ...]:
    """The prompts that tell a wait of so many whole minutes, 1 to 99: 预计还需等待两到十五分钟."""
    ends = (least_min,) if least_min == most_min else (least_min, most_min)
    first, *more = map(_counted, ends)
    return (Say.WAIT_OF, *first, *(prompt for end in more for prompt in (Say.WAIT_TO, *end)), Say.WAIT_MINUTES)


def position_aloud(ahead: int) -> tuple[str, ...]:
    """The prompts that tell a caller how many stand before them, 0 to 99: 您前面还有两位."""
    return (Say.AHEAD, *_counted(ahead), Say.AHEAD_PEOPLE) if ahead else (Say.NEXT,)


def _counted(number: int) -> tuple[str, ...]:
    """A number before a measure word: 2 alone is 两; 12 is 十二, 20 二十, 25 二十五."""
    if number == 2:
        return (Say.LIANG,)
    tens, units = divmod(number, 10)
    leading = (DIGITS[str(tens)],) if tens > 1 else ()
    return (*leading, *((Say.TEN,) if tens else ()), *((DIGITS[str(units)],) if units else ()))


def seconds_to_say(words: str) -> float:
    """About how long a Mandarin voice needs: a syllable a character or digit, and a pause at each mark."""
    syllables = sum(sign.isalnum() for sign in words)
    return syllables / SYLLABLES_PER_S + PAUSE_S * (len(words) - syllables)
