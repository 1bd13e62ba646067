"""A city under a response level: what the level names is different, everything else as the other files have it."""

from __future__ import annotations

from city.city import City
from city.level import RESTING, QueueChange
from city.queue import Queue
from tests.city.scene import Copy


def test_a_level_changes_what_it_names(sample: City) -> None:
    """Other fields of the queue stay; the later change counts."""
    level = sample.levels["elevated"]
    several = [*level.queues.items(), ("general", QueueChange(ring_time_s=9)), ("general", QueueChange(wrap_up_s=8))]

    under = sample.under(several)

    assert (under.queues["general"].ring_time_s, under.queues["general"].wrap_up_s) == (9, 8)
    assert under.queues["health"] == sample.queues["health"].model_copy(update={"wrap_up_s": 30.0})
    assert under.hotlines == sample.hotlines


def test_whoever_calls_a_crisis_line_hears_no_notice(copy: Copy) -> None:
    """All others hear it after the greeting."""
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")

    under = copy.load().under((), "many-callers")

    assert under.hotlines["12345"].greeting == ("greeting-12345", "many-callers")
    assert under.hotlines["12320"].greeting == ("greeting-12320",)


def test_whatever_a_queue_has_but_its_names_can_be_changed() -> None:
    """A field that queues get later is one that levels can change, without a line of code."""
    assert set(QueueChange.model_fields) == set(Queue.model_fields) - {"name", "zh", "en"}


def test_a_city_without_levels_is_at_rest(copy: Copy) -> None:
    """The file may be absent: there is one level, which changes nothing."""
    (copy.folder / "levels.toml").unlink()

    assert list(copy.load().levels.values()) == [RESTING]
