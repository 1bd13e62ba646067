"""The fixtures of this folder."""

from tests.api.face import city_folder, database, face, house, open_book, webhooks

__all__ = ["city_folder", "database", "face", "house", "open_book", "webhooks"]
