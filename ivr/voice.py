"""What a caller hears, in the language they have chosen, as far as there are prompts of it; else in Mandarin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ivr.line import Keypad


class Voice:
    """A line on which one prompt after the other is said; satisfies `ivr.line.Keypad`."""

    def __init__(self, line: Keypad, variants: Mapping[str, Mapping[str, str]]) -> None:
        """`variants` by language: a prompt, and what is said instead."""
        self._line, self._variants = line, variants
        self._instead: Mapping[str, str] = MappingProxyType({})

    def speak(self, language: str) -> None:
        """From here on in this language."""
        self._instead = self._variants.get(language, self._instead)

    def of(self, prompt: str) -> str:
        """The prompt in the caller's language."""
        return self._instead.get(prompt, prompt)

    async def play(self, prompt: str) -> str | None:
        """Say it; the key that interrupted it."""
        return await self._line.play(self.of(prompt))

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Say it, and wait for a key."""
        return await self._line.ask(self.of(prompt), wait_s)

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """Say it, and collect keys."""
        return await self._line.digits(self.of(prompt), wait_s, most)

    async def say(self, prompts: Iterable[str]) -> str | None:
        """One after the other; the key that cut them short, if one did."""
        for prompt in prompts:
            if key := await self.play(prompt):
                return key
        return None

    async def question(self, before: Iterable[str], prompt: str, wait_s: float) -> str | None:
        """Say what comes before, then ask. A key during either is the answer; None is silence."""
        return await self.say(before) or await self.ask(prompt, wait_s)
