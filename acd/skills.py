"""技能 that the city has: a name written wrong would be a skill that nobody ever asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection

from acd.errors import UnknownSkill
from acd.model import Skill, Skills


def must_be_known(skills: Skills, known: Collection[Skill] | None) -> None:
    """Refuse skills that the city does not list. `known`: those it does; None: not checked. Raises UnknownSkill."""
    unknown = sorted({skill for skill, _ in skills} - set(known)) if known is not None else []
    if unknown:
        named, there_are = ", ".join(unknown), ", ".join(sorted(known or ())) or "—"
        raise UnknownSkill(
            f"this city has no skill {named}, only: {there_are}", f"本市没有技能:{named},现有:{there_are}"
        )
