"""Why another version of a city is not put in force. What was in force still is."""

from __future__ import annotations

from collections.abc import Iterable

from city.mistakes import Mistake


class CityRefused(Exception):
    """`rule` is stable, `zh` and the message say the same; `mistakes`: what is wrong with the files."""

    rule = "city_refused"

    def __init__(self, en: str, zh: str, mistakes: Iterable[Mistake] = ()) -> None:
        super().__init__(en)
        self.zh, self.mistakes = zh, tuple(mistakes)


class CityChangedMeanwhile(CityRefused):
    """Another version is in force than the one that whoever wants to change it has read."""

    rule = "city_changed_meanwhile"


class FolderChangedMeanwhile(CityRefused):
    """The folder says something else than what was looked at."""

    rule = "folder_changed_meanwhile"


class RehearsalsFail(CityRefused):
    """A rehearsal of the folder's own does not end as it says it must."""

    rule = "rehearsals_fail"


class WarningsNotAccepted(CityRefused):
    """The linter has warnings that nobody has accepted by name."""

    rule = "warnings_not_accepted"


class UnknownVersion(CityRefused):
    """No version has this number."""

    rule = "unknown_version"


class VersionLost(CityRefused):
    """A version cannot be put together any more: it was written by another release, or one of its sounds is gone."""

    rule = "version_lost"


class SoundRefused(CityRefused):
    """A recording cannot be used as a prompt. `rule` says why (ivr.prompt_sound)."""

    rule = "sound_refused"

    def __init__(self, rule: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.rule = rule


class UnknownPromptName(CityRefused):
    """Nothing of the city is called so."""

    rule = "unknown_prompt_name"


class NoRecording(CityRefused):
    """The prompt is a machine's voice: there is no recording to be removed."""

    rule = "no_recording"


class RecordingSaysOtherwise(CityRefused):
    """Whoever recorded it read another text than the one that the prompt has now."""

    rule = "recording_says_otherwise"


class CannotBeSpoken(CityRefused):
    """A text has no voice: the synthesiser is not there, or cannot read it."""

    rule = "cannot_be_spoken"


def refused(mistakes: Iterable[Mistake]) -> CityRefused:
    """With all of them, sorted by file and line."""
    told = sorted(mistakes)
    return CityRefused(f"{len(told)} mistakes; nothing has changed", f"{len(told)} 处有误,一切未变", told)
