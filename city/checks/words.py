"""Each word is listed once, and writing what was said comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from city.files import Files
from city.mistakes import Mistake
from city.words import DialectRow, WordsFile


def dialect_words_are_told_apart(files: Files) -> Iterator[Mistake]:
    """What is said is written in one way."""
    taken: set[str] = set()
    for path, row in files.words.entries("dialect", DialectRow):
        if row.said in taken:
            zh, message = f"方言“{row.said}”重复", f"dialect {row.said!r} is already listed above"
            yield files.words.mistake((*path, "said"), "duplicate_dialect", zh, message)
        taken.add(row.said)


def dialect_words_are_written_for_good(files: Files) -> Iterator[Mistake]:
    """What is written holds nothing that would be written otherwise again."""
    rows = list(files.words.entries("dialect", DialectRow))
    for path, row in rows:
        again = next((each.said for _, each in rows if each.said in row.written), None)
        if again is not None:
            zh = f"写成的“{row.written}”里又有方言“{again}”"
            yield files.words.mistake((*path, "written"), "dialect_again", zh, f"{row.written!r} holds {again!r} again")


def longer_words_hold_the_dialect_word(files: Files) -> Iterator[Mistake]:
    """An exception that does not hold the word would never matter."""
    for path, row in files.words.entries("dialect", DialectRow):
        for at, longer in enumerate(row.unless):
            if row.said not in longer or row.said == longer:
                zh, message = f"“{longer}”里没有“{row.said}”", f"{longer!r} is no longer word with {row.said!r}"
                yield files.words.mistake((*path, "unless", at), "dialect_not_in_it", zh, message)


def hot_words_are_listed_once(files: Files) -> Iterator[Mistake]:
    """A word of the trade stands in the list once."""
    words = files.words.whole(WordsFile)
    listed = words.hot_words if words else ()
    for at, word in enumerate(listed):
        if word in listed[:at]:
            zh, message = f"热词“{word}”重复", f"hot word {word!r} is already listed above"
            yield files.words.mistake(("hot_words", at), "duplicate_hot_word", zh, message)
