"""Text as a recogniser might mishear it: an error generator that knows nothing of `wording`'s classes and distances.

Of all Chinese characters a share is replaced, each by a character of the everyday 3755 (level 1 of GB 2312) that sounds
like it: 50 % the same syllable in any tone, 35 % a syllable that people or telephones confuse (CONFUSED), 15 % any
syllable with the same initial or the same final. Real recognisers also drop and add words, and err more often on names
that their language model has never seen; this noise does not.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random

from pypinyin import Style, lazy_pinyin

CONFUSED = """
z-zh c-ch s-sh n-l f-h l-r an-ang en-eng in-ing ian-iang uan-uang b-p d-t g-k j-q z-c zh-ch j-zh x-sh
o-uo ou-uo ei-ui ai-ei un-en ong-eng ian-uan ia-ie
"""
Chance = Random
"""Seeded: a figure can be had again."""

_SAME, _CONFUSED = 0.5, 0.85
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")


def misheard(text: str, share: float, chance: Random) -> str:
    """The text with about `share` of its Chinese characters replaced; as long as it was."""
    return "".join(_alike(each, chance) if chance.random() < share else each for each in text)


def _alike(character: str, chance: Random) -> str:
    syllable = _syllables().get(character)
    if syllable is None:
        return character
    others = [each for each in _written(_heard_as(syllable, chance)) if each != character]
    return chance.choice(others) if others else character


def _heard_as(syllable: str, chance: Random) -> str:
    drawn = chance.random()
    if drawn < _SAME:
        return syllable
    return chance.choice(_confusions(syllable) if drawn < _CONFUSED else _cousins(syllable)) or syllable


@cache
def _confusions(syllable: str) -> tuple[str, ...]:
    """The syllables of Chinese that one pair of CONFUSED makes of it; itself when there are none."""
    initial, final = _parted(syllable)
    pairs = [tuple(pair.split("-")) for pair in CONFUSED.split()]
    both = [*pairs, *((b, a) for a, b in pairs)]
    made = [b + final for a, b in both if a == initial] + [initial + b for a, b in both if a == final]
    return tuple(each for each in made if _written(each)) or (syllable,)


@cache
def _cousins(syllable: str) -> tuple[str, ...]:
    parts = _parted(syllable)
    return tuple(
        each for each in sorted(_by_syllable()) if any(a == b for a, b in zip(parts, _parted(each), strict=True))
    )


def _parted(syllable: str) -> tuple[str, str]:
    initial = next((each for each in _INITIALS if syllable.startswith(each)), "")
    return initial, syllable[len(initial) :]


def _written(syllable: str) -> tuple[str, ...]:
    return tuple(_by_syllable().get(syllable, ()))


@cache
def _syllables() -> dict[str, str]:
    """The everyday characters, and how each is read alone."""
    everyday = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    characters = everyday.decode("gb2312", errors="ignore")
    return dict(zip(characters, lazy_pinyin(list(characters), style=Style.NORMAL), strict=True))


@cache
def _by_syllable() -> dict[str, list[str]]:
    written: dict[str, list[str]] = defaultdict(list)
    for character, syllable in _syllables().items():
        written[syllable].append(character)
    return dict(written)
