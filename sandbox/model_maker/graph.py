"""The decoding graph in the two halves that Vosk joins as it decodes: HCLr.fst (words), Gr.fst (sentences).

L spells words in phones with optional silence between them; words that sound alike end in a disambiguation symbol so
that L can be made deterministic. H replaces each phone by its forward transition-id and puts the self-loop on the state
behind it (what Kaldi calls reorder). The look-ahead half renumbers the words, and G follows its numbering.
"""

from __future__ import annotations

import collections
import itertools
import math
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sandbox.model_maker.language import write_grammar
from sandbox.model_maker.phones import STAY, Phones
from sandbox.model_maker.speech import SILENCE

PLUGINS = "/usr/lib/x86_64-linux-gnu/fst/22"
"""Where Debian's libfst22-plugins-base keeps olabel_lookahead-fst.so."""

_LEAVE = -math.log(STAY)
_START, _BETWEEN_WORDS, _AFTER_SILENCE = 0, 1, 2


def write_graph(phones: Phones, folder: Path, work: Path) -> None:
    """Write graph/{HCLr.fst,Gr.fst,words.txt,disambig_tid.int}; `work` takes what lies between."""
    words = {word: number for number, word in enumerate(["<eps>", *sorted(phones.spellings)])}
    _write(work / "L.txt", spell_words(phones, words))
    _run("fstcompile L.txt | fstrmepsilon | fstdeterminize | fstarcsort > L.fst && fstprint L.fst > Ldet.txt", work)
    _write(work / "HCL.txt", emit(_read_arcs(work / "Ldet.txt"), phones))
    _run("fstcompile HCL.txt | fstarcsort --sort_type=olabel > HCL.fst", work)
    _run("fstconvert --fst_type=olabel_lookahead --save_relabel_opairs=relabel HCL.fst > HCLr.fst", work)
    words = _renumber(words, work / "relabel")
    _write(work / "G.txt", write_grammar(words))
    _run("fstcompile G.txt | fstarcsort --sort_type=ilabel | fstconvert --fst_type=const > Gr.fst", work)
    for name in ("HCLr.fst", "Gr.fst"):
        (folder / "graph" / name).write_bytes((work / name).read_bytes())
    ordered = sorted(words.items(), key=lambda entry: entry[1])
    _write(folder / "graph/words.txt", (f"{word} {number}" for word, number in ordered))
    marks = range(phones.transition_ids + 1, phones.transition_ids + 2 + max(homophone_marks(phones).values()))
    _write(folder / "graph/disambig_tid.int", map(str, marks))


def homophone_marks(phones: Phones) -> Mapping[str, int]:
    """The words that sound like another, numbered among their kind from 1."""
    alike: dict[tuple[str, ...], list[str]] = collections.defaultdict(list)
    for word, spelling in phones.spellings.items():
        alike[spelling].append(word)
    return {word: mark for group in alike.values() if len(group) > 1 for mark, word in enumerate(group, 1)}


def spell_words(phones: Phones, words: Mapping[str, int]) -> Iterator[str]:
    """L as OpenFst text. Symbols after the phones disambiguate: the first ends silence, the others homophones."""
    ids = {name: number for number, name in enumerate(phones.names)}
    silence, after_silence = ids[SILENCE], len(ids)
    marks = homophone_marks(phones)
    states = itertools.count(_AFTER_SILENCE + 1)
    yield f"{_START} {_BETWEEN_WORDS} 0 0 {_LEAVE}"
    yield f"{_START} {_AFTER_SILENCE} {silence} 0 {_LEAVE}"
    yield f"{_AFTER_SILENCE} {_BETWEEN_WORDS} {after_silence} 0"
    for word, spelling in phones.spellings.items():
        symbols = [ids[phone] for phone in spelling] + ([after_silence + marks[word]] if word in marks else [])
        here, said = _BETWEEN_WORDS, words[word]
        for symbol in symbols[:-1]:
            there = next(states)
            yield f"{here} {there} {symbol} {said}"
            here, said = there, 0
        before_silence = next(states)
        yield f"{here} {_BETWEEN_WORDS} {symbols[-1]} {said} {_LEAVE}"
        yield f"{here} {before_silence} {symbols[-1]} {said} {_LEAVE}"
        yield f"{before_silence} {_AFTER_SILENCE} {silence} 0"
    yield f"{_BETWEEN_WORDS} 0"


Arcs = Mapping[int, list[tuple[int, int, int, float]]]
"""State to its arcs: target, phone or mark, word, cost."""


def _read_arcs(path: Path) -> tuple[int, Arcs, Mapping[int, float]]:
    """Start state, arcs and final costs of an OpenFst text."""
    arcs: dict[int, list[tuple[int, int, int, float]]] = collections.defaultdict(list)
    finals: dict[int, float] = {}
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    for state, *rest in lines:
        if len(rest) < 3:  # a final state, and perhaps its cost
            finals[int(state)] = float(rest[0]) if rest else 0.0
        else:
            target, symbol, word, *cost = rest
            arcs[int(state)].append((int(target), int(symbol), int(word), float(cost[0]) if cost else 0.0))
    return int(lines[0][0]), arcs, finals


def emit(machine: tuple[int, Arcs, Mapping[int, float]], phones: Phones) -> Iterator[str]:
    """HCL as OpenFst text: each state of L is split by the phone it is entered with, and loops on that phone."""
    start, arcs, finals = machine
    numbers = {(start, 0): 0}
    todo = [(start, 0)]
    for state, phone in todo:  # grows while we walk
        here, leave = numbers[state, phone], _LEAVE if phone else 0.0
        if phone:
            yield f"{here} {here} {2 * phone - 1} 0 {_LEAVE}"
        for target, symbol, word, cost in arcs.get(state, []):
            entered = symbol if 0 < symbol < len(phones.names) else 0
            if (target, entered) not in numbers:
                numbers[target, entered] = len(numbers)
                todo.append((target, entered))
            yield f"{here} {numbers[target, entered]} {_emission(symbol, phones)} {word} {cost + leave}"
        if state in finals:
            yield f"{here} {finals[state] + leave}"


def _emission(symbol: int, phones: Phones) -> int:
    """The forward transition-id of a phone; disambiguation marks come after all transition-ids."""
    beyond = symbol - len(phones.names)
    return 2 * symbol if beyond < 0 else phones.transition_ids + 1 + beyond


def _renumber(words: Mapping[str, int], relabelling: Path) -> dict[str, int]:
    pairs = (line.split() for line in relabelling.read_text(encoding="ascii").splitlines())
    new = {int(old): int(number) for old, number in pairs}
    return {word: new.get(number, number) for word, number in words.items()}


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _run(command: str, work: Path) -> None:
    plugins = f"{PLUGINS}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    subprocess.run(  # noqa: S603 - our own constant commands
        ["/bin/bash", "-ec", f"set -o pipefail; {command}"],
        check=True,
        cwd=work,
        env={**os.environ, "LD_LIBRARY_PATH": plugins},
    )
