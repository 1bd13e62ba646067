"""Phrases in what was said: where they stand, and how they were meant: said, denied, or told of others. Pure.

Speech has no quotation marks, so this is read off the words around a phrase, within its sentence:

    我不想活了            said (不 belongs to the phrase)
    我没有想死            denied: a denial stands directly before, with nothing but fillers between
    自杀倒不会            denied: or directly behind
    是不是漏煤气          said: A不A asks, it does not deny
    我不是不想死          said: a denial denied
    劝他别跳楼            told of others; 别 forbids, it does not deny
    电视上说有人跳楼      told of others
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from city.categories import GAP

_GAP_CHARS = 6
_WITHIN = "[^\n。！？!?]"
_SENTENCE, _CLAUSE = re.compile(r"[\n。！？!?]"), re.compile(r"[，,；;、]")


class Manner(StrEnum):
    """How a phrase was meant."""

    SAID = "said"  # 本人所说
    REPORTED = "reported"  # 转述他人
    DENIED = "denied"  # 否认


@dataclass(frozen=True, slots=True)
class PhraseFound:
    """A phrase in a text: characters start…stop."""

    start: int
    stop: int
    manner: Manner


_DENIAL = re.compile(
    r"(?:没有|没|不是|不会|不可能|不想|不|未|并非|绝非)(?:说|想|过|有|再|发生|出现|什么|任何|打算|觉得|是|会|去|真的|到|要)*$"
)
_FORBIDDING = re.compile(r"(?:不要|不准|不许|不能)(?:再|去)?$")
_DENIED_BEHIND = re.compile(
    r"(?:的)?(?:想法|念头|意思|打算|情况|现象|事)?(?:是|倒是|倒|肯定|绝对|应该)?(?:没有|不会|不至于|不存在|谈不上)"
    r"(?=[\n。！？!?，,；;的吧啊呀哦]|$)"
)
_OTHERS = re.compile(
    r"(?:(?<!其)他|她|孩子|小孩|儿子|女儿|老公|老婆|爱人|丈夫|妻子|同学|朋友|邻居|室友|同事|别人|人家|(?<!没)有人|有个人|对方|学生|老人|母亲"
    r"|父亲|妈妈|爸爸|我妈|我爸|网友|新闻|电视|网上|视频|小说|电影|歌词|抖音|书上|听说|据说)" + _WITHIN + "{0,12}$"
)
_BACK_CHARS = 20


class Phrases:
    """Some phrases, and what is said within other ones and does not count."""

    def __init__(self, words: Iterable[str], unless: Iterable[str] = ()) -> None:
        self._words, self._unless = _any_of(words), _any_of(unless)

    def find(self, text: str) -> Iterator[PhraseFound]:
        """Every place where one is said, from the left, without overlaps."""
        idle = [(match.start(), match.end()) for match in self._unless.finditer(text)]
        for match in self._words.finditer(text):
            if not any(start <= match.start() and match.end() <= stop for start, stop in idle):
                yield PhraseFound(match.start(), match.end(), manner_of(text, match.start(), match.end()))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all, the longest first. None of them: a pattern that is nowhere."""
    longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    gap = f"{_WITHIN}{{0,{_GAP_CHARS}}}?"
    return re.compile("|".join(gap.join(map(re.escape, phrase.split(GAP))) for phrase in longest) or r"(?!)")


def manner_of(text: str, start: int, stop: int) -> Manner:
    """How the phrase in start…stop was meant."""
    before = _SENTENCE.split(text[max(0, start - _BACK_CHARS) : start])[-1]
    if _is_denied(_CLAUSE.split(before)[-1]) or _DENIED_BEHIND.match(text, stop):
        return Manner.DENIED
    return Manner.REPORTED if _OTHERS.search(before) else Manner.SAID


def _is_denied(before: str) -> bool:
    match = _DENIAL.search(before)
    if match is None or _FORBIDDING.search(before):
        return False
    at = match.start()
    if 0 < at < len(before) - 1 and before[at - 1] == before[at + 1]:  # 是不是, 有没有: a question
        return False
    return not _is_denied(before[:at])
