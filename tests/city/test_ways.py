"""Where callers of a hotline go at a moment, and which cities are refused because somebody would go nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from city.city import City
from city.ways import Served, Way, served
from tests.city.scene import Copy

OPEN = datetime(2026, 9, 24, 2, 0, tzinfo=UTC)  # ten o'clock on a Thursday, in China
CLOSED = datetime(2026, 9, 24, 12, 0, tzinfo=UTC)  # eight in the evening
OFFICE = 'hours = "office"\n'
OUTSIDE = '\n[[outside]]\nnumber = "85521234"\nzh = "卫健委值班室"\nen = "Health office"\n'


def health(copy: Copy, *lines: str) -> City:
    """The sample, whose health hotline has these lines instead of a menu."""
    copy.replace("hotlines.toml", 'menu = "health"', "\n".join(lines))
    copy.append("city.toml", OUTSIDE)
    return copy.load()


def way(city: City, now: datetime) -> Served:
    """Of the health hotline."""
    return served(city, city.hotlines["12320"], now)


def test_a_hotline_without_hours_is_always_served(sample: City) -> None:
    """In its own queue."""
    for now in (OPEN, CLOSED):
        found = way(sample, now)
        assert (found.way, found.queue, found.opening.is_open, found.opening.until) == (Way.QUEUE, "health", True, None)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (('night = "queue"', 'night_queue = "general"'), (Way.QUEUE, "general", None)),
        (('night = "message"',), (Way.MESSAGE, "health", None)),
        (('night = "transfer"', 'night_transfer = "85521234"'), (Way.TRANSFER, "general", "85521234")),
    ],
)
def test_who_calls_a_closed_hotline_goes_where_its_night_service_says(
    copy: Copy, lines: tuple[str, ...], expected: tuple[Way, str, str | None]
) -> None:
    """And while it is open, into its own queue; who cannot be put through at night waits where 12345's callers do."""
    city = health(copy, OFFICE, *lines)

    by_day, by_night = way(city, OPEN), way(city, CLOSED)

    assert (by_day.way, by_day.queue, by_day.transfer) == (Way.QUEUE, "health", None)
    assert (by_night.way, by_night.queue, by_night.transfer) == expected
    assert by_day.opening.until == datetime(2026, 9, 24, 4, 0, tzinfo=UTC)


def test_a_branch_has_its_calls_while_it_is_open(copy: Copy) -> None:
    """Who cannot be put through waits in the hotline's queue here."""
    lines = ('merge = "branch"', 'transfer = "85521234"', OFFICE, 'night = "queue"', 'night_queue = "general"')
    city = health(copy, *lines)

    by_day, by_night = way(city, OPEN), way(city, CLOSED)

    assert (by_day.way, by_day.queue, by_day.transfer) == (Way.TRANSFER, "health", "85521234")
    assert (by_night.way, by_night.queue, by_night.transfer) == (Way.QUEUE, "general", None)


def test_a_year_that_is_not_published_is_told(copy: Copy) -> None:
    """Its days are those of the week."""
    city = health(copy, OFFICE, 'night = "message"')
    new_year = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)  # a Friday

    assert way(city, OPEN).published
    assert not way(city, new_year).published
    assert way(city, new_year).opening.is_open


REFUSED = [
    ("unknown_hours", ('hours = "offise"', 'night = "message"'), 0),
    ("unknown_queue", ('hours = "office"', 'night = "queue"', 'night_queue = "nigth"'), 2),
    ("unknown_prompt", ('hours = "office"', 'night = "message"', 'night_prompt = "nobody"'), 2),
    ("unknown_outside", ('merge = "dual"', 'transfer = "85529999"'), 1),
    ("unknown_outside", ('hours = "office"', 'night = "transfer"', 'night_transfer = "85529999"'), 2),
    ("night_service", ('hours = "office"',), -7),
    ("night_service", ('night = "message"',), -7),
    ("night_service", ('hours = "office"', 'night = "queue"'), -7),
    ("night_service", ('hours = "office"', 'night = "message"', 'night_queue = "general"'), -7),
    ("night_service", ('night_prompt = "please-wait"',), -7),
    ("branch_without_transfer", ('merge = "branch"',), -7),
    ("branch_has_no_menu", ('menu = "health"', 'merge = "branch"', 'transfer = "110"'), -7),
    ("not_allowed", ('merge = "half"',), 0),
]


