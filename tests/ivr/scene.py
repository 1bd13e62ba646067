"""A telephone whose keys are pressed by a script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class HungUp(Exception):
    """The script is over: the other side hung up."""


@dataclass
class Phone:
    """Answers one question after the other; None is silence. What it heard is in `heard`."""

    presses: Iterable[str | None]
    greeted_with: str | None = None  # a key pressed during the first prompt that is played
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._presses = iter(self.presses)

    async def play(self, prompt: str) -> str | None:
        """Hears the prompt, or interrupts the first one."""
        self.heard.append(prompt)
        return self.greeted_with if len(self.heard) == 1 else None

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Hears the question and gives the next answer, or hangs up when there is none."""
        self.heard.append(prompt)
        for key in self._presses:
            return key
        raise HungUp

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """As `ask`, but the answer may be a whole number."""
        return (await self.ask(prompt, wait_s) or "")[:most]
