"""The demonstration's keys without a PBX: what may be typed after `--press`, and what is drawn."""

from pathlib import Path

import pytest

from hotline.demo import main
from hotline.demo_acts import talks_in
from hotline.demo_keys import Cue, NotAScript, read_script
from hotline.demo_screen import curve


def test_a_key_without_a_moment_comes_some_seconds_after_the_one_before() -> None:
    """`s,+@12,k`: the first after five seconds, the last five after the twelfth."""
    assert read_script("s, +@12,k") == (Cue("s", 5.0), Cue("+", 12.0), Cue("k", 17.0))


@pytest.mark.parametrize("text", ["x", "", "s@soon", "s@nan", "s@inf", "s@-1", "s@9,k@8", "s,,k", "@3"])
def test_a_script_that_makes_no_sense_is_refused_whole(text: str) -> None:
    """Unknown keys, moments that are none, moments that run back."""
    with pytest.raises(NotAScript):
        read_script(text)


def test_a_folder_with_something_in_it_is_never_emptied(tmp_path: Path) -> None:
    """`--state` wants an empty folder, since the demonstration begins with one."""
    (tmp_path / "thesis.doc").touch()

    with pytest.raises(SystemExit) as ended:
        main(["--state", str(tmp_path)])
    assert (ended.value.code, (tmp_path / "thesis.doc").exists()) == (2, True)


def test_the_demonstration_ends_by_drafts_or_by_a_key_not_by_both() -> None:
    """A kill may swallow the news of a draft, so nobody counts them while keys are pressed."""
    with pytest.raises(SystemExit) as ended:
        main(["--once", "1", "--press", "k"])
    assert ended.value.code == 2


def test_a_curve_is_as_high_as_its_highest() -> None:
    """Nobody is a blank, somebody is always seen."""
    assert curve([0, 1, 8, 4]) == " ▁█▄"
    assert curve([0, 0]) == "  "


def test_a_talk_is_two_channels_in_one_bridge() -> None:
    """A channel alone in a bridge, or in none, talks to nobody."""
    channels = "PJSIP/a!in!1!1!Up!App!!138!!!3!7!b1!1.1\nPJSIP/b!in!1!1!Up!App!!138!!!3!7!b1!1.2\n"

    assert talks_in(channels) == 1
    assert talks_in("PJSIP/c!in!1!1!Up!MOH!x!y!!138!!!3!7!!1.3\nPJSIP/d!in!1!1!Up!App!!138!!!3!7!b2!1.4\n") == 0
