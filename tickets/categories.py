"""诉求分类: which branch of the city's tree a caller speaks of. Empty beats wrong. Pure.

Each branch has the weight of the phrases that speak of it and of all that grows from it. From the root the heaviest
branch is taken, as long as none beside it weighs nearly as much; where two do, the branch that both grow from is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from city.categories import GAP, Category, by_name, lineage
from tickets.heard import Heard
from tickets.mentions import Hit, Mentions

CLEAR = 1.4  # the heaviest branch weighs so many times the next
FIRST_MATTER_CHARS = 40  # callers say first what they call about
FIRST_MATTER = 1.5  # so much more does it weigh there
LEAST_SURE = 0.9  # a single short word, alone
WHOLE_WEIGHT = 4.0  # from this weight on a branch is as sure as it can be
_PATH = "/"


@dataclass(frozen=True, slots=True)
class CategoryFound:
    """A branch, how strongly the words speak for it, and those words."""

    path: tuple[str, ...]
    strength: float
    hits: tuple[Hit, ...]
    rule: str = "分类用语"

    @property
    def value(self) -> str:
        """As it is written in a ticket."""
        return _PATH.join(self.path)


class CategoryTree:
    """The city's categories. `also`: phrases that speak of a category besides its own (category, phrase)."""

    def __init__(self, categories: Iterable[Category], also: Iterable[tuple[str, str]] = ()) -> None:
        self._categories = by_name(categories)
        self._paths = {name: lineage(name, self._categories) for name in self._categories}
        own = [(each.name, phrase) for each in self._categories.values() for phrase in each.words]
        self._phrases = Mentions([*own, *((name, phrase) for name, phrase in also if name in self._categories)])

    def find(self, said: Heard) -> CategoryFound | None:
        """The one branch that was spoken of; None: none, or several."""
        hits = _outermost(self._phrases.find(said.text))
        weights = self._weights(hits)
        path: tuple[str, ...] = ()
        strength = 1.0
        while (step := self._step(weights, path)) is not None:
            path, strength = (*path, step[0]), min(strength, step[1])
        if not path:
            return None
        here = tuple(hit for hit in hits if path[-1] in self._paths[hit.owner])
        return CategoryFound(
            path, strength * min(1.0, LEAST_SURE + (1 - LEAST_SURE) * weights[path[-1]] / WHOLE_WEIGHT), here
        )

    def path(self, value: str) -> tuple[str, ...] | None:
        """The branch that is written so in a ticket; None: there is none."""
        path = tuple(value.split(_PATH))
        return path if self._paths.get(path[-1]) == path else None

    def spoken_of(self, said: Heard) -> list[str]:
        """The branches of which any word was said."""
        return sorted({hit.owner for hit in _outermost(self._phrases.find(said.text))})

    def department(self, path: Sequence[str]) -> str | None:
        """Who usually handles it: the nearest branch that says so."""
        return next((found for name in reversed(path) if (found := self._categories[name].department)), None)

    def has_own_department(self, path: Sequence[str], *, below: str) -> bool:
        """Whether a branch of `path` that grows from `below` says who handles it."""
        return any(self._categories[name].department for name in path[path.index(below) + 1 :])

    def kind(self, path: Sequence[str]) -> str | None:
        """What kind of appeal it usually is, likewise."""
        return next((found for name in reversed(path) if (found := self._categories[name].kind)), None)

    def lies_in(self, name: str, path: Sequence[str]) -> bool:
        """Whether `path` is the branch `name`, or grows from it."""
        return name in path

    def _weights(self, hits: Iterable[Hit]) -> Mapping[str, float]:
        """By branch; each phrase counts once, where it weighs most."""
        best: dict[tuple[str, str], float] = {}
        for hit in hits:
            weight = hit.weight * (FIRST_MATTER if hit.start < FIRST_MATTER_CHARS else 1.0)
            best[hit.owner, hit.phrase] = max(weight, best.get((hit.owner, hit.phrase), 0.0))
        weights: dict[str, float] = {}
        for (owner, _), weight in best.items():
            for name in self._paths[owner]:
                weights[name] = weights.get(name, 0.0) + weight
        return weights

    def _step(self, weights: Mapping[str, float], path: tuple[str, ...]) -> tuple[str, float] | None:
        """The heaviest branch that grows here, if it is clearly the one, and how clearly."""
        depth = len(path)
        grows = [name for name in weights if self._paths[name][:-1] == path and len(self._paths[name]) == depth + 1]
        ranked = sorted(grows, key=lambda name: (-weights[name], name))
        if not ranked:
            return None
        first, second = weights[ranked[0]], weights[ranked[1]] if len(ranked) > 1 else 0.0
        return (ranked[0], first / (first + second)) if first >= CLEAR * second else None


def _outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Without those that lie within another, longer one: 心理医生 speaks of no 医生."""
    solid = [hit for hit in hits if GAP not in hit.phrase]
    return [
        hit
        for hit in hits
        if not any(other.start <= hit.start and hit.stop <= other.stop and other.weight > hit.weight for other in solid)
    ]