@pytest.mark.parametrize(("rule", "lines", "below"), REFUSED)
def test_a_way_to_nowhere_is_refused(copy: Copy, rule: str, lines: tuple[str, ...], below: int) -> None:
    """With file, line and rule; what concerns several keys at once, at the hotline's own line."""
    line = copy.replace("hotlines.toml", 'menu = "health"', "\n".join(lines))

    assert copy.only_mistake() == ("hotlines.toml", line + below, rule)


@pytest.mark.parametrize(
    ("lines", "below"),
    [(('hours = "office"', 'night = "message"'), 0), (('merge = "branch"', 'transfer = "110"'), 0)],
)
def test_12345_is_never_closed(copy: Copy, lines: tuple[str, ...], below: int) -> None:
    """Nor sent elsewhere: the file that says so is refused."""
    line = copy.replace("hotlines.toml", 'greeting = ["greeting-12345"]', "\n".join(lines))
    copy.replace("hotlines.toml", lines[-1], f'{lines[-1]}\ngreeting = ["greeting-12345"]')

    assert copy.only_mistake() == ("hotlines.toml", line + below, "never_closed")


def test_a_crisis_line_never_closes(copy: Copy) -> None:
    """Not for a minute."""
    line = copy.append(
        "hotlines.toml",
        '\n[[hotlines]]\nnumber = "12999"\nzh = "危机"\nen = "Crisis"\nqueue = "crisis"\ncrisis = true\n'
        'greeting = ["greeting-12345"]\nhours = "office"\nnight = "queue"\nnight_queue = "general"\n',
    )

    assert copy.only_mistake() == ("hotlines.toml", line + 8, "crisis_never_closes")


def test_a_hotline_without_seats_at_night_is_refused(copy: Copy) -> None:
    """Its callers would wait, and nobody sits there; one seat that is manned by night, and it is well."""
    for seats in ("8001-8006", "8007-8010"):
        copy.replace("seats.toml", f'extensions = "{seats}"', f'extensions = "{seats}"\nhours = "long-day"')
    copy.append("seats.toml", '\n[[seats]]\nextensions = "8021"\nqueues = ["general"]\n')
    line = copy.replace("hotlines.toml", 'queue = "health"', 'queue = "health"')

    first, *others = copy.mistakes()
    assert (first.file, first.line, first.rule) == ("hotlines.toml", line, "no_seats")
    assert "周一 00:00–08:00" in first.zh
    assert {mistake.rule for mistake in others} == {"no_seats"}  # the others that wait for health, and the crisis line

    copy.append("seats.toml", '\n[[seats]]\nextensions = "8022"\nqueues = ["health", "crisis"]\n')
    copy.load()


def test_a_night_queue_without_seats_at_night_is_refused(copy: Copy) -> None:
    """Where the night service sends callers somebody sits, too."""
    copy.replace("seats.toml", 'extensions = "8001-8006"', 'extensions = "8001-8006"\nhours = "long-day"')
    copy.replace("seats.toml", '"health"]', '"health", "spare"]')
    copy.append("queues.toml", '\n[[queues]]\nname = "spare"\nzh = "备用"\nen = "Spare"\n')
    copy.append("seats.toml", '\n[[seats]]\nextensions = "8021"\nqueues = ["general"]\n')
    line = copy.replace(
        "hotlines.toml", 'menu = "health"', 'hours = "long-day"\nnight = "queue"\nnight_queue = "spare"'
    )

    assert copy.only_mistake() == ("hotlines.toml", line + 2, "no_seats")


@pytest.mark.parametrize(
    ("special", "rule", "below"),
    [
        ("first = 2026-02-30", "no_such_day", 5),
        ("first = 2026-10-07\nlast = 2026-10-01", "ends_before_it_begins", 4),
        ('first = 2026-10-07\nopen = ["9-17"]', "wrong_format", 6),
    ],
)
def test_days_that_do_not_exist_are_refused(copy: Copy, special: str, rule: str, below: int) -> None:
    """30 February, by file and line."""
    line = copy.append("hours.toml", f'\n[[hours]]\nname = "x"\nzh = "甲"\n[[hours.special]]\n{special}\n')
    copy.replace("hours.toml", 'zh = "甲"\n', 'zh = "甲"\nen = "A"\nworkdays = ["08:00-09:00"]\n')

    file, found, named = copy.only_mistake()
    assert (file, named) == ("hours.toml", rule)
    assert found == line + below + 2


def test_hours_have_one_name_each(copy: Copy) -> None:
    """The mistake stands at the second."""
    line = copy.append("hours.toml", '\n[[hours]]\nname = "office"\nzh = "甲"\nen = "A"\nsunday = ["08:00-09:00"]\n')

    assert copy.only_mistake() == ("hours.toml", line + 2, "duplicate_hours")
