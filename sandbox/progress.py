"""How the sandbox tells a person what takes so long."""

import sys
from collections.abc import Callable

Say = Callable[[str], None]
"""Receives one line of progress, Chinese and English."""


def say_on_stderr(line: str) -> None:
    """What is used unless somebody draws it more nicely."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
