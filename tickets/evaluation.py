"""评测: how right what was heard and what was drafted are, against references that people wrote. Pure.

**Characters.** CER = (S + D + I) / N: the fewest characters exchanged, left out and put in (Levenshtein 1966) that turn
the reference into what was heard, over the reference's N characters, as NIST's sclite counts words. Letters and figures
count, in lower case; spaces and punctuation do not. More than 1 when much more was heard than said.

**Fields**, by MUC-5 (Chinchor and Sundheim 1993). Of a field over all talks: *right* is filled with what the reference
says, *wrong* filled with something else or where the reference says nothing, *left empty* not filled although the
reference has it. Precision = right / filled; recall = right / wanted; abstention = left empty / wanted (MUC's
undergeneration). A share of nothing is None, neither 0 nor 1.

**Free text** (subject, summary, what is asked for) has no one right wording: likeness is ROUGE-L's F (Lin 2004) over
characters, 2 · LCS / (m + n), LCS being the longest common subsequence of two texts of m and n characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import LCSseq, Levenshtein


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the reference beside what was heard of it; `same` when they do not differ."""

    said: str
    heard: str

    @property
    def same(self) -> bool:
        """Whether it was heard right."""
        return self.said == self.heard


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterErrors:
    """Of some text: mistakes, and how many characters it has."""

    exchanged: int = 0
    left_out: int = 0
    put_in: int = 0
    characters: int = 0

    @property
    def rate(self) -> float | None:
        """CER; None when nothing was said."""
        return (self.exchanged + self.left_out + self.put_in) / self.characters if self.characters else None


def counted(text: str) -> str:
    """The characters of a text that count."""
    return "".join(filter(str.isalnum, text.lower()))


def character_errors(said: str, heard: str) -> CharacterErrors:
    """The mistakes in what was heard of what was said."""
    said, heard = counted(said), counted(heard)
    tags = [step.tag for step in Levenshtein.editops(said, heard)]
    return CharacterErrors(
        exchanged=tags.count("replace"),
        left_out=tags.count("delete"),
        put_in=tags.count("insert"),
        characters=len(said),
    )


def pieces(said: str, heard: str) -> tuple[Piece, ...]:
    """Both texts side by side, from beginning to end."""
    said, heard = counted(said), counted(heard)
    steps = Levenshtein.opcodes(said, heard)
    return tuple(
        Piece(said=said[step.src_start : step.src_end], heard=heard[step.dest_start : step.dest_end]) for step in steps
    )


def likeness(proposed: str | None, reference: str) -> float:
    """0 (nothing in common, or not filled) to 1 (the same); punctuation aside."""
    told, wanted = counted(proposed or ""), counted(reference)
    both = len(told) + len(wanted)
    return 2 * LCSseq.similarity(told, wanted) / both if both else 1.0


def together(errors: Iterable[CharacterErrors]) -> CharacterErrors:
    """Of all of them: long texts weigh more than short ones."""
    every = tuple(errors)
    return CharacterErrors(
        exchanged=sum(each.exchanged for each in every),
        left_out=sum(each.left_out for each in every),
        put_in=sum(each.put_in for each in every),
        characters=sum(each.characters for each in every),
    )


class Verdict(StrEnum):
    """Of one field of one draft."""

    RIGHT = "right"  # 正确
    WRONG = "wrong"  # 错误: not what the reference says
    UNWANTED = "unwanted"  # 多填: the reference says nothing
    LEFT_EMPTY = "left_empty"  # 漏填
    RIGHTLY_EMPTY = "rightly_empty"  # 应空


def verdict(proposed: str | None, reference: str | None) -> Verdict:
    """Whether a field is what a person would file."""
    if proposed is None:
        return Verdict.RIGHTLY_EMPTY if reference is None else Verdict.LEFT_EMPTY
    if reference is None:
        return Verdict.UNWANTED
    return Verdict.RIGHT if proposed == reference else Verdict.WRONG


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One field over all talks: how often each verdict fell."""

    fell: Mapping[Verdict, int]

    @property
    def right(self) -> int:
        """Filled with what the reference says."""
        return self.fell.get(Verdict.RIGHT, 0)

    @property
    def filled(self) -> int:
        """How many drafts say something."""
        return self.right + self.fell.get(Verdict.WRONG, 0) + self.fell.get(Verdict.UNWANTED, 0)

    @property
    def wanted(self) -> int:
        """How many references say something."""
        return self.right + self.fell.get(Verdict.WRONG, 0) + self.fell.get(Verdict.LEFT_EMPTY, 0)

    @property
    def precision(self) -> float | None:
        """Right of filled."""
        return _share(self.right, self.filled)

    @property
    def recall(self) -> float | None:
        """Right of wanted."""
        return _share(self.right, self.wanted)

    @property
    def abstention(self) -> float | None:
        """Left empty of wanted."""
        return _share(self.fell.get(Verdict.LEFT_EMPTY, 0), self.wanted)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
