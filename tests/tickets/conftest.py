"""The fixtures of this package."""

from tests.city.conftest import sample
from tests.recordings.stores import archive, engine, spool

__all__ = ["archive", "engine", "sample", "spool"]
