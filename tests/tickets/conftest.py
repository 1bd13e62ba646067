"""The fixtures of this package."""

from tests.city.conftest import copy, sample
from tests.recordings.stores import archive, engine, spool

__all__ = ["archive", "copy", "engine", "sample", "spool"]
