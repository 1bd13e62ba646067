"""音近更正: a place or a word of the trade that was misheard, written as it is spelt. Empty beats wrong. Pure.

A likeness becomes a correction when all of this holds:
- it costs no more than its kind may (`_limit`): short stems little, longer ones more; a name without a generic ending
  (新浦), and a generic ending that was misheard, need words around them that go with a place;
- no other name sounds nearly as like. If several do, it is the only one that lies in a place named in this talk;
- it touches no name that is spelt right, unless it holds the whole of it;
- where something entirely different was heard, it is none of the syllables that tell neighbours apart (东路, 西路).

The bounds were set on generated sentences (`bench/places_town.py`, the tuning half) and measured on the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from asr.transcript import Word
from wording.name_index import LONG_STEM, Likeness, NameIndex
from wording.names import is_generic, is_generic_pair
from wording.sounds import DIFFERENT, TONE, reading, syllable_distance
from wording.written import Change, WrittenTurn

PLACE_RULE, HOT_WORD_RULE = "地名音近", "热词音近"

_MARGIN = 0.2  # another name that costs only so much more sounds nearly as like
_UNSURE = 0.6  # a word that the engine gives less confidence may be a two-syllable hot word
_COST_MOST = 1.2  # no stem may cost more
_NEXT_TO_NOTHING = 0.2
_UNLIKE = 0.5  # a syllable that costs more is entirely different
_TELLING = frozenset("东西南北中上下前后左右内外大小新老旧一二三四五六七八九十0123456789")
_FUNCTION = frozenset("的了是我你他她它这那个们不没有在就都也和跟吗呢吧啊很把被给让要会能可说")
_FUNCTION_COST = 0.3
_BEFORE = re.compile(r"(?:在|住|到|去|往|从|离|位于|靠近|经过|叫|[区县镇乡市]|街道)$")
_AFTER = re.compile(
    r"[零〇一幺二两三四五六七八九十百0-9]{1,6}(?:号|栋|幢|弄|单元|楼|组|期)|附近|旁边|门口|路口|对面|里面|这边|那边|这里|那里|"
    r"这一带|一带|周边|周围|东边|西边|南边|北边|交叉|小区|[，。、？]|$"
)


def corrected_by_sound(turn: WrittenTurn, index: NameIndex, named: Collection[str]) -> list[Change]:
    """What to write otherwise in one turn. `named`: the places named in the talk, which tell like names apart."""
    spelt = [(start, stop) for start, stop, _ in index.exact(turn.text)]
    like = [each for each in index.like(turn.text) if each.stem_cost <= _COST_MOST and not _cuts(each, spelt)]
    alone = [each for each in like if _fits(turn, each, beside=False)]
    places = (*spelt, *((each.start, each.stop) for each in alone if each.name.place))
    begun, ended = {start for start, _ in places}, {stop for _, stop in places}
    beside = [each for each in like if each.start in ended or each.stop in begun]
    fit = [*alone, *(each for each in beside if each not in alone and _fits(turn, each, beside=True))]
    best = _apart(sorted(fit, key=lambda each: (-_worth(each), each.start)))
    return [_change(turn, meant) for each in best if (meant := _meant(each, fit, named))]


def _fits(turn: WrittenTurn, found: Likeness, *, beside: bool) -> bool:
    """Whether it may be meant. `beside`: another name stands directly beside it, so that it is likely a place, too."""
    around = beside or _around(turn.text, found)
    if found.name.generic and found.generic_cost > (_UNLIKE if around else TONE) and not _one_unlike(turn.text, found):
        return False
    if _is_another_ending(turn.text, found) or _tells_apart(turn.text, found):
        return False
    return _cost(turn.text, found) <= _limit(turn, found, around=around)


def _one_unlike(text: str, found: Likeness) -> bool:
    """Whether all sounds as it should but one syllable of an ending like 小区, whose other is spelt right."""
    said, meant = text[found.start : found.stop][-2:], found.name.generic[-2:]
    one_right = len(meant) > 1 and (said[0] == meant[0]) != (said[1] == meant[1])
    return (
        one_right and is_generic_pair(meant) and found.stem_cost <= _NEXT_TO_NOTHING and found.generic_cost <= DIFFERENT
    )


def _cost(text: str, found: Likeness) -> float:
    said = text[found.start : found.stop]
    generic = 0.0 if _one_unlike(text, found) else found.generic_cost
    return (
        found.stem_cost
        + generic
        + _FUNCTION_COST * sum(1 for each in said if each in _FUNCTION and each not in found.name.spelling)
    )


def _limit(turn: WrittenTurn, found: Likeness, *, around: bool) -> float:
    """How much a likeness may cost, in syllables."""
    stem, ending = found.name.stem, bool(found.name.generic)
    if not found.name.place:
        unsure = min(_confidences(turn.words[found.start : found.stop]), default=1.0) < _UNSURE
        return {2: 0.1 if unsure else -1.0, 3: 0.4}.get(stem, 0.8)
    if stem >= LONG_STEM:
        return _COST_MOST if around or ending else 0.9
    if stem == LONG_STEM - 1:
        return (0.5 if ending else 0.3) + (0.15 if around else 0.0)
    return (0.45 if ending else -1.0) + (0.2 if around and ending else 1.1 if around else 0.0)


def _around(text: str, found: Likeness) -> bool:
    """Whether the words around go with a place."""
    before = _BEFORE.search(text, max(0, found.start - 3), found.start)
    return before is not None or _AFTER.match(text, found.stop) is not None


def _is_another_ending(text: str, found: Likeness) -> bool:
    """Whether what was heard ends as another kind of place does (家园 for 花园), or is nothing but such an ending."""
    said = text[found.start : found.stop]
    ending = said[len(said) - len(found.name.generic) :]
    return is_generic(said) or (found.generic_cost > TONE * len(ending) and is_generic(ending))


def _tells_apart(text: str, found: Likeness) -> bool:
    """Whether it would change a syllable into an entirely different one that tells neighbours apart."""
    said, spelt = text[found.start : found.stop], found.name.spelling
    if len(said) != len(spelt):
        return bool((set(said) ^ set(spelt)) & _TELLING)
    pairs = ((a, b) for a, b in zip(said, spelt, strict=True) if a != b and (a in _TELLING or b in _TELLING))
    return any(
        syllable_distance(reading(a), reading(b)) > _UNLIKE or (a in _TELLING and b in _TELLING) for a, b in pairs
    )


def _cuts(found: Likeness, spelt: Iterable[tuple[int, int]]) -> bool:
    """Whether it touches a name that is spelt right without holding all of it and more."""
    return any(
        start < found.stop
        and found.start < stop
        and not (found.start <= start and stop <= found.stop and stop - start < found.stop - found.start)
        for start, stop in spelt
    )


def _worth(found: Likeness) -> float:
    return found.stop - found.start - 2 * found.cost


def _apart(found: Sequence[Likeness]) -> list[Likeness]:
    """The best first, and of the others those that do not overlap; in the order of the text."""
    kept: list[Likeness] = []
    for each in found:
        if all(each.stop <= other.start or other.stop <= each.start for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def _meant(best: Likeness, fit: Iterable[Likeness], named: Collection[str]) -> Likeness | None:
    """The one name that is meant here: no other sounds nearly as like, or it alone lies in a place that is named."""
    where, most = (best.start, best.stop), best.cost + _MARGIN
    like = {each.name.spelling: each for each in fit if (each.start, each.stop) == where and each.cost < most}
    if len(like) > 1:
        like = {spelling: each for spelling, each in like.items() if _lies_in(each, named)}
    return next(iter(like.values())) if len(like) == 1 else None


def _lies_in(found: Likeness, named: Collection[str]) -> bool:
    return not found.name.within.isdisjoint(named)


def _change(turn: WrittenTurn, found: Likeness) -> Change:
    """As sure as the likeness (1 the same sounds … 0.5 at its limit) and as the words that it agrees with."""
    spelt, said = found.name.spelling, turn.text[found.start : found.stop]
    agreed = [turn.words[found.start + at] for at, each in enumerate(said) if each in spelt]
    sure = list(_confidences(agreed))
    limit = max(_limit(turn, found, around=True), TONE)
    likeness = 1.0 - min(1.0, found.cost / limit) / 2
    confidence = likeness * (sum(sure) / len(sure) if sure else 0.5)
    rule = PLACE_RULE if found.name.place else HOT_WORD_RULE
    return Change(found.start, found.stop, spelt, rule, round(confidence, 3))


def _confidences(words: Iterable[Iterable[Word]]) -> Iterable[float]:
    return (word.confidence for each in words for word in each)
