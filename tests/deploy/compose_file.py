"""docker-compose.yml as Docker would read it, and a service of it as a plain process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
_DEFAULTED = re.compile(r"\$\{[A-Z_]+:-([^}]*)\}")


def read_compose() -> dict[str, Any]:
    """The file, with each variable's default in its place."""
    compose: dict[str, Any] = yaml.safe_load(_DEFAULTED.sub(r"\1", COMPOSE.read_text(encoding="utf-8")))
    return compose


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a container would run, here: each text of the file that names a container's place is replaced by ours."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    check: tuple[str, ...]
    """The health check's command; none: it has none."""

    @classmethod
    def of(cls, name: str, places: Mapping[str, str]) -> Service:
        """A service of the file. Every one of `places` must occur in it, or the file has changed."""
        written = read_compose()["services"][name]
        check = written.get("healthcheck", {}).get("test", ["CMD"])
        assert check[0] == "CMD"
        words = [*written["command"], *written["environment"].values(), *check]
        for place in places:
            assert any(place in word for word in words), f"{place} does not occur in service {name}"
        return cls(
            command=tuple(_here(word, places) for word in written["command"]),
            environment={key: _here(word, places) for key, word in written["environment"].items()},
            check=tuple(_here(word, places) for word in check[1:]),
        )


def _here(word: str, places: Mapping[str, str]) -> str:
    for place, ours in places.items():
        if place in word:
            return word.replace(place, ours)
    return word
