"""Why there is no transcript. A child exists only where someone acts differently."""

from __future__ import annotations

import traceback
from pathlib import Path


class DecodingFailed(Exception):
    """One attempt at one recording failed: the child crashed, hung or gave nonsense. Another attempt may succeed."""


class NoModel(Exception):
    """There is no model that can be used, so nothing can be transcribed. Calls go on; jobs wait.

    `zh` is the same sentence in Chinese.
    """

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


def in_words(error: Exception) -> str:
    """What happened and where.

    The words of an error that we did not foresee are left out: they may hold what was said.
    """
    if isinstance(error, DecodingFailed | NoModel):
        return f"{type(error).__name__}: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
