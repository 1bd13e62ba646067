"""`python -m sandbox.dialogue_corpus OUT`: speak talks of all templates into a folder for `hotline evaluate`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from city.load import load_city
from sandbox.dialogue_corpus.folder import named_talks, write_talks
from sandbox.dialogue_corpus.templates import Template, TemplatesInvalid, read_templates

SAMPLE = Path(__file__).parents[2] / "cities" / "sample"
EACH = 5


def main() -> None:
    """Read the command line, write the folder."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.dialogue_corpus", description=__doc__)
    parser.add_argument("out", type=Path, help="新文件夹 / a new folder")
    parser.add_argument("--each", type=int, default=EACH, help=f"每个模板几段,缺省 {EACH} / talks of each template")
    parser.add_argument("--most", type=int, help="至多几段 / so many talks at most")
    parser.add_argument(
        "--only", choices=("held-out", "training"), help="只要留出的或可训练的模板 / held-out or other templates"
    )
    parser.add_argument("--templates", type=Path, nargs="+", default=[], help="模板文件;缺省全部 / none: all there are")
    wanted = parser.parse_args()
    try:
        _write(wanted)
    except TemplatesInvalid as wrong:
        sys.exit(f"模板有 {len(wrong.mistakes)} 处有误 / mistakes in the templates:\n{wrong}")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


def _write(wanted: argparse.Namespace) -> None:
    began = time.monotonic()
    city = load_city(SAMPLE)
    templates = [each for each in read_templates(*wanted.templates, city=city) if _is_wanted(each, wanted.only)]
    talks = list(named_talks(templates, wanted.each, city))[: wanted.most]
    wanted.out.mkdir(parents=True)
    seconds = sum(write_talks(wanted.out, talks, city))
    took_s = time.monotonic() - began
    sys.stdout.write(
        f"{len(templates)} 个模板,{len(talks)} 段,{seconds / 3600:.1f} 小时声音,用时 {took_s:.0f} 秒\n"
        f"{len(talks)} talks of {len(templates)} templates, {seconds / 3600:.1f} h of sound, in {took_s:.0f} s\n"
    )


def _is_wanted(template: Template, only: str | None) -> bool:
    return only is None or template.held_out == (only == "held-out")


if __name__ == "__main__":
    main()
