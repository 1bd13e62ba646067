"""Mistakes are made where they could be, and judged by the tests that touch them."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

import pytest

from bench.mutants import Job, Touching, check, deciding, drawn, interval, statement
from bench.mutations import count, mutation

ROOT = Path(__file__).parents[2]
TIMERS, MATCHING = "acd/timers.py", "acd/matching.py"
TOLD = {TIMERS: "tests/acd/test_timers.py", MATCHING: "tests/acd/test_matching.py"}
UNTOLD = "tests/acd/test_lazyheap.py"


class Light(Enum):
    """For the sources below."""

    RED = 1
    GREEN = 2


def changes(source: str) -> list[str]:
    """Every mutation of a source, as what stands there then."""
    names = {"Light": Light}
    return [mutation(source, names, number).after for number in range(count(source, names))]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x < y", ["x <= y", "x >= y"]),
        ("x is None", ["x is not None"]),
        ("x and not y", ["x or not y", "y"]),
        ("a = 3", ["4"]),
        ("a: int = 3", ["4"]),
        ("a = 'words'", []),
        ("a = Light.RED", ["Light.GREEN"]),
        ("a = {'b': 1, 'c': 2}", ["(left out)", "(left out)", "2", "3"]),
        ("tell(x)", ["pass"]),
        ("self.a = b", ["pass"]),
        ("if ready: pass", ["if not ready:\n    pass"]),
        ("def f(a: int = 1) -> 'int | None':\n    return a", ["2", "return None"]),
        ("from a import b", []),
        ("a = zip(b, c, strict=True)", []),
        ("a = zip(b, c, strict=False)", ["True"]),
    ],
)
def test_a_mistake_is_made_wherever_one_could_be(source: str, found: list[str]) -> None:
    """Words and annotations are left alone."""
    assert sorted(changes(source)) == sorted(found)


def test_a_mutation_changes_its_one_place() -> None:
    """And the module can be carried out."""
    made = mutation("a = 1\nb = 1\nc = a + b\n", {}, 1)

    assert (made.line, made.before, made.after) == (2, "1", "2")
    assert ast.unparse(made.tree) == "a = 1\nb = 2\nc = a + b"


def test_the_tests_of_a_line_are_those_that_run_its_statement_its_own_file_first() -> None:
    """The head of an `if` is not its body; quick ones before slow ones; what takes too long is left out."""
    source = "def f(x):\n    if (x and\n            y):\n        return 1\n    return 2\n"
    took = {"tests/test_other.py::quick": 0.1, "tests/test_f.py::own": 5.0, "tests/test_other.py::slow": 99.0}
    tests = Touching({"acd/f.py": {"2": list(took), "4": ["tests/test_other.py::quick"]}}, took)

    assert (statement(source, 3), statement(source, 4)) == ((2, 3), (4, 4))
    touching = tests.touching("acd/f.py", mutation(source, {}, 0), source)
    assert touching == ["tests/test_f.py::own", "tests/test_other.py::quick"]


def test_the_tests_of_a_table_are_those_of_the_files_that_import_it() -> None:
    """Nothing of it is run later, so no line of it is under any test's name."""
    words, other = "tests/acd/test_why_words.py::whatever", "tests/acd/test_timers.py::whatever"
    source = "WORDS = {1: 2}\n"

    touching = Touching({"acd/why_terms.py": {}}, {words: 0.1, other: 0.1})

    assert touching.touching("acd/why_terms.py", mutation(source, {}, 0), source) == [words]


def test_every_deciding_module_is_mutated() -> None:
    """Those of the house rules, and no doer."""
    assert {"acd/matching.py", "acd/agents.py", "telephony/resync.py"} <= set(deciding())
    assert "acd/journal.py" not in deciding()


def test_the_interval_is_wilsons() -> None:
    """By his formula: 85 of 100."""
    assert interval(85, 100) == pytest.approx((0.7672, 0.9069), abs=0.0001)


def test_every_module_has_its_share_of_a_sample() -> None:
    """Three quarters of all are in one of two modules: so are those drawn. A sample of more than all is all."""
    population = [("a.py", number) for number in range(30)] + [("b.py", number) for number in range(10)]
    sample = drawn(population, 8, random.Random(1))

    assert [module for module, _ in sample] == ["a.py"] * 6 + ["b.py"] * 2
    assert len(set(sample)) == 8
    assert drawn(population, 41, random.Random(1)) == drawn(population, None, random.Random(1)) == population


def judged(*jobs: dict[str, object]) -> list[str]:
    """What a judge says of each."""
    lines = "".join(json.dumps({"most_s": 60, **job}) + "\n" for job in jobs)
    command = [sys.executable, "-m", "bench.mutant_tests", "work", *TOLD.values(), UNTOLD]
    done = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line)["noticed"] for line in done.stdout.splitlines()]


def mistake(module: str, begins: str) -> dict[str, object]:
    """The first mutation of what begins so."""
    source = (ROOT / module).read_text(encoding="utf-8")
    all_numbers = range(count(source, {}))
    number = next(n for n in all_numbers if mutation(source, {}, n).before.startswith(begins))
    return {"module": module, "number": number}


def test_a_mistake_is_noticed_by_a_test_that_tells_the_rule_and_by_no_other() -> None:
    """A judge runs real tests on a really mutated function or table; with nothing changed they pass."""
    in_function, in_table = mistake(TIMERS, "heappush(self._first"), mistake(MATCHING, "5")

    assert judged(
        {**in_function, "tests": [TOLD[TIMERS]]},
        {**in_function, "tests": [UNTOLD]},
        {**in_table, "tests": [TOLD[MATCHING]]},
        {**in_table, "tests": [UNTOLD]},
        {**in_function, "number": None, "tests": [TOLD[TIMERS]]},
        {**in_function, "tests": []},
    ) == ["yes", "no", "yes", "no", "no", "no"]


class Contrary:
    """A judge whose tests fail whatever is changed."""

    def judge(self, jobs: Sequence[Job]) -> Iterable[Job]:
        """All noticed."""
        return [{**job, "noticed": "yes"} for job in jobs]


def test_tests_that_fail_with_nothing_changed_prove_nothing() -> None:
    """The bench says so and gives no figure."""
    with pytest.raises(RuntimeError, match="nothing changed"):
        check(Contrary(), [{"module": TIMERS, "number": 1, "tests": [TOLD[TIMERS]]}])
