"""已接受的提醒: warnings about menus and prompts that somebody answers for. The file `accepted.toml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from city.written import Title, Written


class Acceptance(Written):
    """One warning, or all of one rule in one file, that is known and stays as it is."""

    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    """规则名,方括号内 / the rule's name, as it stands in brackets"""
    file: Annotated[str, Field(pattern=r"^[a-z0-9_./-]{1,80}$")]
    """所在文件,如 "menus/health.toml" / the file it is about"""
    key: Annotated[str, Field(max_length=80)] = ""
    """所在的键;缺省为该文件内同一规则的全部 / its key there; left out: wherever in the file"""
    reason: Annotated[str, Field(min_length=4, max_length=200)]
    """为何接受 / why it may stay"""
    by: Title
    """何人接受 / who answers for it"""

    def covers(self, rule: str, file: str, key: str) -> bool:
        """Whether a warning of this rule, at this key of this file, is meant."""
        return (self.rule, self.file) == (rule, file) and self.key in ("", key)


class AcceptedFile(Written):
    """已接受的提醒 accepted.toml."""

    accepted: tuple[Acceptance, ...] = ()
