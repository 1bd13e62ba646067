"""The telephone at the other end, as the dialogs of this package see it. `telephony` speaks it over FastAGI.

When the other side hangs up, each of these raises whatever the line raises; nothing here catches it: it is normal.
"""

from __future__ import annotations

from typing import Protocol


class Line(Protocol):
    """Somebody who hears prompts and presses keys. Keys are "0" to "9", "*" and "#"."""

    async def play(self, prompt: str) -> str | None:
        """Say the prompt (a slug). A key interrupts it and is returned; None when it was heard to the end."""

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Say the prompt, interruptible, then wait: the key, or None after `wait_s` seconds of silence."""


class Keypad(Line, Protocol):
    """A line on which a number of several digits can be keyed in."""

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """Say the prompt and collect keys until #, `most` digits, or `wait_s` seconds without a key. Without the #."""
