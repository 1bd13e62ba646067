"""requirements.txt is what `./dev lock` makes of pyproject.toml, as far as can be told without a network."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CLONE = Path(__file__).parents[1]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def asked_for(project: dict[str, Any]) -> dict[str, Requirement]:
    """What pyproject.toml asks for, by name: the dependencies and the group `dev`."""
    wanted = map(Requirement, [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]])
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def differences(project: dict[str, Any], pins: str) -> list[str]:
    """Where the pins and the wishes part: missing, not allowed, no longer asked for, without a hash."""
    wanted = asked_for(project)
    sections = list(PIN.finditer(pins))
    found = [f"{name} is not pinned" for name in sorted(wanted.keys() - {pin[1] for pin in sections})]
    for pin, following in pairwise([*sections, None]):
        assert pin is not None
        section = pins[pin.start() : following.start() if following else None]
        if pin[1] in wanted and pin[2] not in wanted[pin[1]].specifier:
            found.append(f"{pin[1]}: {pin[2]} is not {wanted[pin[1]].specifier}")
        if "lianxin (pyproject.toml" in section and pin[1] not in wanted:
            found.append(f"{pin[1]} is pinned and no longer asked for")
        if "--hash=sha256:" not in section:
            found.append(f"{pin[1]} has no hash")
    return found


def test_pins_match_the_project() -> None:
    """After a change of the dependencies `./dev lock` was run."""
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))

    assert differences(project, (CLONE / "requirements.txt").read_text(encoding="utf-8")) == []


def test_uv_is_pinned_to_the_version_that_dev_installs() -> None:
    """requirements-uv.txt holds hashes of exactly the version named in ./dev."""
    named = re.search(r"^UV_VERSION=(\S+)", (CLONE / "dev").read_text(encoding="utf-8"), re.MULTILINE)
    pins = (CLONE / "requirements-uv.txt").read_text(encoding="utf-8")

    assert named
    assert PIN.findall(pins) == [("uv", named[1])]
    assert "--hash=sha256:" in pins


HASH = "    --hash=sha256:0\n    # via lianxin (pyproject.toml)\n"
DRIFTED = [
    (["numpy", "aiohttp>=3"], "aiohttp is not pinned"),
    (["numpy>=3"], "numpy: 2.2 is not >=3"),
    ([], "numpy is pinned and no longer asked for"),
]


@pytest.mark.parametrize(("dependencies", "noticed"), DRIFTED)
def test_drift_is_noticed(dependencies: list[str], noticed: str) -> None:
    """A dependency added, tightened or dropped without `./dev lock` is named."""
    project = {"project": {"dependencies": dependencies}, "dependency-groups": {"dev": []}}

    assert differences(project, "numpy==2.2\n" + HASH) == [noticed]


def test_a_pin_without_hash_is_noticed() -> None:
    """A pin by name alone would trust whoever serves it."""
    project = {"project": {"dependencies": ["numpy"]}, "dependency-groups": {"dev": []}}

    assert differences(project, "numpy==2.2\n") == ["numpy has no hash"]
