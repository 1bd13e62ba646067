"""Grammars and hot words, checked before any engine sees them: a malformed grammar crashes libvosk. Pure.

A grammar is a list of phrases beside which nothing is heard. Hot words are names that a city wants to be heard rightly;
what an engine cannot weigh is left to the correction by sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from asr.plain import plain_text

PHRASES_MOST = 5000
PHRASE_CHARS_MOST = 64
_SHOWN_CHARS = 20


class GrammarRefused(ValueError):
    """What is wrong with a grammar or a hot word, and with which. `zh` is the same sentence in Chinese."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Grammar:
    """Phrases, each in the model's own words with a space between. Made by `grammar` alone."""

    phrases: tuple[str, ...]


def grammar(phrases: Iterable[object], known: Collection[str]) -> Grammar:
    """A grammar of these phrases for a model that knows these words. GrammarRefused.

    A phrase without spaces is cut into the longest words that the model knows, from its beginning.
    """
    spelt = tuple(dict.fromkeys(" ".join(_in_words(_phrase(phrase), known)) for phrase in _listed(phrases)))
    if not spelt:
        raise GrammarRefused(zh="语法为空:至少要有一个词组", en="the grammar is empty: it must have a phrase")
    return Grammar(spelt)


def hot_words(words: Iterable[object], known: Collection[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The hot words that this model can hear, and those that it never will. GrammarRefused when one is no word."""
    can: list[str] = []
    never: list[str] = []
    for word in dict.fromkeys(_phrase(word) for word in _listed(words)):
        (can if _cut(word, known) else never).append(word)
    return can, never


def _listed(phrases: Iterable[object]) -> Sequence[object]:
    if isinstance(phrases, str | bytes):
        raise GrammarRefused(zh="应为词组的列表,而不是一段文字", en="a list of phrases is wanted, not one text")
    listed = list(phrases)
    if len(listed) > PHRASES_MOST:
        zh, en = f"{len(listed)} 个词组,最多 {PHRASES_MOST} 个", f"{len(listed)} phrases, {PHRASES_MOST} at most"
        raise GrammarRefused(zh=zh, en=en)
    return listed


def _phrase(phrase: object) -> str:
    if not isinstance(phrase, str):
        kind = type(phrase).__name__
        raise GrammarRefused(zh=f"词组应为文字,而不是 {kind}", en=f"a phrase is text, not {kind}")
    clean = plain_text(phrase, PHRASE_CHARS_MOST)
    if not clean or clean != " ".join(phrase.split()) or '"' in clean or "\\" in clean:
        shown = plain_text(phrase, _SHOWN_CHARS)
        zh = f"词组 {shown!r} 为空、过长,或含有控制字符、标记、引号"
        raise GrammarRefused(zh=zh, en=f"the phrase {shown!r} is empty, too long, or has control, markup or quotes")
    return clean


def _in_words(phrase: str, known: Collection[str]) -> Sequence[str]:
    words = _cut(phrase, known)
    if not words:
        raise GrammarRefused(
            zh=f"模型不认识 {phrase!r} 中的字词", en=f"the model does not know the words of {phrase!r}"
        )
    return words


def _cut(phrase: str, known: Collection[str]) -> Sequence[str]:
    """The phrase in known words, the longest first; empty when there is none for some part of it."""
    words: list[str] = []
    for part in phrase.split():
        at = 0
        while at < len(part):
            word = next((part[at:end] for end in range(len(part), at, -1) if part[at:end] in known), "")
            if not word:
                return ()
            words.append(word)
            at += len(word)
    return words
