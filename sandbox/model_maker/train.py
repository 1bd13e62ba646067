"""The acoustic model: a small time-delay net, trained frame by frame with cross-entropy, folded to bare affine layers.

While it trains, inputs are normalised and every layer is followed by a batch norm. Both are linear, so at the end they
are folded into the next layer's weights: Kaldi then needs only affine and ReLU.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from sandbox.model_maker.corpus import Example
from sandbox.model_maker.features import SUBSAMPLING

OFFSETS = ((-2, -1, 0, 1, 2), (-3, 0, 3), (-3, 0, 3), (-6, -3, 0, 3, 6))
"""The frames each layer splices, in 10 ms; every layer after the first works on the 30 ms grid."""
CONTEXT = sum(max(offsets) for offsets in OFFSETS[1:]) // SUBSAMPLING
"""Output frames of context that the layers after the first need on each side."""

_BATCH = 32
_DEV = 100
_PEAK_RATE = 4e-3
_JITTER = 0.1
_IGNORED = -100
_LEAST_COUNT = 10


@dataclass(frozen=True, kw_only=True)
class Affine:
    """One layer: `weights` (outputs x inputs) and `bias` (outputs), 32-bit floats."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class AcousticModel:
    """The folded net (the last layer's outputs are pdfs, before log-softmax) and how often each pdf occurs."""

    layers: tuple[Affine, ...]
    priors: NDArray[np.float64]


class Net(nn.Module):  # type: ignore[misc, unused-ignore] # torch is here only when a model is made
    """The net while it trains: batches x output frames x spliced features in, pdf scores out."""

    def __init__(self, features: int, hidden: int, outputs: int) -> None:
        super().__init__()
        widths = [features, *[hidden] * (len(OFFSETS) - 1)]
        splices = zip(widths, OFFSETS, strict=True)
        self.affines = nn.ModuleList(nn.Linear(width * len(offsets), hidden) for width, offsets in splices)
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in OFFSETS)
        self.output = nn.Linear(hidden, outputs)

    def forward(self, spliced: Tensor) -> Tensor:
        """Scores; the batch has lost `CONTEXT` frames on each side."""
        flow = spliced
        for number, (affine, norm) in enumerate(zip(self.affines, self.norms, strict=True)):
            flow = functional.relu(affine(_splice_grid(flow, OFFSETS[number]) if number else flow))
            flow = norm(flow.transpose(1, 2)).transpose(1, 2)
        scores: Tensor = self.output(flow)
        return scores


