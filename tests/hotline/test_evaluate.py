"""`hotline evaluate`: spoken talks through the real decoder, beside their references."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from city.load import load_city
from hotline.evaluate import Evaluated, FieldSeen, WordsSeen, page
from hotline.references import FIELDS, IN_OWN_WORDS, ReferenceInvalid, read_references
from hotline.serve import SAMPLE
from recordings.recording import Leg
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.hotline.typed import hotline
from tickets.evaluation import Verdict, character_errors, pieces
from tickets.labels import labels_of

AGENT = "".join(text for leg, text in TALK if leg is Leg.AGENT)
LABELS = labels_of(load_city(SAMPLE))
RIGHT = {
    "caller": "我要投诉海州区解放路十二号的噪音",
    "agent": AGENT,
    "answered_at": "2026-11-26T10:00:00+08:00",
    "hotline": "12345",
    "ticket": {
        "kind": "投诉",
        "place": "海州区解放路12号",
        "deadline": "2026-12-03 17:30",
        "summary": "我要投诉海州区解放路12号的噪音",
    },
}


def written(folder: Path, name: str, reference: object) -> None:
    """A talk of the folder."""
    for leg, path in record_talk(folder, TALK).items():
        path.rename(folder / f"{name}-{leg}.wav")
    (folder / f"{name}.json").write_text(json.dumps(reference), encoding="utf-8")


async def test_folder_is_evaluated_with_the_real_model(tmp_path: Path) -> None:
    """One reference that agrees, one that does not: half the kinds are right, and the page shows the difference."""
    written(tmp_path, "a", RIGHT)
    written(tmp_path, "b", RIGHT | {"agent": AGENT + "再见", "ticket": {"kind": "求助", "urgency": "民生急修"}})

    said = await hotline(tmp_path, "evaluate", str(tmp_path), "--model", str(MODEL))

    assert said.code == 0, said.err
    rows = {line.split()[1]: line.split()[3:-1:2] for line in said.out.splitlines() if line.startswith("│")}
    assert rows["kind"] == ["50.0%", "50.0%", "0.0%", "2", "2"]
    assert rows["place"] == ["50.0%", "100.0%", "0.0%", "2", "1"]
    assert rows["urgency"] == ["–", "0.0%", "100.0%", "0", "1"]
    assert rows["deadline"] == ["50.0%", "100.0%", "0.0%", "2", "1"]
    assert "summary 相似度 100.0%(1 段)" in said.out
    shown = tmp_path / "evaluation.html"
    assert "<del>再见</del>" in shown.read_text(encoding="utf-8")
    assert shown.stat().st_mode & 0o077 == 0


def test_every_mistake_of_a_folder_is_named_by_file_and_field(tmp_path: Path) -> None:
    """Wrong kind, unknown field, a name the city does not have, no JSON, no sound: all at once."""
    written(tmp_path, "a", RIGHT | {"ticket": {"kind": "抱怨", "colour": "red"}})
    written(tmp_path, "b", RIGHT | {"ticket": {"department": "自来水司", "flow": "noise"}})
    (tmp_path / "b-agent.wav").write_bytes(b"")
    (tmp_path / "c.json").write_text("{", encoding="utf-8")

    with pytest.raises(ReferenceInvalid) as refused:
        read_references(tmp_path, LABELS)

    named = [mistake.split(": ")[:2] for mistake in refused.value.mistakes]
    assert [where[0] for where in named] == ["a.json", "a.json", "b.json", "b-agent.wav", "c.json"]
    assert {where[1] for where in named[:3]} == {"ticket.kind", "ticket.colour", "ticket.department"}
    assert "自来水公司?" in refused.value.mistakes[2]


def test_folder_without_references_is_refused(tmp_path: Path) -> None:
    """Nothing to evaluate is no result."""
    with pytest.raises(ReferenceInvalid, match="there is no reference"):
        read_references(tmp_path, LABELS)


def test_page_shows_hostile_names_as_text() -> None:
    """Names of files come from strangers."""
    said = "好"
    talk = Evaluated(
        name="<script>x</script>",
        seconds=1.0,
        took_s=0.1,
        errors={leg: character_errors(said, said) for leg in Leg},
        pieces={leg: pieces(said, said) for leg in Leg},
        fields={name: FieldSeen(proposed="<b>", wanted=None, verdict=Verdict.UNWANTED) for name in FIELDS},
        words={name: WordsSeen(proposed="<em>", wanted="<q>", likeness=0.5) for name in IN_OWN_WORDS},
    )

    shown = page([talk], {"<i>": "<u>"}, model="<s>")

    assert not any(mark in shown for mark in ("<script>", "<b>", "<i>", "<u>", "<s>", "<em>", "<q>"))
    assert "&lt;script&gt;" in shown
