"""docker-compose.yml: a valid one, and what it promises: versions, no privileges, no secrets, no open port."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plumbing.settings import PREFIX, Settings
from tests.deploy.compose_file import ROOT, read_compose

SPEC = json.loads((Path(__file__).parent / "compose-spec/compose_spec.json").read_text(encoding="utf-8"))
OURS, THEIRS = ("asterisk", "controller", "asr"), ("postgres", "redis")


def complaints(compose: dict[str, Any]) -> list[str]:
    """What the Compose Specification's own schema says against a file. Keys that begin with x- are the file's own."""
    return [error.message for error in jsonschema.Draft201909Validator(SPEC).iter_errors(compose)]


def test_file_is_valid_by_the_compose_specification() -> None:
    """And it is the full set."""
    compose = read_compose()

    assert complaints(compose) == []
    assert set(compose["services"]) == {*OURS, *THEIRS}


@pytest.mark.parametrize(
    "mistake",
    [
        {"comand": ["python"]},
        {"restart": True},
        {"depends_on": {"redis": {"condition": "service_helthy"}}},
        {"ports": {"5432": "5432"}},
        {"healthcheck": {"every": "5s"}},
    ],
)
def test_schema_sees_a_mistake(mistake: dict[str, Any]) -> None:
    """A misspelt key, a wrong type, a condition that there is not: or the test above would mean nothing."""
    compose = read_compose()
    compose["services"]["controller"] |= mistake

    assert complaints(compose)


@pytest.mark.parametrize("name", [*OURS, *THEIRS])
def test_service_has_no_more_rights_than_it_needs(name: str) -> None:
    """Not root, no capabilities, nothing but its volumes to write to; its image has an exact version."""
    service = read_compose()["services"][name]

    assert service["user"].split(":")[0] != "0"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r":\d+\.\d+(\.\d+)?(-bookworm)?$", service["image"])


def test_base_image_has_an_exact_version() -> None:
    """So that the same clone is the same image."""
    (base,) = re.findall(r"^FROM (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base)


def test_ports_are_published_on_the_loopback_address_alone() -> None:
    """The database and the broker are nobody's but ours."""
    published = [port for service in read_compose()["services"].values() for port in service.get("ports", [])]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_settings_are_known_and_none_is_a_secret() -> None:
    """A misspelt one would stop the service; a password belongs into a file of its own."""
    for name in OURS:
        environment = read_compose()["services"][name]["environment"]
        ours = [key for key in environment if key.startswith(PREFIX)]
        assert {key.removeprefix(PREFIX).lower() for key in ours} <= set(Settings.model_fields)
        assert not any(re.search(r"://[^/@]*:[^/@]*@", value) for value in environment.values())
        assert f"{PREFIX}AMI_SECRET" not in environment


def test_secrets_are_files_that_git_ignores() -> None:
    """Each is in a folder that no commit and no image takes up."""
    files = [secret["file"] for secret in read_compose()["secrets"].values()]

    assert all(file.startswith("./secrets/") for file in files)
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "secrets" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
