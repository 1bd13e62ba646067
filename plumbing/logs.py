"""Logs: one JSON object a line on standard error (or a readable line on a terminal), static sentences with ids.

No number, keyed digit or word of a citizen ever enters a log: what may be logged is named by id.
"""

from __future__ import annotations

import logging
import sys

import structlog


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
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback) if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    threshold = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*(steps[:-1] if readable else steps), last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")
