"""Small mistakes made in the deciding modules, one at a time: how many of them do the tests notice?

`./dev bench mutants` makes a sample of all mutations (bench.mutations) of all deciding modules (tests.house_rules),
drawn by a fixed seed, each module its share; `./dev bench mutants 1000` a larger one, `./dev bench mutants all` every
one, and `./dev bench mutants all acd/offering.py` those of one module. For each, the tests that touch its lines are
run, those of the module's own file and the quickest first, until one fails or all have passed (bench.mutant_tests), but
no more than MOST_TESTS_S of them: what only slower tests would notice counts as not noticed.

`mutants.caught` is the share that was noticed, from `caught_least` to `caught_most` is its 95 % interval (E. Wilson,
"Probable inference", JASA 22, 1927). What was not noticed is listed on the error stream: some of it changes nothing
(a limit of 500 that is 501), some shows a rule that no test tells.
"""

from __future__ import annotations

import ast
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from itertools import pairwise
from math import sqrt
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, Protocol

from bench.mutations import Mutation, count, mutation
from sandbox.figures import report
from tests.house_rules import ACD_DOERS, PURE_MODULES

ROOT: Final = Path(__file__).parents[1]
SAMPLE, SEED, LEAST = 300, 12345, 0.85
MOST_TESTS_S: Final = 15.0
SOONEST_S, PATIENCE = 30.0, 6.0
"""A test that never ends has noticed: so many seconds, and as many times what the tests take otherwise."""
Job = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Touching:
    """Which tests run a line, and what each takes in seconds."""

    lines: Mapping[str, Mapping[str, Sequence[str]]]
    took: Mapping[str, float]

    def touching(self, module: str, mutant: Mutation, source: str) -> list[str]:
        """Those that run the mutated statement; of one that is run by importing, all that have to do with the module.

        Those are the tests that run anything of it, and those of the files that import it.
        """
        lines = self.lines[module]
        first, last = statement(source, mutant.line)
        found = {test for line in range(first, last + 1) for test in lines.get(str(line), ())}
        found = found or {test for tests in lines.values() for test in tests} | self._importing(module)
        own = f"test_{Path(module).stem}.py"
        inorder = sorted(found, key=lambda test: (own not in test, self.took[test], test))
        return list(_within(inorder, self.took))

    def _importing(self, module: str) -> set[str]:
        name = re.escape(module.removesuffix(".py").replace("/", "."))
        imports = re.compile(rf"^(?:from|import) {name}\b", re.MULTILINE)
        files = {test.partition("::")[0] for test in self.took}
        chosen = {file for file in files if imports.search((ROOT / file).read_text(encoding="utf-8"))}
        return {test for test in self.took if test.partition("::")[0] in chosen}


def _within(tests: Iterable[str], took: Mapping[str, float]) -> Iterator[str]:
    left_s = MOST_TESTS_S
    for test in tests:
        if took[test] <= left_s:
            left_s -= took[test]
            yield test


def statement(source: str, line: int) -> tuple[int, int]:
    """The first and last line of the innermost statement at a line, or of its head if it has a body."""
    found = (line, line)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if last >= line:
                found = (node.lineno, max(last, node.lineno))
    return found


def deciding() -> list[str]:
    """The paths of all deciding modules."""
    paths = sorted(path.relative_to(ROOT).as_posix() for folder in ROOT.iterdir() for path in folder.glob("*.py"))
    return [path for path in paths if path not in ACD_DOERS and any(fnmatch(path, rule) for rule in PURE_MODULES)]


def everything(modules: Iterable[str]) -> list[tuple[str, int]]:
    """Every mutation there is: its module and number."""
    return [(module, number) for module in modules for number in range(count(*_read(module)))]


def _read(module: str) -> tuple[str, dict[str, Any]]:
    names = vars(import_module(module.removesuffix(".py").replace("/", ".")))
    return (ROOT / module).read_text(encoding="utf-8"), names


