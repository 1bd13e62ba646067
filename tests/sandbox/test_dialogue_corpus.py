"""Templates of talks: what is refused, and what comes out when they are filled."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from city.categories import UsualKind
from city.city import City
from city.load import load_city
from sandbox.dialogue_corpus.__main__ import EACH
from sandbox.dialogue_corpus.filling import CALL_AT, Addresses, counted, draw_number, draw_time, fill, fillings
from sandbox.dialogue_corpus.templates import Template, TemplatesInvalid, read_templates
from tickets.numbers import figures

SAMPLE = Path(__file__).parents[2] / "cities/sample"
GOOD = """
[[talk]]
name = "lamp"
kind = "投诉"
category = "市政设施/路灯照明"
flow = "street-lamp"
department = "城市管理局"
secret = "否"
when = true
caller = ["{when}起路灯不亮", "就在{place}门口，电话{number}"]
agent = ["您好", "在哪里"]
"""


@pytest.fixture(scope="module")
def city() -> City:
    """The sample city."""
    return load_city(SAMPLE)


def read(folder: Path, text: str, city: City) -> tuple[Template, ...]:
    """The templates of one file."""
    file = folder / "talks.toml"
    file.write_text(text, encoding="utf-8")
    return read_templates(file, city=city)


@pytest.mark.parametrize(
    ("good", "bad", "field", "what"),
    [
        ('name = "lamp"', 'name = "Lamp 1"', "name", "pattern"),
        ('kind = "投诉"', 'kind = "抱怨"', "kind", "咨询"),
        ("市政设施/路灯照明", "路灯照明", "category", "市政设施/路灯照明?"),
        ('"street-lamp"', '"street-lamps"', "flow", "street-lamp?"),
        ("城市管理局", "城管局", "department", "no such name"),
        ('secret = "否"', 'urgency = "急"', "urgency", "no such name"),
        ("when = true", 'colour = "red"', "colour", "not permitted"),
        ("{when}起", "昨天起", "when", "nobody says"),
        ("{place}门口", "{place}门口{place}", "caller", "more than once"),
        ("{place}门口", "{spot}门口", "caller", "unknown"),
        ("{place}门口", "{place门口", "caller", "unknown"),
        ("在哪里", "是{place}吗", "agent", "no gaps"),
    ],
)
def test_mistake_in_a_template_is_told_by_file_talk_and_field(
    tmp_path: Path, city: City, good: str, bad: str, field: str, what: str
) -> None:
    """One thing wrong at a time."""
    with pytest.raises(TemplatesInvalid) as refused:
        read(tmp_path, GOOD.replace(good, bad), city)

    (mistake,) = refused.value.mistakes
    name = "Lamp 1" if field == "name" else "lamp"
    assert mistake.startswith(f"talks.toml: {name}: {field}: ")
    assert what in mistake


@pytest.mark.parametrize("text", ["", "talk = 3", "[[talk]", "x = 1\n" + GOOD, GOOD * 2, "talk = [3]"])
def test_file_that_is_no_list_of_templates_is_refused(tmp_path: Path, city: City, text: str) -> None:
    """Empty, no table, no TOML, something else beside, a name twice."""
    with pytest.raises(TemplatesInvalid, match=r"^talks\.toml: "):
        read(tmp_path, text, city)


def test_gaps_are_filled_and_told_as_a_clerk_writes_them(tmp_path: Path, city: City) -> None:
    """What is said agrees with what is written, and labels are kept."""
    (template,) = read(tmp_path, GOOD, city)
    talk = fill(template, 0, Addresses(city.places))

    assert "{" not in "".join(talk.caller)
    assert figures(talk.caller[1].rpartition("电话")[2].replace("，", "")) == talk.truth["contact"]
    assert talk.truth.keys() == {
        *("contact", "kind", "category", "place", "occurred"),
        "department",
        "confidential",
        "flow",
    }
    assert talk.truth["confidential"] == "否"


def test_what_nobody_says_has_no_label(tmp_path: Path, city: City) -> None:
    """A {when} that is not the time of the event is said and not filed."""
    (template,) = read(tmp_path, GOOD.replace("when = true\n", "").replace("，电话{number}", ""), city)
    talk = fill(template, 0, Addresses(city.places))

    assert "{when}" not in talk.caller[0]
    assert not {"occurred", "contact"} & talk.truth.keys()


def test_fillings_are_repeatable_and_do_not_hang_on_other_templates(tmp_path: Path, city: City) -> None:
    """Talk n of a template stays what it is when templates are added."""
    one = read(tmp_path, GOOD, city)
    two = read(tmp_path, GOOD.replace('"lamp"', '"before"') + GOOD, city)
    alone, together = (list(fillings(each, 5, city.places)) for each in (one, two))

    assert together[5:] == alone
    assert len({talk.caller for talk in alone}) == 5


def test_places_are_many_and_of_the_gazetteer(city: City) -> None:
    """Hundreds of different ones, and each holds a name of the city."""
    addresses, chance = Addresses(city.places), Random(1)
    drawn = [addresses.draw(chance) for _ in range(1000)]
    names = [place.name for place in city.places]

    assert len({each.written for each in drawn}) > 500
    assert all(any(name in each.written for name in names) for each in drawn)


def test_times_lie_before_the_call_and_numbers_are_read_as_they_are_said() -> None:
    """A hundred of each."""
    chance = Random(1)
    moments = [datetime.fromisoformat(draw_time(chance).written).replace(tzinfo=CALL_AT.tzinfo) for _ in range(100)]
    numbers = [draw_number(chance) for _ in range(100)]

    assert all(timedelta(0) < CALL_AT - moment < timedelta(days=8) for moment in moments)
    assert all(figures(each.said.replace("，", "")) == each.written for each in numbers)
    assert all(figures(counted(number)) == str(number) for number in range(1, 1000))


def test_corpus_is_large_and_about_a_quarter_of_it_is_held_out_whole(city: City) -> None:
    """300 talks of 60 templates and more; every kind and every flow is both to train on and to measure with."""
    templates = read_templates(city=city)
    held_out = [template for template in templates if template.held_out]
    others = [template for template in templates if not template.held_out]

    assert len(templates) >= 60
    assert len(list(fillings(templates, EACH, city.places))) >= 300
    assert 0.2 < len(held_out) / len(templates) < 0.35
    assert {each.kind for each in held_out} == {each.kind for each in others} == set(get_args(UsualKind))
    assert {each.flow for each in others} >= set(city.flows)
