"""The command is tried against a real HTTP face."""

from tests.api.face import database, face, house

__all__ = ["database", "face", "house"]
