"""What people say in the spoken corpus's templates, as far as the lexicon goes: runs of phrases of known words.

Only templates that are not held out: how the model fares with talks it knew nothing of can be measured with the rest.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Sequence

from sandbox.dialogue_corpus.templates import TEMPLATES, Template
from sandbox.lexicon import PAUSE, STOP, load_lexicon, phrases, segment

_GAPS = {"{place}": ("Π", "{where}"), "{number}": ("Ν", "{mobile}"), "{when}": ("Ω", "{moment}")}
"""A template's gap, a letter that is in no talk and no lexicon, and the patterns' slot of the same meaning."""


@functools.cache
def load_talks() -> Sequence[str]:
    """Sentences with the slots of `patterns.toml`. Labels are not looked at: nobody says them."""
    files = (file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.glob("*.toml")))
    templates = (Template.model_validate(talk) for text in files for talk in tomllib.loads(text)["talk"])
    lines = (line for each in templates if not each.held_out for line in (*each.caller, *each.agent))
    return [run for line in lines for run in known_runs(line)]


def known_runs(line: str) -> Iterator[str]:
    """The runs of whole phrases of this line that can be said, pauses left out.

    >>> list(known_runs("{place}停水了，嗯，鳄鱼来了，我姓王"))
    ['{where}停水了嗯', '我姓王']
    """
    for gap, (letter, _) in _GAPS.items():
        line = line.replace(gap, letter)
    run = ""
    for phrase in (*(each for each in phrases(line) if each not in (PAUSE, STOP)), ""):
        if phrase and _can_be_said(phrase):
            run += phrase
        else:
            if run:
                yield _with_slots(run)
            run = ""


def _can_be_said(phrase: str) -> bool:
    return all(known for _, known in segment(phrase, _lexicon_and_gaps()))


@functools.cache
def _lexicon_and_gaps() -> dict[str, tuple[str, ...]]:
    return {**load_lexicon(), **{letter: () for letter, _ in _GAPS.values()}}


def _with_slots(run: str) -> str:
    for letter, slot in _GAPS.values():
        run = run.replace(letter, slot)
    return run
