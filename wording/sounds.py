"""音近: how a character sounds, and how easily two syllables are taken for each other. Pure.

A syllable is an initial, a final and a tone (pypinyin's strict ones: 围 is no initial and `uei`). The distance of two
syllables is that of their initials plus that of their finals, at most 1, and TONE if only the tones differ. The
tables below are the pairs that Mandarin speakers of the north-east and south of the country do not tell apart, and that
a telephone's 300 to 3400 Hz makes alike; they are our judgement, after the usual fuzzy-pinyin lists of input methods
(z/zh, c/ch, s/sh, n/l, f/h, r/l, an/ang, en/eng, in/ing), not measured on anybody's calls. Words of more than one
syllable are compared by weighted edit distance (Wagner and Fischer, 1974): see `distance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

TONE = 0.05
DROPPED = 0.9  # a syllable too few or too many
DIFFERENT = 1.0

_INITIALS = {
    **dict.fromkeys(("z zh", "c ch", "s sh", "n l"), 0.15),
    **dict.fromkeys(("f h", "r l"), 0.2),
    **dict.fromkeys(("b p", "d t", "g k", "j q", "zh ch", "z c", "r n", "x s", "x sh", "j zh", "j z", "q ch"), 0.4),
}
_FINALS = {
    **dict.fromkeys(("an ang", "en eng", "in ing", "ian iang", "uan uang"), 0.15),
    **dict.fromkeys(
        ("eng ong", "en ong", "uen ong", "uen en", "o uo", "e o", "i v", "in vn", "ian van", "ie ve"), 0.25
    ),
    **dict.fromkeys(("ou uo", "ai ei", "en in", "eng ing", "ei uei", "ia ie", "uan an", "uang ang", "ong iong"), 0.4),
}


class Syllable(NamedTuple):
    """One character's sound. What is no Chinese character is its own initial."""

    initial: str
    final: str
    tone: str


def _both_ways(pairs: dict[str, float]) -> dict[tuple[str, str], float]:
    both: dict[tuple[str, str], float] = {}
    for pair, cost in pairs.items():
        one, other = pair.split()
        both[one, other] = both[other, one] = cost
    return both


_INITIAL_COSTS, _FINAL_COSTS = _both_ways(_INITIALS), _both_ways(_FINALS)


def readings(text: str) -> tuple[Syllable, ...]:
    """How a name is read as a whole: 朝阳 is zhaoyang, though 朝 alone is chao. One syllable a character."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - loads dictionaries of 60 MB, which not every process needs

    initials = lazy_pinyin(text, style=Style.INITIALS, strict=True, errors=_alone)
    finals = lazy_pinyin(text, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True, errors=_alone)
    return tuple(_syllable(*each) for each in zip(text, initials, finals, strict=True))


def _alone(other: str) -> Any:
    """What pypinyin does with a run of anything that is no Chinese: a list is taken as one entry each."""
    return list(other)


@lru_cache(maxsize=20_000)
def reading(character: str) -> Syllable:
    """How a character is read when nothing is known of its neighbours: the commonest way."""
    return readings(character)[0]


def _syllable(character: str, initial: str, final: str) -> Syllable:
    """One of the few that pypinyin gives no final for (嗯, Latin letters, 〇) sounds like nothing but itself."""
    if not final[:-1].isalpha() or not final[-1:].isdigit():
        return Syllable(character, "", "")
    return Syllable(initial, final[:-1], final[-1])


@lru_cache(maxsize=100_000)
def syllable_distance(one: Syllable, other: Syllable) -> float:
    """0 the same … 1 nothing alike."""
    if one[:2] == other[:2]:
        return 0.0 if one.tone == other.tone else TONE
    initial = 0.0 if one.initial == other.initial else _INITIAL_COSTS.get((one.initial, other.initial), DIFFERENT)
    final = 0.0 if one.final == other.final else _FINAL_COSTS.get((one.final, other.final), DIFFERENT)
    tone = 0.0 if one.tone == other.tone else TONE
    return min(DIFFERENT, initial + final + tone)


def sounds_like(character: str, any_of: str, most: float) -> bool:
    """Whether it is no further than that from one of these, each read alone."""
    return any(syllable_distance(reading(character), reading(each)) <= most for each in any_of)


def distance(said: Sequence[Syllable], meant: Sequence[Syllable]) -> float:
    """The least cost to make one of the other: syllables replaced at their distance, dropped or added at DROPPED."""
    row = [DROPPED * column for column in range(len(meant) + 1)]
    for number, one in enumerate(said, 1):
        above, row = row, [DROPPED * number]
        for column, other in enumerate(meant, 1):
            replaced = above[column - 1] + syllable_distance(one, other)
            row.append(min(replaced, above[column] + DROPPED, row[-1] + DROPPED))
    return row[-1]


# Classes are coarser than distances: what is in one class may be the same, and the distance judges.
_INITIAL_CLASSES = (
    *("z zh", "c ch", "s sh", "n l r", "f h", "b p", "d t", "g k", "j q", "x", "m"),
    "",  # without initial: 安, 元
)
_FINAL_CLASSES = (
    *("an ang", "en eng uen ong ueng", "in ing vn", "ian iang van", "uan uang", "uo o e ou", "i v", "ie ve ia"),
    *("ai ei uei", "a", "u", "ao", "iou", "iao", "ua", "uai", "iong", "er"),
)
_PRIVATE_USE = 0xE000  # such characters stand for classes in keys; no text that was cleaned holds any


def _numbered(classes: Sequence[str]) -> dict[str, int]:
    return {sound: number for number, sounds in enumerate(classes) for sound in sounds.split(" ")}


_INITIAL_NUMBERS, _FINAL_NUMBERS = _numbered(_INITIAL_CLASSES), _numbered(_FINAL_CLASSES)


def sound_class(sound: Syllable) -> str:
    """One character that stands for every syllable that this one may easily be taken for."""
    initial, final = _INITIAL_NUMBERS.get(sound.initial), _FINAL_NUMBERS.get(sound.final)
    if initial is None or final is None:
        return sound.initial[:1] or "\0"
    return chr(_PRIVATE_USE + initial * len(_FINAL_CLASSES) + final)


@lru_cache(maxsize=20_000)
def class_alone(character: str) -> str:
    """The class of a character that is read alone."""
    return sound_class(reading(character))
