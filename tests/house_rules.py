"""The house's own rules, as functions from one file's text to complaints.

Each knows one rule that ruff, mypy and import-linter cannot say. A complaint is a sentence that begins with the
file's path. `tests/test_house_rules.py` runs them over the tree, and each of them over a sample that breaks it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

LONGEST_FILE = 300

LONG_FILES: dict[str, str] = {
    "tests/journeys/walks.py": "the cells of the outcome table, one walk each",
    "dev": "one POSIX script that must run before anything else of the project can be imported",
    "tests/telephony/test_agi.py": "the bad manners of FastAGI clients, one scene each",
    "tests/telephony/test_ami.py": "the defects of plain panoramisk, one scene each",
}
"""Files that may be longer than LONGEST_FILE lines, and why."""

ACD_DOERS = frozenset(
    f"acd/{name}.py"
    for name in (
        *("engine", "inbox", "journal", "memory", "past"),
        *("staff", "seat_table", "measure_table", "capacity", "arrangement"),
    )
)
"""What keeps the ACD running and remembers it; all else in the package decides."""

PURE_MODULES = (
    "acd/*.py",
    "ivr/*.py",
    "wording/*.py",
    "recordings/chain.py",
    *(
        f"telephony/{name}.py"
        for name in (
            "message",
            "translate",
            "translate_dialling",
            "translate_phones",
            "orders",
            "handing_on",
            "telephones",
            "resync",
        )
    ),
    *(f"tickets/{name}.py" for name in ("phrases", "urgency", "deadlines", "high_risk")),
    *(f"telephony/{name}.py" for name in ("lag", "trunks", "guessing", "phones_seen")),
    *(f"tickets/{name}.py" for name in ("states", "review", "ticket", "webhook", "quality", "repeat")),
)
"""The deciding modules, but for ACD_DOERS: they are told facts and the time, and answer with orders."""

IMPURE_IMPORTS = frozenset(
    {"asyncio", "logging", "structlog", "time", "sqlalchemy", "sqlite3", "socket", "aiohttp", "random"}
)
CLOCK_READINGS = frozenset({"now", "utcnow", "today"})

SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b|raise NotImplemented[E]rror")
EMPTY_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "handler", "handlers"}
)

REGISTRY_HOSTS = re.compile(
    "|".join(
        re.escape(".".join(labels))
        for labels in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("npmmirror", "com"),
            ("deb", "debian", "org"),
            ("snapshot", "debian", "org"),
            ("docker", "io"),
            ("ghcr", "io"),
            ("quay", "io"),
            ("crates", "io"),
            ("proxy", "golang", "org"),
            ("jsdelivr", "net"),
            ("unpkg", "com"),
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home|tmp)/[\w.]|(?<![\w./])~/\.(?:cache|config)/\w+/\w")


def module_without_docstring(path: str, text: str) -> Iterator[str]:
    """Every module says in a docstring what the file knows. A file without a statement needs none."""
    tree = ast.parse(text)
    if tree.body and ast.get_docstring(tree) is None:
        yield f"{path}: a module says in a docstring what the file knows"


def impure_deciding_module(path: str, text: str) -> Iterator[str]:
    """Deciding modules import no I/O, no logging, no database, and read no clock."""
    if path in ACD_DOERS or not any(fnmatch(path, pattern) for pattern in PURE_MODULES):
        return
    for node in ast.walk(ast.parse(text)):
        for name in _imported(node):
            if name.split(".")[0] in IMPURE_IMPORTS:
                yield f"{path}:{_line(node)}: a deciding module does not import {name}"
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_READINGS:
            yield f"{path}:{node.lineno}: a deciding module is told the time, it does not read a clock"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def task_outside_group(path: str, text: str) -> Iterator[str]:
    """Tasks are born in a TaskGroup: `x.create_task` only where this file shows that `x` is one.

    A test's scene may hold on to a future; it ends with the test's loop.
    """
    if path.startswith("tests/"):
        return
    tree = ast.parse(text)
    groups = _names_of_task_groups(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        receiver, _, function = called.rpartition(".")
        if function == "ensure_future" or (function == "create_task" and receiver.split(".")[-1] not in groups):
            yield f"{path}:{node.lineno}: {called}() outside a TaskGroup"


def _names_of_task_groups(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.withitem(context_expr=made, optional_vars=ast.expr() as bound) if "TaskGroup" in ast.unparse(made):
                names.add(ast.unparse(bound).split(".")[-1])
            case ast.Assign(targets=[target], value=made) if "TaskGroup()" in ast.unparse(made):
                names.add(ast.unparse(target).split(".")[-1])
            case ast.arg(arg=name, annotation=ast.expr() as kind) if "TaskGroup" in ast.unparse(kind):
                names.add(name)
            case ast.AnnAssign(target=target, annotation=kind) if "TaskGroup" in ast.unparse(kind):
                names.add(ast.unparse(target).split(".")[-1])
    return names | _handed_on(tree, names)


def _handed_on(tree: ast.Module, names: set[str]) -> set[str]:
    """Where `self._tasks = group` keeps a group for later."""
    assignments = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    kept = (node for node in assignments if isinstance(node.value, ast.Name) and node.value.id in names)
    return {ast.unparse(target).split(".")[-1] for node in kept for target in node.targets}


def swallows_everything(path: str, text: str) -> Iterator[str]:
    """Nobody catches BaseException: it would swallow a cancellation."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or re.search(r"\bBaseException\b", ast.unparse(node.type))
        ):
            yield f"{path}:{node.lineno}: catching BaseException swallows cancellations"


