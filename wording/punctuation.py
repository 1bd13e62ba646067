"""标点: pauses and the words at a sentence's end as commas, full stops and question marks. Pure.

A recogniser gives words with times and no punctuation. Where a speaker is silent for PAUSE_S a comma is written, for
STOP_S a full stop, and one at the end of the turn; a clause that asks (a particle 吗 呢, a question word, 是不是) ends
with a question mark. A mark is never written within a number or a name, after a mark, or after a clause of one
character. Where words have no times, only the end of the turn is marked. The seconds are our choice: within a fluent
clause speakers of Mandarin seldom pause for a third of a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from wording.written import Change, WrittenTurn

RULE = "停顿"
PAUSE_S = 0.35
STOP_S = 0.8
_CONFIDENCE = 0.6
_MARKS = frozenset(" ，。？！、；：,.?!;:…")
_NO_BREAK = re.compile(
    r"[A-Za-z0-9零〇一幺二两三四五六七八九十百千万点][A-Za-z0-9零〇一幺二两三四五六七八九十百千万点]"
)
_ASKS = re.compile(
    r"(?:吗|呢|么)$|请问|是不是|有没有|能不能|可不可以|会不会|行不行|对不对|要不要|"
    r"(?<!没)(?<!不)(?:什么|怎么|为什么|为啥|哪里|哪儿|哪个|哪天|谁|多少|几点|几号|几天|多久|多长时间|如何|怎样)(?!都|也)"
)
_TELLS = re.compile(r"(?:不知道|不清楚|不晓得|不管|无论|告诉|没什么|没有什么|想问|问一下|问问|反映|投诉)")


def punctuated(turn: WrittenTurn, names: Iterable[tuple[int, int]]) -> list[Change]:
    """Where to write which mark in one turn. `names`: where names stand; like corrections they are not parted."""
    breaks = list(_breaks(turn))
    whole = [(each.start, each.stop) for each in turn.corrections] + (list(names) if len(breaks) > 1 else [])
    changes, clause, sentence = list[Change](), 0, 0  # where each begins
    for at, pause in breaks:
        if any(start < at < stop for start, stop in whole):
            continue
        if at - clause > 1 or at == len(turn.text):
            mark = _mark(turn.text[sentence:at], pause)
            changes.append(Change(at, at, mark, RULE, _CONFIDENCE))
            sentence = sentence if mark == "，" else at
        clause = at
    return [change for change in changes if turn.text[change.start - 1] not in _MARKS]


def _mark(sentence: str, pause: float) -> str:
    if pause < STOP_S and not sentence.endswith(("吗", "呢")):
        return "，"
    return "？" if _ASKS.search(sentence) and not _TELLS.search(sentence) else "。"


def _breaks(turn: WrittenTurn) -> Iterator[tuple[int, float]]:
    """Where a clause may end, and for how long the speaker is silent then; the turn's end is as good as STOP_S."""
    text, words = turn.text, turn.words
    spoken = [(at, own[0], own[-1]) for at, own in enumerate(words) if own]
    for (_, _, last), (at, first, _) in pairwise(spoken):
        pause = first.start_s - last.end_s
        if first is not last and pause >= PAUSE_S and not _NO_BREAK.fullmatch(text, max(0, at - 1), at + 1):
            yield at, pause
    if text:
        yield len(text), STOP_S
