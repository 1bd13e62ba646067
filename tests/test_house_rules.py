"""The house rules hold everywhere, and every one of them can fail."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import house_rules
from tests.house_rules import complaints

CLONE = Path(__file__).parents[1]


def tracked_files() -> list[str]:
    """What git knows, and what it would know after `git add .`."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (CLONE / name).is_file()]


def test_the_tree_keeps_the_house_rules() -> None:
    """No tracked text file breaks a rule of the house."""
    found = []
    for name in tracked_files():
        content = (CLONE / name).read_bytes()
        if b"\0" not in content:
            found += complaints(name, content.decode("utf-8"))

    assert found == []


def test_listed_exceptions_exist() -> None:
    """Nobody is excused who is not there."""
    assert [name for name in house_rules.LONG_FILES if not (CLONE / name).is_file()] == []


def test_migrations_are_one_chain() -> None:
    """Two branches that both add a step to the same one would leave a database that cannot be prepared."""
    steps = [(CLONE / name).read_text(encoding="utf-8") for name in tracked_files() if "/migrations/versions/" in name]
    before = [re.search(r"^down_revision = (.*)$", step, re.MULTILINE) for step in steps]
    led_from = [found[1] for found in before if found]

    assert len(led_from) == len(steps)
    assert sorted(set(led_from)) == sorted(led_from)


DOCUMENTED = '"""What it knows."""\n'
HOST = "files.pythonhosted{}".format(".org")
BAD = {
    "no docstring": ("acd/x.py", "x = 1\n"),
    "impure import": ("acd/distributor.py", DOCUMENTED + "import asyncio\n"),
    "impure from-import": ("acd/agents.py", DOCUMENTED + "from sqlalchemy.ext import asyncio\n"),
    "reads the clock": ("ivr/walk.py", DOCUMENTED + "from datetime import datetime\nx = datetime.now(None)\n"),
    "bare task": ("hotline/x.py", DOCUMENTED + "import asyncio\nasyncio.create_task(x())\n"),
    "future": ("hotline/x.py", DOCUMENTED + "import asyncio\nasyncio.ensure_future(x())\n"),
    "task of the loop": ("hotline/x.py", DOCUMENTED + "loop.create_task(x())\n"),
    "swallows": ("hotline/x.py", DOCUMENTED + "try:\n    pass\nexcept BaseException:\n    pass\n"),
    "bare except": ("hotline/x.py", DOCUMENTED + "try:\n    pass\nexcept:\n    pass\n"),
    "mock": ("tests/x.py", DOCUMENTED + "from unittest.mock import Mock\n"),
    "skipped": ("tests/x.py", DOCUMENTED + "@pytest.mark.skipif(True)\ndef test_x(): ...\n"),
    "unfinished": ("hotline/x.py", DOCUMENTED + "# TO" + "DO later\n"),
    "empty name": ("hotline/utils.py", DOCUMENTED),
    "too long": ("hotline/x.py", DOCUMENTED + "x = 1\n" * house_rules.LONGEST_FILE),
    "needlessly excused": ("dev", "#!/bin/sh\n"),
    "registry host": ("docs/x.md", f"see https://{HOST}/packages\n"),
    "machine path": ("docs/x.md", "look into {}/li/code\n".format("/home")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_rule_is_noticed(case: str) -> None:
    """Each rule complains exactly once about a sample that breaks it."""
    assert len(complaints(*BAD[case])) == 1


GOOD = {
    "empty package": ("acd/__init__.py", ""),
    "pure module": ("acd/agents.py", DOCUMENTED + "from datetime import datetime\n"),
    "impure where it may be": ("acd/engine.py", DOCUMENTED + "import asyncio\n"),
    "group by with": (
        "hotline/x.py",
        DOCUMENTED + "async def f():\n    async with asyncio.TaskGroup() as tasks:\n        tasks.create_task(g())\n",
    ),
    "group handed in and kept": (
        "hotline/x.py",
        DOCUMENTED
        + "class X:\n    def __init__(self, group: asyncio.TaskGroup) -> None:\n        self._tasks = group\n"
        + "    def go(self) -> None:\n        self._tasks.create_task(g())\n",
    ),
    "group entered on a stack": (
        "hotline/x.py",
        DOCUMENTED + "g = await s.enter_async_context(asyncio.TaskGroup())\ng.create_task(x())\n",
    ),
    "a group of exceptions": ("hotline/x.py", DOCUMENTED + "try:\n    f()\nexcept BaseExceptionGroup:\n    raise\n"),
    "a URL's path": ("docs/x.md", "GET /api/home/page\n"),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_allowed_is_not_complained_about(case: str) -> None:
    """The rules do not cry wolf."""
    assert complaints(*GOOD[case]) == []