def _splice_grid(flow: Tensor, offsets: Sequence[int]) -> Tensor:
    steps = [offset // SUBSAMPLING for offset in offsets]
    left = min(steps)
    frames = flow.shape[1] - (max(steps) - left)
    return torch.cat([flow[:, step - left : step - left + frames] for step in steps], -1)


def splice_input(features: NDArray[np.float32], offset: int) -> NDArray[np.float32]:
    """The first layer's input on the 30 ms grid that begins at `offset`, with context; the edges are repeated."""
    frames = (len(features) - offset + SUBSAMPLING - 1) // SUBSAMPLING
    centres = offset + SUBSAMPLING * np.arange(-CONTEXT, frames + CONTEXT)[:, None]
    window = features[np.clip(centres + np.array(OFFSETS[0])[None], 0, len(features) - 1)]
    return np.asarray(window.reshape(len(window), -1))


def train(
    examples: Sequence[Example], *, outputs: int, hidden: int, epochs: int, report: Callable[[str], None]
) -> AcousticModel:
    """Train on all examples but the first hundred, which measure each epoch."""
    torch.manual_seed(1)
    some = np.concatenate([features for features, _ in examples[:500]])
    mean, deviation = some.mean(0), some.std(0)
    normal = [(((features - mean) / deviation).astype(np.float32), labels) for features, labels in examples]
    net = Net(len(mean), hidden, outputs)
    _descend(net, normal, epochs, report)
    return AcousticModel(layers=fold(net, mean, deviation), priors=count_priors(examples, outputs))


def _descend(net: Net, examples: Sequence[Example], epochs: int, report: Callable[[str], None]) -> None:
    dev, training = examples[:_DEV], list(examples[_DEV:])
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=1e-3)
    steps = epochs * (len(training) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _PEAK_RATE, total_steps=steps + 1, pct_start=0.15)
    for epoch in range(epochs):
        dice = random.Random(epoch)  # noqa: S311 - repeatable on purpose
        net.train()
        for batch in _batches(training, dice):
            spliced, wanted = _collate([training[i] for i in batch], dice)
            loss = _loss(net(spliced + _JITTER * torch.randn_like(spliced)), wanted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            schedule.step()
        report(f"epoch {epoch + 1}/{epochs}: {_measure(net, dev, dice)}")


def _batches(examples: Sequence[Example], dice: random.Random) -> list[list[int]]:
    """Examples of similar length together, in random order; what does not fill a batch waits for the next epoch."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][0]) + dice.random() * 50)
    batches = [order[start : start + _BATCH] for start in range(0, len(order) - _BATCH + 1, _BATCH)]
    dice.shuffle(batches)
    return batches


def _collate(examples: Sequence[Example], dice: random.Random) -> tuple[Tensor, Tensor]:
    offsets = [dice.randrange(SUBSAMPLING) for _ in examples]
    inputs = [splice_input(features, offset) for (features, _), offset in zip(examples, offsets, strict=True)]
    labels = [labels[offset] for (_, labels), offset in zip(examples, offsets, strict=True)]
    frames = max(map(len, labels))
    spliced = torch.zeros(len(examples), frames + 2 * CONTEXT, inputs[0].shape[1])
    wanted = torch.full((len(examples), frames), _IGNORED)
    for row, (seen, said) in enumerate(zip(inputs, labels, strict=True)):
        spliced[row, : len(seen)] = torch.from_numpy(seen)
        wanted[row, : len(said)] = torch.from_numpy(said)
    return spliced, wanted


def _loss(scores: Tensor, wanted: Tensor) -> Tensor:
    return functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), ignore_index=_IGNORED)


def _measure(net: Net, examples: Sequence[Example], dice: random.Random) -> str:
    net.eval()
    with torch.no_grad():
        spliced, wanted = _collate(examples, dice)
        scores = net(spliced)
        heard = wanted >= 0
        right = (scores.argmax(-1)[heard] == wanted[heard]).float().mean().item()
        return f"loss {_loss(scores, wanted).item():.3f}, frames right {right:.3f}"


def fold(net: Net, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> tuple[Affine, ...]:
    """The net without normalisation: each layer takes over the scale and shift of what comes before it."""
    scale, shift = 1.0 / deviation.astype(np.float64), -(mean / deviation).astype(np.float64)
    folded = []
    for number, affine in enumerate([*net.affines, net.output]):
        weights, bias = _numbers(affine.weight), _numbers(affine.bias)
        copies = weights.shape[1] // len(scale)
        bias = bias + weights @ np.tile(shift, copies)
        weights = weights * np.tile(scale, copies)
        folded.append(Affine(weights=weights.astype(np.float32), bias=bias.astype(np.float32)))
        if number < len(net.norms):
            scale, shift = _norm_as_scale(net.norms[number])
    return tuple(folded)


def _norm_as_scale(norm: nn.Module) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scale = _numbers(norm.weight) / np.sqrt(_numbers(norm.running_var) + norm.eps)
    return scale, _numbers(norm.bias) - _numbers(norm.running_mean) * scale


def _numbers(tensor: Tensor) -> NDArray[np.float64]:
    return np.asarray(tensor.detach().double().numpy())


def count_priors(examples: Sequence[Example], outputs: int) -> NDArray[np.float64]:
    """The share of every pdf among the labels, none of them zero."""
    said = np.concatenate([labels for _, choices in examples for labels in choices])
    counts = np.maximum(np.bincount(said, minlength=outputs), _LEAST_COUNT).astype(np.float64)
    return np.asarray(counts / counts.sum())
