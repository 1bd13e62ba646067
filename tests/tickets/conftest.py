"""The fixtures of this package."""

from tests.recordings.stores import archive, engine, spool

__all__ = ["archive", "engine", "spool"]
