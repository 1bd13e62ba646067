"""What was learned of labelled talks: which label (kind, category, urgency class) a caller's words speak for. Pure.

A multinomial logistic regression over the runs of one to three characters that occur, each counted once, and over cues
that rules found. With a talk's known tokens i and their rarity r (idf), x = r / max(|r|, little); label k scores
b_k + Σ_i x_i w_ik, and the label of the highest score is guessed. How sure that is says a second logistic regression of

    SIGNS   the log-odds of its softmax, the log-odds of it against the next label, the share of the talk's pairs of
            characters that are known at all, whether the rules' own finding is the same, whether it is another one,
            the log-odds of it by what the caller said alone: an agent's 请稍等 must not decide

and of the label itself (some kinds are guessed too often), fitted on talks of templates that the first had not seen
(Platt 1999, with more signs than one), so that it is a probability: 0.9 is right nine times of ten. Words misheard are
mostly unknown pairs, so sureness falls with noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 3  # characters of a run
EVIDENCE = 3  # runs that are shown
SIGNS = ("log-odds", "ahead of the next", "known pairs", "as the rules say", "against the rules", "without the agent")
BY_AGENT = "«话:"
"""The mark before what the agent said."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FIGURES = re.compile(r"[零〇一幺二两三四五六七八九十百千万]{3,}")
_LEAST = 1e-4  # of a probability, before its logarithm

NONE = ""
"""The label of what is to be left empty: never guessed, only weighed against the others."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a guess is made from: `cues` are names, each with a mark before it; `found`: what rules say it is;
    `without`: what is not read, as places."""

    text: str
    cues: tuple[str, ...] = ()
    found: str | None = None
    without: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """A label, the probability that it is right, and where the words stand that spoke for it most. `is_callers`:
    whether the caller's words alone would say the same."""

    label: str
    sure: float
    spans: tuple[Span, ...]
    is_callers: bool = True


@dataclass(frozen=True, slots=True)
class Weighed:
    """Before it is known how sure that is: the label, its SIGNS, the runs that spoke for it; `is_callers` as above."""

    label: str
    signs: tuple[float, ...]
    spans: tuple[Span, ...]
    is_callers: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """`rarity` by token; `weights` by token and label, `bias` and `lean` by label; `platt` by sign and, last, for all.
    `little`: the length of rarities below which a talk speaks the more softly, the less was said."""

    labels: tuple[str, ...]
    tokens: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    platt: NDArray[np.float32]
    lean: NDArray[np.float32]
    little: float

    def guess(self, reading: Reading) -> Guess | None:
        """The likeliest label; None: no word is known."""
        weighed = self.weigh(reading)
        if weighed is None:
            return None
        return Guess(weighed.label, self.sure(weighed.label, weighed.signs), weighed.spans, weighed.is_callers)

    def sure(self, label: str, signs: Sequence[float]) -> float:
        """How probable it is that a guess with these SIGNS is right."""
        score = float(np.dot(self.platt[:-1], signs) + self.platt[-1] + self.lean[self.labels.index(label)])
        return float(1 / (1 + np.exp(-score)))

    def weigh(self, reading: Reading) -> Weighed | None:
        """The same without its probability."""
        at = dict(reversed(list(runs(reading))))
        known = sorted({self.tokens[token] for token in (*at, *reading.cues) if token in self.tokens})
        if not known:
            return None
        x, scores = self._scores(known)
        ranked = [int(each) for each in np.argsort(-scores)]
        best = self._best(scores)
        second = next(each for each in ranked if each != best)
        heard = {self.tokens[token] for token in reading.cues if token.startswith(BY_AGENT) and token in self.tokens}
        _, by_caller = self._scores([each for each in known if each not in heard])
        pairs = [token for token in at if len(token) == 2]
        signs = (
            _log_odds(scores, best),
            float(scores[best] - scores[second]),
            sum(token in self.tokens for token in pairs) / max(1, len(pairs)),
            float(reading.found == self.labels[best]),
            float(reading.found is not None and reading.found != self.labels[best]),
            _log_odds(by_caller, best),
        )
        spoke = x[:, None] * (self.weights[known] - self.weights[known].mean(axis=1, keepdims=True))
        evidence = self._evidence(at, dict(zip(known, spoke[:, best], strict=True)))
        return Weighed(self.labels[best], signs, evidence, self._best(by_caller) == best)

    def _best(self, scores: NDArray[np.floating]) -> int:
        """The label of the highest score."""
        return next(int(each) for each in np.argsort(-scores) if self.labels[each] != NONE)

    def _scores(self, known: Sequence[int]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """How much each of these tokens is there, and each label's score."""
        x = scaled(self.rarity[known], self.little)
        return x, x @ self.weights[known] + self.bias

    def _evidence(self, at: Mapping[str, Span], spoke: Mapping[int, float]) -> tuple[Span, ...]:
        """Where the runs stand that spoke for it most, in the order of the text, without overlaps."""
        taken: list[Span] = []
        ranked = sorted((-spoke[self.tokens[token]], span) for token, span in at.items() if token in self.tokens)
        for against, (start, stop) in ranked:
            if against < 0 and len(taken) < EVIDENCE and all(stop <= one or other <= start for one, other in taken):
                taken.append((start, stop))
        return tuple(sorted(taken))


def _log_odds(scores: NDArray[np.floating], label: int) -> float:
    """Of a label, by the softmax."""
    likely = np.exp(scores - scores.max())
    share = float(likely[label] / likely.sum())
    return float(np.log((share + _LEAST) / (1 - share + _LEAST)))


def scaled(rarity: NDArray[np.floating], little: float) -> NDArray[np.floating]:
    """To length 1, or to less where there is little: a few words speak softly."""
    return rarity / max(little, float(np.linalg.norm(rarity)))


def runs(reading: Reading) -> Iterator[tuple[str, Span]]:
    """Every run of one to LONGEST Chinese characters and where it stands; none across anything else, or a number."""
    read = list(reading.text)
    for start, stop in (*reading.without, *(match.span() for match in _FIGURES.finditer(reading.text))):
        read[start:stop] = "\n" * (stop - start)
    for match in _HAN.finditer("".join(read)):
        yield from _within(match[0], match.start())


def _within(said: str, offset: int) -> Iterator[tuple[str, Span]]:
    for length in range(1, LONGEST + 1):
        for start in range(len(said) - length + 1):
            yield said[start : start + length], (offset + start, offset + start + length)
