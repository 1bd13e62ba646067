"""docs/your-first-menu.md does what it says: its blocks, written where it says, make a hotline with a menu."""

from __future__ import annotations

import re
from pathlib import Path

from city.files import read_files
from ivr.journey import journey_of
from ivr.lint import lint
from ivr.menu import Message, Progress
from ivr.prompts import SPOKEN
from tests.city.scene import Copy

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[str]:
    """What is to be written, in order."""
    return re.findall(r"```toml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_who_follows_the_page_has_a_menu(copy: Copy) -> None:
    """After the page of the first hotline: it loads, every node is reached, every key is named."""
    before = {(found.rule, found.file) for found in lint(read_files(copy.folder, SPOKEN)).warnings}
    name, hotline = blocks("your-first-hotline.md")[:2]
    menu, progress, message, prompts, line, accepted = blocks("your-first-menu.md")
    copy.append("accepted.toml", f"\n{accepted}")
    copy.append("prompts/prompts.toml", f"\n{name}\n{prompts}")
    copy.append("hotlines.toml", f"\n{hotline.rstrip()}\n{line}")
    for file, text in (("guest-houses", menu), ("guest-progress", progress), ("guest-message", message)):
        copy.append(f"menus/{file}.toml", text)

    city = copy.load()
    journey = journey_of(city, city.hotlines["96555"])

    assert journey.start == "guest-houses"
    assert isinstance(journey.menus["guest-progress"], Progress)
    assert isinstance(journey.menus["guest-message"], Message)
    assert len(journey.edges()) == 16
    after = {(found.rule, found.file) for found in lint(read_files(copy.folder, SPOKEN)).warnings}
    assert after == before  # the copy has no audio at all: that is warned of already
