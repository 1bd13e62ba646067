"""A mistake in a recipe, a level's too, is reported where it was made; a crisis lane keeps its people."""

from __future__ import annotations

import pytest

from tests.city.scene import Copy, Slip, lend_the_other_way

SAMPLES_ROW = """
[[queues.recipe]]
after_s = 120
step = "waive"
skill = "psychology"
"""
RECIPE = """
[[queues.recipe]]
after_s = 30
step = "relax"
skill = "psychology"
to_level = 2

[[queues.recipe]]
after_s = 60
step = "waive"
skill = "psychology"
"""
RECIPES = [
    Slip("unknown_skill", "", 'skill = "psychology"', 'skill = "psycology"'),
    Slip("out_of_range", "", "after_s = 30", "after_s = -30"),
    Slip("out_of_range", "", "to_level = 2", "to_level = 0"),
    Slip("out_of_range", "", "to_level = 2", "to_level = 5"),
    Slip("not_allowed", "", 'step = "waive"', 'step = "wave"'),
    Slip("missing_key", "", 'step = "waive"\n', "", below=-2),
    Slip("missing_key", "", "to_level = 2\n", "", below=-4),
    Slip("unknown_key", "", 'step = "waive"', 'step = "waive"\nto_level = 1', below=1),
    Slip("recipe_out_of_order", "", "after_s = 60", "after_s = 30"),
    Slip("recipe_out_of_order", "", "after_s = 60", "after_s = 20"),
    Slip("recipe_loops", "", 'step = "waive"', 'step = "relax"\nto_level = 2', below=-2),
    Slip("relaxes_nothing", "", "to_level = 2", "to_level = 3", below=-4),
    Slip("unknown_prompt", "", 'step = "waive"\nskill = "psychology"', 'step = "announce"\nprompt = "manny"', below=1),
    Slip("unknown_key", "", 'step = "waive"', 'step = "waive"\npredicted_wait_s = 60', below=1),
    Slip(
        "out_of_range",
        "",
        'step = "waive"\nskill = "psychology"',
        'step = "announce"\nprompt = "many-callers"\npredicted_wait_s = 1',
        below=2,
    ),
    Slip("offers_no_call_back", "", 'step = "waive"\nskill = "psychology"', 'step = "offer_call_back"'),
    Slip("follows_message", "", 'step = "relax"\nskill = "psychology"\nto_level = 2', 'step = "message"', below=2),
]


@pytest.mark.parametrize("slip", RECIPES, ids=lambda slip: f"{slip.rule}: {slip.new}")
def test_a_mistake_in_a_recipe_is_found_where_it_was_made(copy: Copy, slip: Slip) -> None:
    """Whichever kind of row it is in."""
    copy.replace("menus/health.toml", "psychology = 1", "psychology = 3")
    copy.replace("queues.toml", SAMPLES_ROW, RECIPE)
    assert copy.load().queues["health"].recipe
    line = copy.replace("queues.toml", slip.old, slip.new)

    assert copy.only_mistake() == ("queues.toml", line + slip.below, slip.rule)


MESSAGE = """
[[queues.recipe]]
after_s = 600
step = "message"
"""
OFFER = """
[[queues.recipe]]
after_s = 300
step = "offer_call_back"
"""


def test_nobody_of_a_crisis_line_is_sent_to_a_machine(copy: Copy) -> None:
    """Neither by their queue's recipe nor by a level's, and no level lends what they have: all are named at once."""
    lend_the_other_way(copy)
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    copy.replace("queues.toml", "wrap_up_s = 45", 'wrap_up_s = 45\ncalls_back = "asked"')
    own = copy.append("queues.toml", OFFER + MESSAGE)
    levels = copy.append("levels.toml", STORM)

    assert [(mistake.file, mistake.line, mistake.rule) for mistake in copy.mistakes()] == [
        ("levels.toml", levels + 7, "crisis_has_no_machine"),
        ("levels.toml", levels + 9, "crisis_lends_nobody"),
        ("queues.toml", own + 3, "crisis_has_no_machine"),
        ("queues.toml", own + 7, "crisis_has_no_machine"),
    ]


STORM = """
[[levels]]
name = "storm"
zh = "风暴"
en = "Storm"
[[levels.queues.health.recipe]]
after_s = 20
step = "message"
[[levels.lend]]
lender = "health"
borrower = "general"
seats = 1
"""


def test_a_recipe_that_goes_back_on_itself_is_refused(copy: Copy) -> None:
    """What nobody asks for any more is not asked for again."""
    back = RECIPE.replace("waive", "relax").replace("to_level = 2", "to_level = 1")
    line = copy.replace("queues.toml", SAMPLES_ROW, back)
    copy.replace("menus/health.toml", "psychology = 1", "psychology = 3")
    copy.append("queues.toml", "to_level = 2\n")

    assert copy.only_mistake() == ("queues.toml", line + 7, "recipe_loops")
