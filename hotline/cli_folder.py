"""A city's folder as a command looks at it: with the voice that its texts will have once it is taken.

What has no recording is spoken first, into a folder of the command's own, as `hotline city take` does: so seconds are
measured, and a check says what the controller will say. Nothing is written into the city's folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from city.city import City
from city.files import Files, read_files
from city.load import city_of
from city.mistakes import CityInvalid
from hotline.client import Trouble
from hotline.proof import Scripts
from hotline.shelf import Shelf
from hotline.sounds import Sounds
from hotline.speaker import Speaker
from hotline.voicing import Voicing
from ivr.prompts import SPOKEN
from plumbing.logs import set_up_logs


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One that has no mistakes."""

    place: Path
    files: Files
    scripts: Scripts  # its rehearsals

    @property
    def city(self) -> City:
        """The city, which plays what was spoken."""
        return replace(city_of(self.files), folder=self.place, sounds=self.files.folder / "prompts")


@contextmanager
def looked_at(folder: Path) -> Iterator[Folder]:
    """The folder, until the block is left. Trouble with every mistake, by file and line."""
    with told_in_words(), tempfile.TemporaryDirectory(prefix="lx-") as name:
        read = read_files(folder, SPOKEN)
        if not folder.is_dir():
            city_of(read)
        set_up_logs(level="ERROR")
        sounds = Sounds(Path(name) / "sounds")
        shelf = Shelf(Path(name) / "city", sounds, Voicing(sounds, Speaker(Path(name) / "spoken")), SPOKEN)
        gathered = shelf.gather(folder)
        files = replace(gathered.files, webhooks=read.webhooks)  # which no version holds
        mistakes = replace(gathered, files=files).wrong_with(files)
        if mistakes:
            raise CityInvalid(mistakes)
        yield Folder(place=folder, files=files, scripts=gathered.scripts)


@contextmanager
def told_in_words() -> Iterator[None]:
    """What is wrong with a city's files, as trouble."""
    try:
        yield
    except CityInvalid as wrong:
        raise Trouble(f"{len(wrong.mistakes)} 处有误", str(wrong)) from wrong
