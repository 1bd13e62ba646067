"""Why a question gets no answer: errors named by situation. `api.errors` says how each is told."""

from __future__ import annotations


class Unknown(LookupError):
    """There is nothing with this name."""


class PastUnreadable(Exception):
    """The journal holds what this version cannot read."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


class PastAway(Exception):
    """The database that holds the past does not answer."""


class PeriodTooLong(Exception):
    """A period is longer than one question may ask about."""


class TooLong(Exception):
    """Looking at the past took longer than anybody waits."""


class TooMuch(Exception):
    """The answer would have more rows than anybody reads."""


class WishRefused(Exception):
    """What is asked for cannot be worked out. `rule`, `zh` and the message are those of the rule that it breaks."""

    def __init__(self, rule: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.rule, self.zh = rule, zh


class TooMany(Exception):
    """So many questions about the past stand in line already that another would not be answered in time."""
