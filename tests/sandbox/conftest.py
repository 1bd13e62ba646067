"""The real Asterisk and a real small package, unpacked once into the ordinary cache and kept there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.debs import Rootfs, toolbox

HELLO = ("hello",)
HELLO_OBJECTS = ("usr/bin/hello",)


@pytest.fixture(scope="session")
def asterisk() -> Asterisk:
    """An Asterisk that runs here."""
    return find_asterisk()


@pytest.fixture(scope="session")
def hello() -> Rootfs:
    """Debian's smallest real program, unpacked with its libraries."""
    return toolbox("hello", packages=HELLO, objects=HELLO_OBJECTS)


@pytest.fixture
def machine_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the machine's apt sources say something else, for this test only."""

    def say(text: str) -> None:
        listed = tmp_path / "sources.list"
        listed.write_text(text, encoding="utf-8")
        config = tmp_path / "apt.conf"
        config.write_text(
            f'Dir::Etc::sourcelist "{listed}";\nDir::Etc::sourceparts "/nonexistent";\n', encoding="utf-8"
        )
        monkeypatch.setenv("APT_CONFIG", str(config))

    return say
