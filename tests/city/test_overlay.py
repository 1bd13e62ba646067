"""What is said on top of hotlines for a while, and where their callers go meanwhile."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from city.city import City
from city.overlay import Overlay, unspeakable
from city.written import Slug
from tests.city.scene import Copy

STORM = Overlay(prompt="many-callers")


@pytest.fixture
def crisis(copy: Copy) -> City:
    """The sample city, whose 12320 is a crisis line."""
    (copy.folder / "levels.toml").unlink()
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    return copy.load()


def test_it_is_said_before_or_after_every_greeting_and_the_newest_is_outermost(copy: Copy) -> None:
    """The greetings themselves stay, and so does what a level says."""
    after, named = Overlay(prompt="message-thanks", place="after"), Overlay(prompt="busy-lines", hotlines=("12320",))
    city = copy.load().under((), "please-wait", overlays=(STORM, after, named))

    assert city.hotlines["12345"].greeting == ("many-callers", "greeting-12345", "please-wait", "message-thanks")
    assert city.hotlines["12320"].greeting[:3] == ("busy-lines", "many-callers", "greeting-12320")


def test_callers_go_straight_to_a_queue_past_the_menu(copy: Copy) -> None:
    """Those of the hotlines named; one that leads to a queue which is there no more leads nowhere."""
    city = copy.load()
    under = city.under((), overlays=(Overlay(join="general", hotlines=("12320",)), Overlay(join="gone")))

    assert (under.hotlines["12320"].queue, under.hotlines["12320"].menu) == ("general", None)
    assert under.hotlines["12345"] == city.hotlines["12345"]


def test_who_calls_a_crisis_line_meets_none(crisis: City) -> None:
    """Also if its number is named."""
    under = crisis.under((), overlays=(STORM, Overlay(join="general", prompt="many-callers", hotlines=("12320",))))

    assert under.hotlines["12320"] == crisis.hotlines["12320"]
    assert under.hotlines["12345"].greeting[0] == "many-callers"


def test_nobody_is_sent_where_callers_of_a_crisis_line_wait(crisis: City) -> None:
    """Not even by one that was put on before the queue became a crisis lane: it is passed by."""
    under = crisis.under((), overlays=(Overlay(join="health", prompt="many-callers"), Overlay(join="health")))

    assert under.hotlines["12345"] == crisis.hotlines["12345"]


def test_a_typed_text_is_known_by_its_digest_alone(copy: Copy) -> None:
    """Nothing of it becomes a name, no prompt of a city's can be called so, and its seconds are reckoned with."""
    rain = Overlay(text="因暴雨,部分线路中断,请耐心等候。")
    city = copy.load().under((), overlays=(rain,))

    name = city.hotlines["12345"].greeting[0]
    assert name == rain.said != Overlay(text="因暴雨。").said
    with pytest.raises(ValidationError):
        TypeAdapter(Slug).validate_python(name)
    assert city.seconds_of(name) > 3


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("因暴雨,12345 线路中断;请稍后再拨!", ""),
        ("见 www.x.cn", "wxcn"),
        ("涨5%", "%"),
        ("暴雨\n预警", "\n"),
        ("暴雨\u202e警预", "\u202e"),
        ("${EXTEN}|`id`", "${EXTN}|`id"),
        ("暴雨\x1b[2J", "\x1b[J"),
    ],
)
def test_what_nobody_could_read_aloud_is_told(text: str, strange: str) -> None:
    """Letters, symbols, and what only a machine would take for something."""
    assert unspeakable(text) == strange


@pytest.mark.parametrize(
    "said", [{}, {"prompt": "many-callers", "text": "因暴雨。"}, {"text": ""}, {"text": "雨" * 201}]
)
def test_one_that_does_nothing_or_too_much_is_none(said: dict[str, str]) -> None:
    """A prompt, or a text, or a queue must be named."""
    with pytest.raises(ValidationError):
        Overlay.model_validate({"hotlines": ("12345",), **said})
