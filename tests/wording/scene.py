"""Turns as an engine gives them, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass

from asr.transcript import Speaker, Transcript, Turn, Word
from wording import Lexis, WrittenTurn, write


@dataclass(frozen=True)
class Place:
    """A place of a gazetteer."""

    name: str
    kind: str = "road"
    parent: str | None = None
    aliases: tuple[str, ...] = ()


def turn(said: str, *, gap_s: float = 0.0, confidence: float = 0.9) -> Turn:
    """A caller's turn: words parted by spaces, 0.2 s a character; each `/` is a silence of `gap_s`."""
    words, at = [], 0.0
    for text in said.split():
        if text == "/":
            at += gap_s
            continue
        end = round(at + 0.2 * len(text), 3)
        words.append(Word(text, round(at, 3), end, confidence))
        at = end
    return Turn(Speaker.CALLER, 0.0, at, tuple(words))


def written(said: str, lexis: Lexis | None = None, *, gap_s: float = 0.0, confidence: float = 0.9) -> WrittenTurn:
    """The one turn of a talk in which only this was said."""
    talk = Transcript((turn(said, gap_s=gap_s, confidence=confidence),))
    (made,) = write(talk, lexis or Lexis()).turns
    return made
