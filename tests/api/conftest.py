"""The fixtures of this folder."""

from tests.api.face import database, face, house, webhooks

__all__ = ["database", "face", "house", "webhooks"]
