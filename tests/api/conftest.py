"""The fixtures of this folder."""

from tests.api.face import database, face

__all__ = ["database", "face"]
