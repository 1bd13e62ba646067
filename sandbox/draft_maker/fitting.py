"""Two regressions: what words say of a label, and how sure that is, fitted on writers whom the first had not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from sandbox.dialogue_corpus.templates import FRESH
from sandbox.draft_maker.examples import Example
from tickets.learned import BY_AGENT, NONE, SIGNS, Learned

STRENGTH, PLATT_STRENGTH = 20.0, 1.0  # scikit-learn's C: the inverse of the penalty on weights
TEMPLATES_AT_LEAST = 2  # a token of a single template is a name, not a sign
TOKENS_AT_MOST, WEIGHTS_AT_MOST = 9_000, 250_000  # those that weigh most
NO_PLATT = np.zeros(len(SIGNS) + 1, dtype=np.float32)


@dataclass(frozen=True)
class Judged:
    """A guess on a talk whose writer was not learned from; wrong, too, where a clerk would leave it empty."""

    example: Example
    label: str
    signs: tuple[float, ...]
    right: bool


class Counted:
    """One field's examples as a matrix of which tokens each has, so that many folds can be fitted to it.

    `little`: as `tickets.learned.Learned` has it.
    """

    def __init__(self, examples: Sequence[Example], little: float) -> None:
        self._little = little
        numbers: dict[str, int] = {}
        at = [[numbers.setdefault(token, len(numbers)) for token in sorted(each.tokens)] for each in examples]
        rows = np.repeat(np.arange(len(examples)), [len(each) for each in at])
        ones = np.ones(len(rows), dtype=np.float32)
        self.examples = tuple(examples)
        self._has = csr_matrix((ones, (rows, [n for each in at for n in each])), (len(examples), len(numbers)))
        self._tokens = np.array(list(numbers))
        self._template = np.unique([each.template for each in examples], return_inverse=True)[1]
        self._labels = np.array([each.label or NONE for each in examples])
        self._weight = np.array([each.weight for each in examples])
        self._known = np.array([each.label is not None for each in examples])
        self._clean = np.array([each.share == 0 for each in examples])
        self._by_caller = np.array([not token.startswith(BY_AGENT) for token in self._tokens])

    def fit(self, chosen: Sequence[bool]) -> Learned:
        """Of the examples that are chosen, without how sure it is."""
        of = np.flatnonzero(np.array(chosen) & self._known)
        kept, rarity = self._vocabulary(of)
        model = self._regression(of, kept, rarity)
        most = min(TOKENS_AT_MOST, WEIGHTS_AT_MOST // len(model.classes_))
        heavy = np.sort(np.argsort(-np.abs(model.coef_).max(axis=0) * rarity)[:most])
        if len(heavy) < len(kept):
            kept, rarity = kept[heavy], rarity[heavy]
            model = self._regression(of, kept, rarity)
        tokens = {str(token): number for number, token in enumerate(self._tokens[kept])}
        small, coefficients, bias = (each.astype(np.float32) for each in (rarity, model.coef_.T, model.intercept_))
        labels, no_lean = tuple(map(str, model.classes_)), np.zeros_like(bias)
        return Learned(labels, tokens, small, coefficients, bias, NO_PLATT, no_lean, self._little)

    def _vocabulary(self, of: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """What was said, without noise, in several templates, and how rare each is (smoothed idf)."""
        clean = of[self._clean[of]]
        templates, number = np.unique(self._template[clean], return_inverse=True)
        spoken = csr_matrix((np.ones(len(clean)), (number, np.arange(len(clean))))) @ self._has[clean]
        within = np.bincount(spoken.indices, minlength=spoken.shape[1])
        kept = np.flatnonzero(within >= TEMPLATES_AT_LEAST)
        return kept, (np.log((1 + len(templates)) / (1 + within[kept])) + 1).astype(np.float32)

    def _regression(
        self, of: NDArray[np.intp], kept: NDArray[np.intp], rarity: NDArray[np.float32]
    ) -> LogisticRegression:
        """Each example twice, at half its weight: as it is, and without what the agent said.

        Agents in written talks are told their part: what they say gives the label away, as no real agent's words do.
        """
        heard = (self._scaled(of, kept, rarity), self._scaled(of, kept, rarity * self._by_caller[kept]))
        weight = np.tile(self._weight[of] / len(heard), len(heard))
        model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
        return model.fit(vstack(heard).tocsr(), np.tile(self._labels[of], len(heard)), sample_weight=weight)

    def _scaled(self, of: NDArray[np.intp], kept: NDArray[np.intp], rarity: NDArray[np.float32]) -> csr_matrix:
        """As `tickets.learned.scaled`."""
        weighed = self._has[of][:, kept] @ diags(rarity, dtype=np.float32)
        length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
        return csr_matrix(diags(1 / np.maximum(self._little, length), dtype=np.float32) @ weighed)


def judged(counted: Counted, folded: Sequence[bool], always: Sequence[bool]) -> Iterator[Judged]:
    """Every example of `folded`, guessed by what was learned without its whole writer, and `always`.

    One writer's talks are alike: judged by what was learned of others of the same hand, they would look too easy.
    """
    tried = [(each, there) for each, there in zip(counted.examples, folded, strict=True)]
    for out in sorted({writer_of(each.source) for each, there in tried if there}):
        learned = counted.fit(
            [
                ever or (there and writer_of(each.source) != out)
                for (each, there), ever in zip(tried, always, strict=True)
            ]
        )
        for example, there in tried:
            weighed = learned.weigh(example.reading) if there and writer_of(example.source) == out else None
            if weighed is not None:
                yield Judged(example, weighed.label, weighed.signs, weighed.label == example.label)


def writer_of(source: str) -> str:
    """Whose hand a file is of: FRESH is of one, every other file of its own."""
    return "fresh" if source in FRESH else source


def with_platt(learned: Learned, of: Sequence[Judged]) -> Learned:
    """With how sure it is, as often as it was right."""
    guessed = np.array([[each.label == label for label in learned.labels] for each in of], dtype=np.float32)
    model = LogisticRegression(C=PLATT_STRENGTH, max_iter=400)
    model.fit(np.hstack([np.array([each.signs for each in of]), guessed]), [each.right for each in of])
    signs, lean = np.split(model.coef_[0].astype(np.float32), [len(SIGNS)])
    return replace(learned, platt=np.append(signs, model.intercept_).astype(np.float32), lean=lean)
