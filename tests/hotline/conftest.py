"""The command is tried against a real HTTP face."""

from tests.api.face import database, face

__all__ = ["database", "face"]
