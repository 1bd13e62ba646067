"""Recording classes: which one a hotline's recordings have, and how mistakes in them are found."""

from __future__ import annotations

from city.load import load_city
from hotline.serve import SAMPLE
from tests.city.scene import Copy


def test_a_hotline_names_its_class_and_else_the_first_holds() -> None:
    """Also for a hotline that is ours no more."""
    city = load_city(SAMPLE)
    named = [city.recording_class(number) for number in ("12345", "12356", "12388", "12300", None)]
    assert [each and each.name for each in named] == ["ordinary", "crisis", "secret", "ordinary", "ordinary"]


def test_a_city_without_the_file_has_no_classes(copy: Copy) -> None:
    """Then no hotline may name one."""
    (copy.folder / "retention.toml").unlink()
    assert {mistake.rule for mistake in copy.mistakes()} == {"unknown_recording_class"}

    hotlines = copy.folder / "hotlines.toml"
    lines = hotlines.read_text(encoding="utf-8").splitlines(keepends=True)
    hotlines.write_text("".join(line for line in lines if not line.startswith("recording_class")), encoding="utf-8")
    assert load_city(copy.folder).recording_class("12356") is None


def test_an_unknown_class_is_found_where_it_is_named(copy: Copy) -> None:
    """By file and line."""
    line = copy.replace("hotlines.toml", 'recording_class = "crisis"', 'recording_class = "crises"')
    assert copy.only_mistake() == ("hotlines.toml", line, "unknown_recording_class")


def test_a_class_that_is_there_twice_is_found_at_the_second(copy: Copy) -> None:
    """By file and line."""
    line = copy.replace("retention.toml", 'name = "ordinary"', 'name = "crisis"')
    assert copy.only_mistake() == ("retention.toml", line + 6, "duplicate_class")
