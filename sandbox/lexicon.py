"""The words the sandbox's model understands, and how Chinese text without spaces falls apart into them.

`lexicon.tsv` is the one list: a word, a tab, its syllables in numbered pinyin (neutral tone 5, ü written v). The
model's vocabulary is made from it, and the demo's citizens can say nothing else.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

LEXICON = Path(__file__).with_name("lexicon.tsv")
PAUSE = "，"
"""What every punctuation mark inside a sentence becomes."""
STOP = "。"
"""What every mark at the end of a sentence becomes."""

_SPOKEN_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_COUNTED_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_STOPS = frozenset("。！？；.!?;\n")
_UNKNOWN_COST = 1000


class UnknownWords(ValueError):
    """The text has words outside the model's vocabulary. `words` names them, in the order of the text."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        listed = "、".join(words)
        super().__init__(
            f"演示模型的词表里没有：{listed}。可用的词见 sandbox/lexicon.tsv。\n"
            f"Not in the demo model's vocabulary: {listed}. The words it knows are listed in sandbox/lexicon.tsv."
        )


@functools.cache
def load_lexicon(path: Path = LEXICON) -> Mapping[str, tuple[str, ...]]:
    """Word to syllables, in the order of the file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {word: tuple(pinyin.split()) for word, pinyin in (line.split("\t") for line in lines)}


def read_figures(figures: str) -> str:
    """Figures as they are spoken: 12345 digit by digit with 幺 for 1; a count of one or two figures as a number.

    >>> read_figures("12345"), read_figures("18"), read_figures("20")
    ('幺二三四五', '十八', '二十')
    """
    if len(figures) > 2 or figures.startswith("0"):
        return "".join(_SPOKEN_DIGITS[figure] for figure in figures)
    if len(figures) == 1:
        return _COUNTED_DIGITS[figures]
    tens, ones = figures[0], figures[1]
    return ("" if tens == "1" else _COUNTED_DIGITS[tens]) + "十" + ("" if ones == "0" else _COUNTED_DIGITS[ones])


def normalise(text: str) -> str:
    """Half-width, figures spelled out, punctuation reduced to `PAUSE` and `STOP`, no spaces."""
    narrow = unicodedata.normalize("NFKC", text)
    spelled = re.sub("[0-9]+", lambda match: read_figures(match.group()), narrow)
    return "".join(_normalise_character(character) for character in spelled)


def _normalise_character(character: str) -> str:
    if character in _STOPS:
        return STOP
    if character.isspace():
        return ""
    return character if character.isalnum() else PAUSE


def phrases(text: str) -> Iterator[str]:
    """The text normalised and cut at its pauses, each pause a token of its own."""
    for is_mark, characters in itertools.groupby(normalise(text), key=lambda c: c in (PAUSE, STOP)):
        run = "".join(characters)
        yield (STOP if STOP in run else PAUSE) if is_mark else run


def segment(phrase: str, lexicon: Mapping[str, tuple[str, ...]]) -> list[tuple[str, bool]]:
    """Cut a phrase into (word, known): the fewest unknown characters, then the fewest words, the longer one first.

    Dynamic programming from the end; unknown neighbours are joined into one.
    """
    longest = max(map(len, lexicon))
    costs, lengths = [0] * (len(phrase) + 1), [1] * (len(phrase) + 1)
    for start in reversed(range(len(phrase))):
        choices = [(_UNKNOWN_COST + costs[start + 1], 0, 1)]
        choices += [
            (1 + costs[start + length], -length, length)
            for length in range(1, min(longest, len(phrase) - start) + 1)
            if phrase[start : start + length] in lexicon
        ]
        costs[start], _, lengths[start] = min(choices)
    return list(_join_unknown(_cut(phrase, lengths), lexicon))


def _cut(phrase: str, lengths: list[int]) -> Iterator[str]:
    start = 0
    while start < len(phrase):
        yield phrase[start : start + lengths[start]]
        start += lengths[start]


def _join_unknown(words: Iterator[str], lexicon: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, bool]]:
    for known, run in itertools.groupby(words, key=lambda word: word in lexicon):
        if known:
            yield from ((word, True) for word in run)
        else:
            yield "".join(run), False


def words_of(text: str) -> list[str]:
    """The known words of a text, pauses left out. Raises `UnknownWords`."""
    lexicon = load_lexicon()
    cut = [part for phrase in phrases(text) if phrase not in (PAUSE, STOP) for part in segment(phrase, lexicon)]
    unknown = tuple(word for word, known in cut if not known)
    if unknown:
        raise UnknownWords(unknown)
    return [word for word, _ in cut]


def syllables_of(text: str, *, strict: bool) -> list[str]:
    """Numbered pinyin of a text, with `PAUSE` and `STOP` where it rests.

    Not strict, words outside the lexicon (and single characters, whose reading hangs on their neighbours) are read by
    pypinyin. Raises `UnknownWords` if strict, or for characters that are no Chinese at all.
    """
    if strict:
        words_of(text)
    spoken: list[str] = []
    for phrase in phrases(text):
        spoken += [phrase] if phrase in (PAUSE, STOP) else _syllables_of_phrase(phrase, strict=strict)
    return spoken


def _syllables_of_phrase(phrase: str, *, strict: bool) -> list[str]:
    lexicon = load_lexicon()
    guesses = None if strict else _guess_readings(phrase)
    spoken: list[str] = []
    for word, known in segment(phrase, lexicon):
        if known and (guesses is None or len(word) > 1):
            spoken += lexicon[word]
        elif guesses is not None:
            spoken += guesses[len(spoken) : len(spoken) + len(word)]
    return spoken


def _guess_readings(phrase: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - loads dictionaries of several MB, needed for prompts only

    strangers = tuple(re.findall(r"[^\u4e00-\u9fff]+", phrase))
    if strangers:
        raise UnknownWords(strangers)
    return [str(reading) for reading in lazy_pinyin(phrase, style=Style.TONE3, neutral_tone_with_five=True)]