def map_tests(modules: Sequence[str]) -> Touching:
    """Run all tests once. CalledProcessError: one fails with nothing changed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "bench.mutant_tests", "map", file.name]
        subprocess.run(command, cwd=ROOT, check=True, text=True, input=json.dumps(modules), stdout=sys.stderr)  # noqa: S603 - ourselves
        return Touching(**json.load(file))


class Judging(Protocol):
    """Whoever says what becomes of jobs."""

    def judge(self, jobs: Sequence[Job]) -> Iterable[Job]:
        """Each job with what became of it, in their order."""


class Judges:
    """Processes that judge, one for each processor."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.mutant_tests", "work"]
        self._free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
        self._all = [
            subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ourselves
            for _ in os.sched_getaffinity(0)
        ]
        for judge in self._all:
            self._free.put(judge)

    def judge(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """Each job with what became of it, in their order."""
        with ThreadPoolExecutor(len(self._all)) as pool:
            yield from pool.map(self._one, jobs)

    def _one(self, job: Job) -> Job:
        judge = self._free.get()
        try:
            if judge.stdin is None or judge.stdout is None:
                raise RuntimeError("a judge without pipes")
            judge.stdin.write(json.dumps(job) + "\n")
            judge.stdin.flush()
            answer: Job = json.loads(judge.stdout.readline())
        finally:
            self._free.put(judge)
        return answer

    def close(self) -> None:
        """Let them end."""
        for judge in self._all:
            if judge.stdin is not None:
                judge.stdin.close()
            judge.wait()


def jobs_for(chosen: Iterable[tuple[str, int]], tests: Touching) -> Iterator[Job]:
    """What a judge must know of each mutation."""
    for module, number in chosen:
        source, names = _read(module)
        mutant = mutation(source, names, number)
        touching = tests.touching(module, mutant, source)
        yield {
            "module": module,
            "number": number,
            "tests": touching,
            "most_s": SOONEST_S + PATIENCE * sum(tests.took[test] for test in touching),
            "said": f"{module}:{mutant.line}: {_short(mutant.before)} -> {_short(mutant.after)}",
        }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:67]}..."


def interval(caught: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share; z for 95 %."""
    share, weight = caught / of, z * z / of
    half = z * sqrt(share * (1 - share) / of + weight / (4 * of))
    return (share + weight / 2 - half) / (1 + weight), (share + weight / 2 + half) / (1 + weight)


def drawn(population: Sequence[tuple[str, int]], size: int | None, dice: random.Random) -> Sequence[tuple[str, int]]:
    """One of each of `size` equal stretches: every module has its share. None or too many: all."""
    if size is None or size >= len(population):
        return population
    ends = [part * len(population) // size for part in range(size + 1)]
    return [population[dice.randrange(*stretch)] for stretch in pairwise(ends)]


def check(judges: Judging, jobs: Sequence[Job]) -> None:
    """With nothing changed the same tests must pass in a judge. RuntimeError."""
    unchanged = [{**job, "number": None} for job in jobs if job["tests"]]
    if failing := [job["module"] for job in judges.judge(unchanged) if job["noticed"] != "no"]:
        raise RuntimeError(f"tests fail with nothing changed: {failing}")


def measure(size: int | None, modules: Sequence[str]) -> int:
    """Print every figure; 1 if too few were noticed."""
    tests, population = map_tests(modules), everything(modules)
    dice = random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    jobs, judges = list(jobs_for(drawn(population, size, dice), tests)), Judges()
    check(judges, dice.sample(jobs, min(10, len(jobs))))
    survived = [job for job in judges.judge(jobs) if _survived(job)]
    judges.close()
    caught = len(jobs) - len(survived)
    least, most = interval(caught, len(jobs))
    report("mutants.caught", round(caught / len(jobs), 4), "1", LEAST)
    report("mutants.caught_least", round(least, 4), "1")
    report("mutants.caught_most", round(most, 4), "1")
    report("mutants.sampled", len(jobs), "1", len(population))
    report("mutants.survived", len(survived), "1")
    report("mutants.untested", sum(not job["tests"] for job in survived), "1")
    return int(caught / len(jobs) < LEAST)


def _survived(job: Job) -> bool:
    if job["noticed"] != "no":
        return False
    sys.stderr.write(f"not noticed: {job['said']}  ({len(job['tests'])} tests)\n")
    return True


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else str(SAMPLE)
    sys.exit(measure(None if asked == "all" else int(asked), sys.argv[2:] or deciding()))
