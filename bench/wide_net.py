"""The tiny model with a net as large as that of the small Chinese model (some 16 MB of weights), by random weights.

Every layer gets rows beside its own, of random weights; what reads them later reads them with weight 0. So the net
costs what a large one costs and says what the tiny one says. Its graph stays the tiny one's: a search through it is
cheaper than through a real vocabulary.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

WIDTH = 600
SEED = 20261126
SPREAD = 0.05
_AFFINE = re.compile(rb"<LinearParams> FM \x04(.{4})\x04(.{4})", re.DOTALL)
_BIAS = re.compile(rb"<BiasParams> FV \x04(.{4})", re.DOTALL)
_WIDTH_OF_RELU = re.compile(rb"(<RectifiedLinearComponent> <Dim> \x04)(.{4})", re.DOTALL)


def widen(model: Path, folder: Path, width: int = WIDTH) -> int:
    """Write the wider model into `folder`; how many weights it has."""
    shutil.copytree(model, folder)
    file = folder / "am/final.mdl"
    written, weights = _wider(file.read_bytes(), width, np.random.default_rng(SEED))
    file.write_bytes(written)
    return weights


def _wider(model: bytes, width: int, random: np.random.Generator) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    at, weights, before = 0, 0, 0
    layers = list(_AFFINE.finditer(model))
    for number, found in enumerate(layers):
        rows, columns = (struct.unpack("<i", size)[0] for size in found.groups())
        matrix = np.frombuffer(model, "<f4", rows * columns, found.end()).reshape(rows, columns)
        bias_at = _BIAS.search(model, found.end() + 4 * rows * columns)
        assert bias_at is not None
        bias = np.frombuffer(model, "<f4", rows, bias_at.end())
        out = width if number < len(layers) - 1 else rows
        wide = _spread(matrix, before, width if before else 0, out, random)
        pieces += [model[at : found.start()], _written(b"<LinearParams> FM ", wide)]
        pieces += [model[found.end() + matrix.nbytes : bias_at.start()]]
        pieces += [_written(b"<BiasParams> FV ", np.concatenate([bias, np.zeros(out - rows, "<f4")]))]
        at, weights, before = bias_at.end() + bias.nbytes, weights + wide.size, rows
    relu: Callable[[re.Match[bytes]], bytes] = lambda found: found[1] + struct.pack("<i", width)  # noqa: E731
    return _WIDTH_OF_RELU.sub(relu, b"".join([*pieces, model[at:]])), weights


def _spread(matrix: Matrix, before: int, wide_before: int, out: int, random: np.random.Generator) -> Matrix:
    """The weights in their places among zeros; below them rows of random ones."""
    rows, columns = matrix.shape
    if before:
        copies = columns // before
        blocks = np.zeros((rows, copies, wide_before), "<f4")
        blocks[:, :, :before] = matrix.reshape(rows, copies, before)
        matrix = blocks.reshape(rows, copies * wide_before)
    more = random.normal(0, SPREAD, (out - rows, matrix.shape[1])).astype("<f4")
    return np.concatenate([matrix, more])


def _written(name: bytes, numbers: Matrix) -> bytes:
    sizes = b"".join(b"\4" + struct.pack("<i", size) for size in numbers.shape)
    return name + sizes + np.ascontiguousarray(numbers, "<f4").tobytes()
