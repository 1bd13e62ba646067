"""What time alone will change, and how each such moment is named in the heap of the hall."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Due(StrEnum):
    """Whose deadline it is."""

    AGENT = "agent"
    CALL = "call"
    LAPSE = "lapse"
    SIGHT = "sight"
    PHONE = "phone"


class Deadline(NamedTuple):
    """Something that time alone will change."""

    whose: Due
    id: str
