"""The published JSON Schemas are those of today's models, and the sample city obeys them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from city.schemas import PUBLISHED, SHAPES, schema_text, write_schemas
from tests.city.scene import SAMPLE

WRITTEN = {
    "admission": "admission.toml",
    "calendar": "calendar/2026.toml",
    "categories": "categories.toml",
    "city": "city.toml",
    "deadlines": "deadlines.toml",
    "dialling": "dialling.toml",
    "high_risk": "high_risk.toml",
    "flow": "flows/water-cut.toml",
    "hotlines": "hotlines.toml",
    "hours": "hours.toml",
    "levels": "levels.toml",
    "menu": "menus/health.toml",
    "places": "places.toml",
    "prompts": "prompts/prompts.toml",
    "queues": "queues.toml",
    "seats": "seats.toml",
    "trunks": "trunks.toml",
    "urgency": "urgency.toml",
    "words": "words.toml",
    "webhooks": "webhooks.toml",
}


def faults(schema: str, content: dict[str, Any]) -> list[str]:
    """What a published schema finds wrong."""
    validator = jsonschema.Draft202012Validator(json.loads((PUBLISHED / f"{schema}.json").read_text(encoding="utf-8")))
    as_json = json.loads(json.dumps(content, default=str))  # TOML has dates, JSON has texts of them
    return [fault.message for fault in validator.iter_errors(as_json)]


@pytest.mark.parametrize("name", SHAPES)
def test_published_schemas_are_current(name: str) -> None:
    """If this fails, run `python -m city.schemas`."""
    assert (PUBLISHED / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


def test_every_schema_is_written_and_no_other_is_published(tmp_path: Path) -> None:
    """The folder is what the command writes."""
    write_schemas(tmp_path / "new")

    assert {path.name for path in (tmp_path / "new").iterdir()} == {path.name for path in PUBLISHED.glob("*.json")}


@pytest.mark.parametrize(("schema", "file"), WRITTEN.items())
def test_sample_city_obeys_its_schemas(schema: str, file: str) -> None:
    """And says, in its first line, which one an editor should use."""
    path = SAMPLE / file
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert faults(schema, tomllib.loads(path.read_text(encoding="utf-8"))) == []
    assert (path.parent / first.removeprefix("#:schema ")).resolve() == PUBLISHED / f"{schema}.json"


def test_schemas_refuse_what_the_loader_refuses() -> None:
    """Unknown keys, impossible levels, two ways at once."""
    choices = {"1": {"join": "health", "goto": "other"}}

    assert faults("menu", {"prompt": "x", "choices": choices})
    assert faults("menu", {"prompt": "x", "choices": {"10": {"join": "health"}}})
    assert faults("menu", {"prompt": "x", "choices": {"1": {"join": "health", "skills": {"psychology": 9}}}})
    assert faults("queues", {"queues": [{"name": "a", "zh": "甲", "en": "A", "colour": "red"}]})
