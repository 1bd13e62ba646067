"""Kaldi's own files: `am/final.mdl` (transition model and nnet3 net, binary), `conf/` and `graph/phones/`."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from sandbox.model_maker.features import MFCC_OPTIONS, SUBSAMPLING
from sandbox.model_maker.phones import STAY, Phones
from sandbox.model_maker.speech import SILENCE
from sandbox.model_maker.train import OFFSETS, AcousticModel, Affine
from sandbox.voices import RATE_HZ

MODEL_CONF = f"""\
--min-active=20
--max-active=600
--beam=10.0
--lattice-beam=4.0
--acoustic-scale=0.3
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""
"""min-active is small on purpose: at Vosk's usual 200, so small a graph is kept alive whole through every silence."""

_WORD_PLACES = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}


class KaldiStream:
    """Kaldi's binary format: tokens with a space after them, each number with its size before it."""

    def __init__(self) -> None:
        self.written = bytearray(b"\0B")

    def tokens(self, *tokens: str) -> Self:
        """Words, as they are."""
        self.written += "".join(f"{token} " for token in tokens).encode()
        return self

    def integers(self, *values: int) -> Self:
        """32-bit integers, one by one."""
        for value in values:
            self.written += b"\4" + struct.pack("<i", value)
        return self

    def single(self, value: float) -> Self:
        """One 32-bit float."""
        self.written += b"\4" + struct.pack("<f", value)
        return self

    def double(self, value: float) -> Self:
        """One 64-bit float."""
        self.written += b"\x08" + struct.pack("<d", value)
        return self

    def integer_vector(self, values: Sequence[int]) -> Self:
        """A std::vector<int32>."""
        self.integers(len(values))
        self.written += np.asarray(values, "<i4").tobytes()
        return self

    def vector(self, values: Any) -> Self:
        """A Kaldi vector of 32-bit floats."""
        self.tokens("FV").integers(len(values))
        self.written += np.asarray(values, "<f4").tobytes()
        return self

    def matrix(self, rows: Any) -> Self:
        """A Kaldi matrix of 32-bit floats, row by row."""
        self.tokens("FM").integers(*rows.shape)
        self.written += np.ascontiguousarray(rows, "<f4").tobytes()
        return self


def write_acoustic_model(model: AcousticModel, phones: Phones, path: Path) -> None:
    """Write final.mdl."""
    stream = KaldiStream()
    _write_transitions(stream, phones)
    _write_net(stream, model)
    path.write_bytes(stream.written)


def _write_transitions(stream: KaldiStream, phones: Phones) -> None:
    ids = range(1, len(phones.names))
    stream.tokens("<TransitionModel>", "<Topology>").integer_vector(ids).integer_vector([-1] + [0] * len(ids))
    # -1: self-loops have pdfs of their own; one entry of two states
    stream.integers(-1, 1, 2)
    # state 0: forward class 0, self-loop class 1, two transitions; state 1: final
    stream.integers(0, 1, 2, 0).single(STAY).integers(1).single(STAY).integers(-1, -1, 0)
    stream.tokens("</Topology>", "<Tuples>").integers(len(ids))
    for phone in ids:
        stream.integers(phone, 0, *phones.pdfs_of(phones.names[phone]))
    log_probabilities = [0.0] + [math.log(STAY)] * phones.transition_ids
    stream.tokens("</Tuples>", "<LogProbs>").vector(log_probabilities).tokens("</LogProbs>", "</TransitionModel>")


def _write_net(stream: KaldiStream, model: AcousticModel) -> None:
    *hidden, output = model.layers
    stream.tokens("<Nnet3>")
    stream.written += ("\n" + "\n".join(net_wiring(len(hidden))) + "\n\n").encode()
    stream.tokens("<NumComponents>").integers(2 * len(model.layers))
    for number, layer in enumerate(hidden):
        _write_affine(stream, f"tdnn{number}.affine", layer)
        _write_nonlinearity(stream, f"tdnn{number}.relu", "RectifiedLinearComponent", len(layer.bias))
    _write_affine(stream, "output.affine", output)
    _write_nonlinearity(stream, "output.log-softmax", "LogSoftmaxComponent", len(output.bias))
    stream.tokens("</Nnet3>", "<LeftContext>").integers(0).tokens("<RightContext>").integers(0)
    stream.tokens("<Priors>").vector(model.priors)


def net_wiring(hidden_layers: int) -> Iterator[str]:
    """The net's nodes in nnet3's configuration language."""
    yield f"input-node name=input dim={MFCC_OPTIONS['num-ceps']}"
    source = "input"
    for number in range(hidden_layers):
        name = f"tdnn{number}"
        yield f"component-node name={name}.affine component={name}.affine input={_append(source, OFFSETS[number])}"
        yield f"component-node name={name}.relu component={name}.relu input={name}.affine"
        source = f"{name}.relu"
    yield f"component-node name=output.affine component=output.affine input={source}"
    yield "component-node name=output.log-softmax component=output.log-softmax input=output.affine"
    yield "output-node name=output input=output.log-softmax objective=linear"


def _append(source: str, offsets: Iterable[int]) -> str:
    return f"Append({', '.join(f'Offset({source}, {offset})' if offset else source for offset in offsets)})"


def _write_affine(stream: KaldiStream, name: str, layer: Affine) -> None:
    stream.tokens("<ComponentName>", name, "<FixedAffineComponent>", "<LinearParams>").matrix(layer.weights)
    stream.tokens("<BiasParams>").vector(layer.bias).tokens("</FixedAffineComponent>")


def _write_nonlinearity(stream: KaldiStream, name: str, kind: str, width: int) -> None:
    stream.tokens("<ComponentName>", name, f"<{kind}>", "<Dim>").integers(width)
    stream.tokens("<ValueAvg>").vector([]).tokens("<DerivAvg>").vector([]).tokens("<Count>").double(0.0)
    stream.tokens(f"</{kind}>")


def write_settings(folder: Path, phones: Phones) -> None:
    """Write both files of conf/, and word_boundary.int, without which word times are garbage."""
    mfcc = "".join(f"--{option}={value}\n" for option, value in MFCC_OPTIONS.items())
    (folder / "conf/mfcc.conf").write_text(
        f"--use-energy=false\n--sample-frequency={RATE_HZ}\n--dither=0.0\n{mfcc}"
        "--allow-downsample=true\n--allow-upsample=true\n",
        encoding="ascii",
    )
    (folder / "conf/model.conf").write_text(MODEL_CONF, encoding="ascii")
    boundaries = (
        f"{number} {'nonword' if name == SILENCE else _WORD_PLACES[name[-1]]}\n"
        for number, name in enumerate(phones.names)
        if number
    )
    (folder / "graph/phones/word_boundary.int").write_text("".join(boundaries), encoding="ascii")
