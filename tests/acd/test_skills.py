"""技能: a name that the city does not list would be asked for by nobody."""

from __future__ import annotations

import pytest

from acd.errors import UnknownSkill
from acd.model import Skill
from acd.skills import must_be_known
from tests.acd.scene import skilled


def test_skills_that_the_city_lists_are_let_through() -> None:
    """All of them, some, or none; and any, where nobody has said which there are."""
    known = {Skill("english"), Skill("psychology")}

    must_be_known(skilled(english=1, psychology=2), known)
    must_be_known(frozenset(), known)
    must_be_known(frozenset(), set())
    must_be_known(skilled(englich=1), None)


def test_skills_that_it_does_not_list_are_refused_by_name_with_those_that_it_does() -> None:
    """In the order of the alphabet; a city without any says so with a dash."""
    with pytest.raises(UnknownSkill) as refusal:
        must_be_known(skilled(pschology=1, englich=2, law=1), {Skill("psychology"), Skill("law")})
    assert str(refusal.value) == "this city has no skill englich, pschology, only: law, psychology"
    assert refusal.value.zh == "本市没有技能:englich, pschology,现有:law, psychology"

    with pytest.raises(UnknownSkill, match="only: —"):
        must_be_known(skilled(english=1), set())