def fakes_are_not_mocks(path: str, text: str) -> Iterator[str]:
    """No mocks, and no test that is skipped or expected to fail."""
    for node in ast.walk(ast.parse(text)):
        if any(name.split(".")[0] in {"mock", "pytest_mock"} or "unittest.mock" in name for name in _imported(node)):
            yield f"{path}:{_line(node)}: a fake of five lines instead of a mock"
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and "pytest" in ast.unparse(node):
            yield f"{path}:{node.lineno}: a test runs and passes; it is not skipped"


def unfinished(path: str, text: str) -> Iterator[str]:
    """What is on main is finished; what is not, is an issue."""
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished work belongs into an issue"


def empty_name(path: str, _: str) -> Iterator[str]:
    """A module is named for its concept."""
    if path.rpartition("/")[2].removesuffix(".py") in EMPTY_NAMES:
        yield f"{path}: the name says nothing; name the concept"


def too_long(path: str, text: str) -> Iterator[str]:
    """Long files are listed with their reason, and the list is not longer than the truth."""
    lines = text.count("\n")
    if lines > LONGEST_FILE and path not in LONG_FILES:
        yield f"{path}: {lines} lines; split by concept, or list it in LONG_FILES with a reason"
    if lines <= LONGEST_FILE and path in LONG_FILES:
        yield f"{path}: has only {lines} lines; take it off LONG_FILES"


def names_a_place_of_the_machine(path: str, text: str) -> Iterator[str]:
    """No package registry's host and no path of a developer's machine: both are configuration."""
    for number, line in enumerate(text.splitlines(), 1):
        if REGISTRY_HOSTS.search(line):
            yield f"{path}:{number}: names the host of a package registry"
        if MACHINE_PATHS.search(line) and "noqa: S108" not in line:  # meant: an attacker's path, say
            yield f"{path}:{number}: names a path of somebody's machine"


Rule = Callable[[str, str], Iterator[str]]

RULES_FOR_PYTHON: tuple[Rule, ...] = (
    module_without_docstring,
    impure_deciding_module,
    task_outside_group,
    swallows_everything,
    fakes_are_not_mocks,
    unfinished,
    empty_name,
)
RULES_FOR_CODE: tuple[Rule, ...] = (too_long,)
RULES_FOR_EVERY_FILE: tuple[Rule, ...] = (names_a_place_of_the_machine,)


def complaints(path: str, text: str) -> list[str]:
    """All that the house has to say about one tracked text file; `path` is relative to the clone, with slashes."""
    rules = RULES_FOR_EVERY_FILE
    if path.endswith(".py"):
        rules += RULES_FOR_PYTHON
    if path.endswith((".py", ".sh")) or "." not in path:
        rules += RULES_FOR_CODE if path != "LICENSE" else ()
    return [complaint for rule in rules for complaint in rule(path, text)]
