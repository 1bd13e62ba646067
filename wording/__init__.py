"""From the words that were heard to the talk as one would write it: every change listed, each can be taken back."""

from wording.lexis import Lexis, lexis_of
from wording.telling import retold
from wording.writing import write, write_turn
from wording.written import Correction, NoSuchCorrection, Written, WrittenTurn, as_heard, undo

__all__ = [
    "Correction",
    "Lexis",
    "NoSuchCorrection",
    "Written",
    "WrittenTurn",
    "as_heard",
    "lexis_of",
    "retold",
    "undo",
    "write",
    "write_turn",
]
