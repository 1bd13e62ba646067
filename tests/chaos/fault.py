"""One thing that goes wrong: it strikes, lasts and is healed; what it excuses it says itself. None needs root."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from random import Random

from tests.chaos.town import Town


@dataclass(kw_only=True)
class Fault(ABC):
    """One thing that goes wrong. `strike` and `heal` act; `lasts_s` of strike and heal is drawn before."""

    lasts_s: float = 0.0
    deafens = True  # while it lasts, the controller cannot hear of calls
    mutes = False  # while it lasts, phones that are connected hear nothing: there is nothing to keep
    forgets_s = 0.0  # what was said so shortly before is gone, too
    silences = False  # while it lasts, what is said cannot be kept

    @classmethod
    def drawn(cls, dice: Random) -> Fault:
        """One of its kind."""
        return cls()

    @abstractmethod
    async def strike(self, town: Town) -> None:
        """Do it."""

    @abstractmethod
    async def heal(self, town: Town) -> None:
        """Return when whoever repairs such things has done so."""

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.lasts_s:.1f} s)"
