"""验收: what a folder must stand before it is put in force, besides loading: the linter, and its own rehearsals.

Both read what the folder said at one moment. Neither is asked again for a roll-back: what was in force has stood it,
and whoever goes back is in a hurry. No loop and no clock: whoever has one calls this beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from city.files import Files
from city.load import city_of
from city.mistakes import Mistake
from city.refusals import RehearsalsFail, WarningsNotAccepted
from city.taking import Proof, Waived
from hotline.rehearsing import ENDING, FOLDER, rehearse
from ivr.lint import lint
from ivr.rehearsal import Rehearsal, Verdict
from ivr.rehearsal_text import read_rehearsals

REHEARSALS_MOST: Final = 1000
"""About two seconds of a processor."""
SCRIPT_BYTES_MOST: Final = 1024 * 1024

Scripts = Mapping[str, bytes]
"""What is in a folder's files of rehearsals, by their names inside the folder."""


def scripts_in(folder: Path) -> dict[str, bytes]:
    """Of a city's folder, as they are now. A file that is gone, or cannot be read, is empty."""
    return {path.relative_to(folder).as_posix(): _bytes_of(path) for path in scripts_of(folder)}


def scripts_of(folder: Path) -> list[Path]:
    """The files themselves."""
    return sorted((folder / FOLDER).glob(f"*{ENDING}"))


def prove(files: Files, scripts: Scripts) -> Proof:
    """Have the linter look, and carry the rehearsals out. city.mistakes.CityInvalid: it does not even load."""
    found = lint(files)
    rehearsals, mistakes = _read(scripts)
    verdicts = () if mistakes else rehearse(city_of(files), rehearsals)
    return Proof(
        warnings=found.warnings,
        accepted=len(found.accepted),
        rehearsed=len(verdicts),
        failed=tuple(sorted((*mistakes, *(fault for verdict in verdicts for fault in _faults(verdict))))),
    )


def let_pass(proof: Proof, waived: Waived) -> str:
    """The words to be written down of what had to be waived; "" if nothing. RehearsalsFail, WarningsNotAccepted."""
    words = ""
    if proof.failed:
        if not waived.rehearsals:
            zh, en = f"演练有 {len(proof.failed)} 处不符,一切未变", "rehearsals fail; nothing has changed"
            raise RehearsalsFail(en, zh, proof.failed)
        words += f"(演练不符 rehearsals fail: {waived.rehearsals})"
    if proof.open:
        if not waived.warnings:
            zh, en = f"有 {len(proof.open)} 条提醒未接受,一切未变", "warnings are not accepted; nothing has changed"
            raise WarningsNotAccepted(en, zh, proof.open)
        rules = ", ".join(sorted({warning.rule for warning in proof.open}))
        words += f"(提醒未接受 warnings: {rules})"
    return words


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SCRIPT_BYTES_MOST + 1)
    except OSError:
        return b""


def _read(scripts: Scripts) -> tuple[list[Rehearsal], list[Mistake]]:
    found: list[Rehearsal] = []
    mistakes: list[Mistake] = []
    for file, content in scripts.items():
        try:
            read, wrong = read_rehearsals(content.decode("utf-8-sig"), file)
        except UnicodeDecodeError:
            read, wrong = (), (_of_file(file, "not_utf8", "须为 UTF-8", "is not UTF-8"),)
        found += read
        mistakes += wrong
        if len(found) > REHEARSALS_MOST or len(content) > SCRIPT_BYTES_MOST:
            zh, en = f"演练过多,至多 {REHEARSALS_MOST} 次", f"more than {REHEARSALS_MOST} rehearsals"
            return [], [_of_file(file, "too_many_rehearsals", zh, en)]
    return found, mistakes


def _of_file(file: str, rule: str, zh: str, en: str) -> Mistake:
    return Mistake(file=file, line=1, column=1, key="", rule=rule, zh=zh, message=en)


def _faults(verdict: Verdict) -> Iterator[Mistake]:
    heard = ", ".join(verdict.outcome.heard) or "-"
    for fault in verdict.faults:
        yield Mistake(
            file=verdict.rehearsal.file,
            line=fault.line or verdict.rehearsal.line,
            column=1,
            key=verdict.rehearsal.name,
            rule="rehearsal_fails",
            zh=f"{fault.zh};听到 {heard}",
            message=f"{fault.message}; heard {heard}",
        )
