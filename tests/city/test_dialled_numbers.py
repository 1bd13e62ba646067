"""被叫号码: whichever way a hotline is dialled, it is the same hotline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.city import City
from city.numbers import dialled_forms, digits_of, local_number
from hotline.fallbacks import fallbacks
from tests.city.scene import Copy


@pytest.mark.parametrize(
    "dialled",
    [
        *("12345", "0518-12345", "051812345", "+8651812345", "8651812345", "008651812345", "+86 518 12345"),
        *("+86051812345", "8612345", "(0518) 12345"),
    ],
)
def test_every_way_to_dial_12345_reaches_it(sample: City, dialled: str) -> None:
    """With area code, with country code, with separators."""
    hotline, known = sample.hotline_for(dialled)

    assert (hotline.number, known) == ("12345", True)


@pytest.mark.parametrize("dialled", ["12320", "0518-12320", "+8612320", "+86051812320"])
def test_the_dialled_number_names_the_hotline(sample: City, dialled: str) -> None:
    """A merged hotline is told by its number, not by a menu."""
    assert sample.hotline_for(dialled).hotline.queue == "health"


HOSTILE = [
    "",
    "110",
    "0518",
    "02512345",
    "s",
    "12345;DROP",
    "12345\r\nAction: x",
    "${EXTEN}",
    "1" * 500,
    "一二三四五",
    "\uff11\uff12\uff13\uff14\uff15",
]


@pytest.mark.parametrize("dialled", HOSTILE)
def test_an_unknown_number_lands_on_the_default_hotline_and_says_so(sample: City, dialled: str) -> None:
    """Nobody who dialled something is turned away, and the caller of this function can note it."""
    hotline, known = sample.hotline_for(dialled)

    assert (hotline.number, known) == ("12345", False)


def test_another_number_may_ring_a_hotline_too(copy: Copy) -> None:
    """双号并行: the old number of a merged hotline, here one of another city, still rings."""
    copy.replace("hotlines.toml", '"0518-12320"', '"0518-85520120", "025-8320 1234"')

    city = copy.load()

    assert city.hotline_for("+8651885520120").hotline.number == "12320"
    assert city.hotline_for("02583201234").hotline.number == "12320"


@given(area=st.from_regex(r"0[1-9][0-9]{1,2}", fullmatch=True), local=st.from_regex(r"[1-9][0-9]{2,7}", fullmatch=True))
def test_a_listed_number_in_any_of_its_forms_is_brought_back_to_itself(area: str, local: str) -> None:
    """What is written into hotlines.toml may be any form with a + or a 0; the table it makes is the same."""
    table = set(dialled_forms(local, area, "86"))

    for listed in (local, f"{area}-{local}", f"+86{area.removeprefix('0')}{local}", f"0086 {area} {local}"):
        assert set(dialled_forms(local_number(listed, area, "86"), area, "86")) == table


@given(
    listed=st.from_regex(r"\+?[0-9]{3,16}", fullmatch=True),
    separators=st.lists(st.sampled_from(["", " ", "-", ".", "(", ")"]), min_size=20, max_size=20),
)
def test_separators_and_plus_never_change_the_digits(listed: str, separators: list[str]) -> None:
    """And every form of a number is nothing but digits."""
    written = "".join(sign + separator for sign, separator in zip(listed, separators, strict=False))

    assert digits_of(written) == listed.removeprefix("+")
    assert all(digits_of(form) == form for form in dialled_forms(local_number(written, "0518", "86"), "0518", "86"))


@given(dialled=st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_the_dialplan_and_the_controller_send_any_number_to_the_same_hotline(sample: City, dialled: str) -> None:
    """Both look the same digits up in the same table."""
    rendered = {digits: line.number for line in fallbacks(sample) for digits in line.dialled}
    first = fallbacks(sample)[0].number

    assert rendered.get(digits_of(dialled), first) == sample.hotline_for(dialled).hotline.number
    assert rendered == dict(sample.numbers)


def test_a_hotline_is_confidential_where_the_city_says_so(copy: Copy) -> None:
    """Others, and numbers that are no hotline of ours, promise nothing."""
    copy.replace("hotlines.toml", 'menu = "health"', "confidential = true")

    city = copy.load()

    assert [city.is_confidential(hotline) for hotline in ("12320", "12345", "96999", None)] == [
        True,
        False,
        False,
        False,
    ]
