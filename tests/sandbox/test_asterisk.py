"""Which Asterisk is taken: an installed one if it is whole and new enough, else the one in the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.pbx import Pbx


async def test_whole_installed_asterisk_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asterisk: Asterisk
) -> None:
    """As a package or a build from source leaves it below a prefix; nothing is unpacked."""
    for place, target in (
        ("lib/asterisk/modules", asterisk.modules),
        ("share/asterisk/documentation", asterisk.documentation),
    ):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).symlink_to(target)
    program = tmp_path / "asterisk"
    program.write_text(f'#!/bin/sh\nexec {" ".join(asterisk.command)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("sandbox.asterisk._PREFIXES", (tmp_path,))

    found = find_asterisk()

    assert found.command == (str(program),)
    assert found.version == asterisk.version
    async with Pbx.start(tmp_path / "pbx", asterisk=found) as pbx:
        assert pbx.complaints() == []


def test_installed_asterisk_that_is_too_old_or_broken_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asterisk: Asterisk
) -> None:
    """Version 18, or a program that does not run."""
    program = tmp_path / "asterisk"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for text in ("#!/bin/sh\necho Asterisk 18.3.0\n", "#!/bin/sh\nexit 1\n"):
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

        assert find_asterisk() == asterisk
