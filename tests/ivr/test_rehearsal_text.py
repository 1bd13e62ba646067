"""The language of rehearsals: each line has one meaning, what is not understood is told by line and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.rehearsal import Ending, Expected, HangUp, Hear, Press, Rehearsal, Sound, Speak, StaySilent
from ivr.rehearsal_text import read_rehearsals, written

IN_CHINESE = """\
演练 心理援助
  拨打 12320 主叫 13812345678
  听到 "卫生热线"
  听 menu-12320 时按 9
  不按键
  按 2#
  说话 3.5 秒
  进入 health 技能 psychology:1 english:2 优先级 -3 15 秒内
"""
IN_ENGLISH = """\
rehearsal 心理援助
call 12320 from 13812345678
hear “卫生热线”
during menu-12320 press 9
stay silent
press 2#
speak 3.5 s
expect queue health skills psychology:1 english:2 priority -3 within 15 s
"""


def read(text: str) -> list[Rehearsal]:
    """The rehearsals of a text without mistakes, without their places."""
    found, mistakes = read_rehearsals(text, "x.rehearsal")
    assert mistakes == ()
    return [bare(each) for each in found]


def bare(rehearsal: Rehearsal) -> Rehearsal:
    """Without file and lines."""
    steps = tuple(replace(step, line=0) for step in rehearsal.steps)
    return replace(rehearsal, file="", line=0, steps=steps, expected=replace(rehearsal.expected, line=0))


def test_both_languages_say_the_same() -> None:
    """Each line on its own; quotes as one types them."""
    (zh,), (en,) = read(IN_CHINESE), read(IN_ENGLISH)

    assert zh == en
    assert zh.steps == (
        Hear(Sound("卫生热线")),
        Press("9", Sound("menu-12320", is_name=True)),
        StaySilent(),
        Press("2#"),
        Speak(3.5),
    )
    assert zh.expected == Expected(
        Ending.QUEUE, "health", frozenset({("psychology", 1), ("english", 2)}), priority=-3, within_s=15.0
    )


def test_what_is_not_said_does_not_matter() -> None:
    """Who calls, with which skills; `无` and `-` say that there are none."""
    open_end, nothing = read(
        "演练 a\n拨打 12345\n进入 general\n\n# 注\n演练 b\n拨打 12345 主叫 隐藏\n进入 general 技能 无\n"
    )

    assert (open_end.caller, open_end.expected.skills) == (None, None)
    assert (nothing.caller, nothing.expected.skills) == ("", frozenset())


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ("应已留言", Ending.MESSAGE),
        ("expect message", Ending.MESSAGE),
        ("应已登记回拨", Ending.CALL_BACK),
        ("expect call-back", Ending.CALL_BACK),
        ("应已挂机", Ending.HUNG_UP),
        ("expect hung-up", Ending.HUNG_UP),
        ("转往 110", Ending.TRANSFER),
        ("expect transfer 110", Ending.TRANSFER),
    ],
)
def test_a_call_need_not_end_in_a_queue(line: str, ending: Ending) -> None:
    """What else can come of it."""
    assert read(f"演练 a\n拨打 12345\n{line}\n")[0].expected.ending is ending


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  拨打 12345\n", (1, 3, "no_rehearsal_yet")),
        ("演练 a\n  听到 menu\n", (2, 3, "not_called_yet")),
        ("演练 a\n  拨打 12345\n  拨打 12345\n", (3, 3, "called_twice")),
        ("演练 a\n  拨打 12345\n", (2, 1, "no_end")),
        ("演练 a\n演练 b\n拨打 12345\n应已挂机\n", (2, 1, "not_called")),
        ("演练 a\n  拨打 12345\n  应已挂机\n  按 1\n", (4, 3, "after_the_end")),
        ("演练 a\n  拨打 12345\n  听到 “卫生\n", (3, 6, "not_understood")),
        ("演练 a\n  拨打 12345\n  按 一\n", (3, 5, "not_understood")),
        ("演练 a\n  拨打 12345\n  进入 health 技能 psychology:9\n", (3, 13, "not_understood")),
        ("演练 a\n  拨打 12345 时间 2026-02-30 08:00\n", (2, 15, "no_such_day")),
        ("演练 a\n  拨打 12345\n  hear <script>\n", (3, 8, "not_understood")),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(text: str, told: tuple[int, int, str]) -> None:
    """The first mistake is where a person would look for it."""
    _, mistakes = read_rehearsals(text, "x.rehearsal")

    assert (mistakes[0].line, mistakes[0].column, mistakes[0].rule) == told
    assert mistakes[0].file == "x.rehearsal"


SOUNDS = st.one_of(
    st.builds(Sound, st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True), st.just(True)),
    st.builds(Sound, st.text(st.sampled_from("卫生热线请按12,。 x"), min_size=1), st.just(False)),
)
KEYS = st.text(st.sampled_from("0123456789*#"), min_size=1, max_size=9)
STEPS = st.one_of(
    st.builds(Hear, SOUNDS),
    st.builds(Press, KEYS, st.one_of(st.none(), SOUNDS)),
    st.builds(HangUp, st.one_of(st.none(), SOUNDS)),
    st.just(StaySilent()),
    st.builds(Speak, st.integers(1, 90).map(float)),
)
SKILLS = st.frozensets(st.tuples(st.sampled_from(["a", "b-2", "c"]), st.integers(1, 5)))
QUEUES = st.builds(
    Expected,
    st.just(Ending.QUEUE),
    queue=st.sampled_from(["general", "health"]),
    skills=st.one_of(st.none(), SKILLS),
    priority=st.one_of(st.none(), st.integers(-100, 100)),
    within_s=st.one_of(st.none(), st.integers(1, 60).map(float)),
)
ENDS = st.builds(Expected, st.sampled_from([Ending.MESSAGE, Ending.CALL_BACK, Ending.HUNG_UP]))
REHEARSALS = st.builds(
    Rehearsal,
    name=st.sampled_from(["心理援助", "a b"]),
    number=st.sampled_from(["12345", "+8651812345", "0518-12320"]),
    caller=st.sampled_from([None, "", "13812345678"]),
    at=st.one_of(st.none(), st.just(datetime.fromisoformat("2026-10-01 22:30"))),
    steps=st.lists(STEPS, max_size=5).map(tuple),
    expected=st.one_of(QUEUES, ENDS, st.just(Expected(Ending.TRANSFER, number="110"))),
)


@given(REHEARSALS)
def test_what_is_written_reads_the_same(rehearsal: Rehearsal) -> None:
    """Every rehearsal there can be."""
    assert read(written(rehearsal)) == [rehearsal]


@given(st.text(st.sampled_from('演练拨打听到按进入 12345"“\n\tab#:<'), max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    """It is read, or told to be wrong, within the text."""
    found, mistakes = read_rehearsals(text, "x")

    lines = text.splitlines()
    assert all(1 <= mistake.line <= max(1, len(lines)) for mistake in mistakes)
    assert found or mistakes or not [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
