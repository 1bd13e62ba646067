"""What the dialplan knows of a city's hotlines, for when no controller tells better: global variables. Pure.

They are rendered into extensions.conf, and the controller sets them anew over AMI when the city is another
(telephony.briefing). Names and values are of our own city, checked by Fallback; no caller's text is ever among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from telephony.asterisk.config import Fallback

DIGEST: Final = "KNOWN"
"""A digest of the others: who finds it need not look at them."""
SPARES: Final = 20
"""Native queues without a queue of the city's: for those that come while Asterisk runs."""
_SPARE: Final = "SPARE_"  # no queue of a city's is called so: their names are in lower case


def known(hotlines: Sequence[Fallback]) -> dict[str, str]:
    """Variable -> value: how each hotline is dialled, where its callers wait, and what greets them."""
    found: dict[str, str] = {}
    for hotline in hotlines:
        greeting = "&".join(hotline.greeting)
        if not found:
            default = {"DEFAULT_HOTLINE": hotline.number, "DEFAULT_QUEUE": hotline.queue, "DEFAULT_GREETING": greeting}
            found |= default
        found[f"QUEUE_{hotline.number}"] = hotline.queue
        found[f"GREETING_{hotline.number}"] = greeting
        found[f"LANE_{hotline.number}"] = "crisis" if hotline.crisis else "citizen"
        for digits in hotline.dialled or (hotline.number,):
            found[f"ROUTE_{digits}"] = hotline.number
    return found


def digest_of(variables: Mapping[str, str]) -> str:
    """The same for the same variables and values."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(variables.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spares() -> tuple[str, ...]:
    """The names of the spare queues, without `fallback-`."""
    return tuple(f"{_SPARE}{number}" for number in range(1, SPARES + 1))


def spare_of(queue: str) -> str:
    """The variable that says which spare queue stands for a queue of the city's."""
    return f"{_SPARE}{queue}"
