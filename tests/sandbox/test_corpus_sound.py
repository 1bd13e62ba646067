"""The corpus as sound: two aligned legs of each talk, repeatable, in the format of `hotline evaluate`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from city.load import load_city
from hotline.references import read_references
from recordings.recording import Leg
from sandbox.dialogue_corpus.filling import Talk
from sandbox.dialogue_corpus.sound import Script, Turn, record, script_of, starts_of
from sandbox.lexicon import STOP
from sandbox.sound import RATE_HZ, read_wav
from tickets.labels import labels_of

ROOT = Path(__file__).parents[2]
TALK = Talk(
    template="x",
    caller=("路灯坏了", "解放路", "苏G的车", "谢谢"),
    agent=("您好", "在哪里", "好的", "再见", "还有吗"),
    truth={"kind": "投诉"},
)


def talks(count: int) -> list[Script]:
    """So many scripts of one talk."""
    return [script_of(f"x-{number}", TALK) for number in range(count)]


def test_sides_take_turns_and_some_hesitate_and_interrupt() -> None:
    """The agent begins; who has lines left says them, and never interrupts himself; words are kept."""
    scripts = talks(60)
    turns = [turn for script in scripts for turn in script.turns]

    assert [turn.leg for turn in scripts[0].turns] == [Leg.AGENT, Leg.CALLER] * 4 + [Leg.AGENT]
    assert all(turn.text.endswith((*TALK.caller, *TALK.agent)) for turn in turns)
    assert 0.05 < sum(turn.gap_s < 0 for turn in turns) / len(turns) < 0.15
    assert 0 < sum("，" in turn.text for turn in turns) < len(turns) / 4
    assert all(script.turns[0].gap_s > 0 for script in scripts)
    assert len({script.throats[Leg.CALLER].voice for script in scripts}) > 10
    assert scripts[0].said_by(Leg.AGENT) == STOP.join(TALK.agent)


def test_legs_are_aligned_and_repeatable() -> None:
    """Equal in length; the same twice, alone or with others; a letter can be said."""
    first, second = talks(2)
    legs, _ = record([first, second])
    (again,) = record([first])
    caller, agent = (legs[leg] for leg in (Leg.CALLER, Leg.AGENT))

    assert len(caller) == len(agent) > 5 * RATE_HZ
    assert all(np.array_equal(legs[leg], again[leg]) for leg in Leg)
    assert not np.array_equal(caller, agent)


def test_who_interrupts_begins_before_the_other_has_ended_but_not_before_his_half() -> None:
    """In samples: the second turn begins 0.5 s early, the third would begin before the second, and waits."""
    gaps = ((Leg.AGENT, 0.1), (Leg.CALLER, -0.5), (Leg.AGENT, -0.8))
    turns = [Turn(leg=leg, text="", gap_s=gap_s) for leg, gap_s in gaps]

    starts = starts_of(turns, [2.0, 1.0, 1.0])

    assert [round(start / RATE_HZ, 2) for start in starts] == [0.5, 2.0, 2.5]


def test_command_writes_what_hotline_evaluate_reads(tmp_path: Path) -> None:
    """Held-out templates of a file given by name; every reference is right, every leg is there."""
    out = tmp_path / "talks"
    dev = ROOT / "bench" / "draft_dev.toml"
    words = [str(out), "--templates", str(dev), "--only", "held-out", "--most", "3"]
    made = subprocess.run(
        [sys.executable, "-m", "sandbox.dialogue_corpus", *words], check=False, cwd=ROOT, capture_output=True
    )
    read = read_references(out, labels_of(load_city(ROOT / "cities" / "sample")))

    assert made.returncode == 0, made.stderr.decode()
    assert len(read) == 3
    assert all(each.reference.ticket.kind and each.reference.ticket.deadline for each in read)
    assert all(each.seconds > 5 and len(read_wav(leg)) > 5 * RATE_HZ for each in read for leg in each.legs.values())


def test_command_refuses_a_folder_that_is_there(tmp_path: Path) -> None:
    """Nothing of anybody's is mixed in or overwritten."""
    words = [str(tmp_path), "--templates", str(ROOT / "bench" / "draft_dev.toml"), "--most", "1"]
    made = subprocess.run(
        [sys.executable, "-m", "sandbox.dialogue_corpus", *words], check=False, cwd=ROOT, capture_output=True
    )

    assert made.returncode == 1
    assert str(tmp_path) in made.stderr.decode()
    assert not list(tmp_path.iterdir())
