"""Logs: one JSON object a line on standard error (or a readable line on a terminal), static sentences with ids.

No number, keyed digit or word of a citizen ever enters a log: what may be logged is named by id.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class Unfailing:
    """A stream that loses what cannot be written: a full disk must stop nobody who only wanted to say something."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        """Write, if that is possible."""
        with suppress(OSError):
            self._stream.write(words)
        return len(words)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with suppress(OSError):
            self._stream.flush()


def set_up_logs(*, level: str = "INFO", readable: bool | None = None) -> None:
    """Route structlog and the standard library's logging to standard error at `level`."""
    readable = sys.stderr.isatty() if readable is None else readable
    steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    standard_error = cast("TextIO", Unfailing(sys.stderr))
    threshold = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*(steps[:-1] if readable else steps), last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(standard_error),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), stream=standard_error, format="%(name)s: %(message)s")
