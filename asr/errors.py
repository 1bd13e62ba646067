"""Why there is no transcript. A child exists only where someone acts differently."""

from __future__ import annotations


class DecodingFailed(Exception):
    """One attempt at one recording failed: the child crashed, hung or gave nonsense. Another attempt may succeed."""


class NoModel(Exception):
    """There is no model that can be used, so nothing can be transcribed. Calls go on; jobs wait.

    `zh` is the same sentence in Chinese.
    """

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh
