"""`python -m sandbox.model_maker OUT`: make the model, then measure it. `--evaluate N` only measures."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def main() -> None:
    """Read the command line, make or measure."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.model_maker", description=__doc__)
    parser.add_argument("out", type=Path, help="模型文件夹 / the model's folder")
    parser.add_argument("--quick", action="store_true", help="少量语音，快速试做 / few recordings, a trial")
    parser.add_argument("--evaluate", type=int, metavar="N", help="只用 N 句测试 / measure only, with N sentences")
    wanted = parser.parse_args()
    if wanted.evaluate is None:
        _make(wanted.out, quick=wanted.quick)
    from sandbox.model_maker.evaluate import evaluate  # noqa: PLC0415 - Vosk and torch each take a moment to load

    for line in evaluate(wanted.out, wanted.evaluate or 200):
        _report(line)


def _make(out: Path, *, quick: bool) -> None:
    from sandbox.model_maker.make import make_model  # noqa: PLC0415

    began = time.monotonic()
    recordings, epochs, hidden = (1000, 10, 96) if quick else (5000, 9, 176)
    make_model(out, recordings=recordings, epochs=epochs, hidden=hidden, report=_report)
    _report(f"made in {time.monotonic() - began:.0f} s")


def _report(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
