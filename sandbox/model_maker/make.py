"""One build, from nothing to a folder that Vosk opens."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from sandbox.model_maker.corpus import training_examples
from sandbox.model_maker.graph import write_graph
from sandbox.model_maker.kaldi import write_acoustic_model, write_settings
from sandbox.model_maker.phones import number_phones
from sandbox.model_maker.train import train


def make_model(folder: Path, *, recordings: int, epochs: int, hidden: int, report: Callable[[str], None]) -> None:
    """Write a model into `folder`. `hidden` is the width of the net's layers."""
    for part in ("am", "conf", "graph/phones"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    phones = number_phones()
    examples = training_examples(recordings, phones)
    hours = sum(len(features) for features, _ in examples) / 360_000
    report(f"{len(examples)} recordings, {hours:.1f} h; {len(phones.spellings)} words, {phones.pdf_count} pdfs")
    model = train(examples, outputs=phones.pdf_count, hidden=hidden, epochs=epochs, report=report)
    write_acoustic_model(model, phones, folder / "am/final.mdl")
    write_settings(folder, phones)
    with tempfile.TemporaryDirectory() as work:
        write_graph(phones, folder, Path(work))
