"""Rehearsed calls in virtual time: what a caller does, and where it leads. Generated ones go every way there is."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import pytest

from ivr.caller import CallBackTerms
from ivr.graph import Drawn, svg
from ivr.menu import Digits, Join, Journey, MessageLeft
from ivr.rehearsal import Ending, Outcome, Rehearsal, Sound, judge
from ivr.rehearsal_text import read_rehearsals, written
from ivr.rehearse import SAMPLE_TICKET, Stage, edges_passed, simulate
from ivr.rehearse_all import fitting, generated
from tests.ivr.everything import EVERYTHING, PERSON


def terms(place: Join, number: str) -> CallBackTerms:
    """Whoever hides the number cannot be called back."""
    return CallBackTerms(refused_by="" if number else "unknown_number")


def matches(sound: Sound, prompt: str) -> bool:
    """In these tests prompts say their names."""
    return sound.words == prompt if sound.is_name else sound.words in prompt


STAGE = Stage(
    length_s=lambda slug: {"hello": 1.0, "welcome": 3.0}.get(slug, 2.0),
    matches=matches,
    call_back_terms=terms,
    tickets={SAMPLE_TICKET.number: SAMPLE_TICKET},
)


def play(*lines: str, journey: Journey = EVERYTHING) -> tuple[Outcome, list[str]]:
    """What comes of a rehearsal, and its faults in English."""
    (rehearsal,), mistakes = read_rehearsals("\n".join(["演练 x", "拨打 12345", *lines]), "x")
    assert mistakes == ()
    outcome = simulate(rehearsal, journey, STAGE)
    return outcome, [f"{fault.line}: {fault.message}" for fault in judge(rehearsal, outcome).faults]


def made() -> tuple[Rehearsal, ...]:
    """Every generated rehearsal."""
    return generated("12345", EVERYTHING, STAGE.length_s)


def test_seconds_are_those_of_the_prompts_and_the_waits() -> None:
    """1 + 3 of greeting, 2 of question, 3 of silence."""
    outcome, faults = play("不按键", "进入 general 优先级 1 9 秒内")

    assert (outcome.heard, outcome.seconds, faults) == (("hello", "welcome", "first"), 9.0, [])


def test_a_key_in_a_prompt_cuts_it_short() -> None:
    """And is a choice already in the greeting."""
    outcome, faults = play("听 welcome 时按 1", "进入 health 技能 psychology:2 优先级 4 2 秒内")

    assert (outcome.heard, faults) == (("hello", "welcome"), [])


def test_keys_pressed_in_a_row_are_heard_in_their_order() -> None:
    """The second answers the next question."""
    outcome, faults = play("听到 first", "按 91", "进入 health")

    assert (outcome.heard, faults) == (("hello", "welcome", "first", "first"), [])


def test_what_was_expected_and_did_not_come_is_told_by_its_line() -> None:
    """A prompt that was never said; and each thing that is otherwise at the end."""
    never = play("听到 goodbye", "进入 general")[1]
    otherwise = play("听到 first", "按 1", "进入 general 技能 无 优先级 0 1 秒内")[1]

    assert never == ["3: this was never come to; heard: hello, welcome, first"]
    assert otherwise == ["5: general != health", "5: - != psychology:2", "5: 0 != 4", "5: 6.3 s, not within 1 s"]


def test_a_hang_up_ends_it_there() -> None:
    """Nothing is joined."""
    outcome, faults = play("听 first 时挂机", "应已挂机")
    other = play("听 first 时挂机", "进入 general")[1]

    assert (outcome.end, outcome.ending, faults) == (None, Ending.HUNG_UP, [])
    assert other == ["4: queue != hung-up"]


def test_a_message_is_spoken_heard_and_kept() -> None:
    """Through the tone."""
    outcome, faults = play("听到 first", "按 2", "听到 message", "说话 4 秒", "听到 message-review", "按 1", "应已留言")

    assert (outcome.end, faults) == (MessageLeft(), [])
    assert outcome.heard[-4:] == ("message", "beep", "message-review", "message-thanks")


def test_generated_rehearsals_pass_every_edge_and_end_as_they_say() -> None:
    """Of every kind of node; what they say beforehand is made from the table, not by walking it."""
    outcomes = [simulate(each, EVERYTHING, STAGE) for each in made()]

    assert [judge(each, outcome).faults for each, outcome in zip(made(), outcomes, strict=True)] == [()] * len(made())
    assert set(EVERYTHING.edges()) - edges_passed(outcomes) == set()


def test_generated_rehearsals_hang_up_at_every_node_and_err_in_every_menu() -> None:
    """And press every key of the first menu into the greeting."""
    names = {each.name.removeprefix("12345 ") for each in made()}

    assert {f"{node}:挂机" for node in EVERYTHING.menus} <= names
    assert {"first:先按错再按 1", "问候中挂机", "问候中按 0", "问候中误按 8"} <= names
    assert {f"问候中按 {key}" for key in "1234567*"} <= names


def test_generated_rehearsals_can_be_written_down() -> None:
    """As files, to be kept and changed."""
    text = "\n".join(map(written, made()))
    read, mistakes = read_rehearsals(text, "x")

    assert (mistakes, [each.name for each in read]) == ((), [each.name for each in made()])


@pytest.mark.parametrize(
    ("pattern", "least", "fits"), [("[0-9]*", 3, "111"), ("[1-9][0-9]5[2-5]", 4, "1052"), ("[0-9][0-9]", 2, "00")]
)
def test_a_number_that_fits_is_made_up(pattern: str, least: int, fits: str) -> None:
    """The first there is."""
    node = Digits(
        prompt="x", otherwise=PERSON, attempts=1, wait_s=3.0, name="x",
        least=least, most=8, pattern=pattern, confirm=False, then=PERSON,
    )  # fmt: skip

    assert fitting(node) == fits


def test_a_thousand_calls_take_no_time() -> None:
    """Nothing waits: at a second a call this would take all night."""
    began = time.perf_counter()
    for _ in range(1000):
        simulate(made()[3], EVERYTHING, STAGE)

    assert time.perf_counter() - began < 30


def picture(passed: Iterable[str]) -> ET.Element:
    """The journey drawn, as if only edges by these had been passed."""
    edges = frozenset(edge for edge in EVERYTHING.edges() if edge.by in passed)
    drawn = Drawn(title='12345 <script>alert(1)</script> & "x"', journey=EVERYTHING, passed=edges)
    return ET.fromstring(svg([drawn], lambda slug: f"<b>{slug}"))  # noqa: S314 - our own


def test_the_picture_is_well_formed_and_texts_are_only_texts() -> None:
    """Whatever is in a title or a prompt."""
    drawn = picture(["0"])
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]

    assert '12345 <script>alert(1)</script> & "x"' in texts
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}script"))
    assert "<b>call-back" in texts


def test_ways_that_nobody_went_are_marked() -> None:
    """And only those."""
    every = {edge.by for edge in EVERYTHING.edges()}
    some, all_of_it = ([e.get("class") or "" for e in picture(by).iter()] for by in ({"0"}, every))

    assert sum("uncovered" in each for each in some) > 5
    assert sum("uncovered" in each for each in all_of_it) == 1  # in the legend
    assert "unmet" in some
    assert "unmet" not in all_of_it
