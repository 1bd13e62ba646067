"""The fixtures of this package."""

from tests.recordings.stores import archive, database, engine, spool

__all__ = ["archive", "database", "engine", "spool"]
