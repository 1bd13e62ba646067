"""What is said on top of hotlines for a while, and where their callers go meanwhile."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from city.city import City
from city.overlay import Overlay
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


def test_one_that_does_nothing_is_none() -> None:
    """A prompt or a queue must be named."""
    with pytest.raises(ValidationError):
        Overlay(hotlines=("12345",))
