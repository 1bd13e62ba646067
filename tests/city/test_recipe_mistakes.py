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


ANNOUNCES = """
[[queues.recipe]]
after_s = 90
step = "announce"
prompt = "many-callers"
"""


def borrows(lender: str, seats: int = 2, after_s: int = 60) -> str:
    """A row that borrows."""
    return f'''
[[queues.recipe]]
after_s = {after_s}
step = "borrow"
lender = "{lender}"
seats = {seats}
'''


def test_a_row_that_borrows_is_read_whole(copy: Copy) -> None:
    """Who lends, how many, how many stay, for how long at most."""
    lend_the_other_way(copy)
    copy.replace("queues.toml", SAMPLES_ROW, borrows("general") + "keep = 4\nlasts_s = 600\npredicted_wait_s = 90\n")

    [row] = copy.load().queues["health"].recipe
    assert row.model_dump() == {
        "after_s": 60,
        "step": "borrow",
        "lender": "general",
        "seats": 2,
        "keep": 4,
        "lasts_s": 600,
        "predicted_wait_s": 90,
    }


@pytest.mark.parametrize(
    ("rule", "row", "below"),
    [
        ("unknown_queue", borrows("generl"), 4),
        ("out_of_range", borrows("general", seats=-2), 5),
        ("out_of_range", borrows("general") + "keep = -1", 6),
        ("out_of_range", borrows("general") + "lasts_s = 0", 6),
        ("missing_key", borrows("general").replace("seats = 2", ""), 1),
        ("recipe_loops", borrows("health"), 4),
    ],
)
def test_a_row_that_cannot_borrow_is_found_where_it_was_written(copy: Copy, rule: str, row: str, below: int) -> None:
    """A negative limit, a queue that is not there, a queue that borrows of itself."""
    line = copy.replace("queues.toml", SAMPLES_ROW, row)

    assert copy.only_mistake() == ("queues.toml", line + below, rule)


def test_queues_that_borrow_of_each_other_loop(copy: Copy) -> None:
    """Both rows are named: either can be the one to go."""
    copy.replace("queues.toml", SAMPLES_ROW, borrows("general"))
    line = copy.replace("queues.toml", ANNOUNCES, borrows("health"))

    mistakes = copy.mistakes()
    assert [(mistake.file, mistake.rule) for mistake in mistakes] == [("queues.toml", "recipe_loops")] * 2
    assert mistakes[0].line == line + 4
    assert mistakes[1].line > line + 4


def test_a_level_can_close_a_loop(copy: Copy) -> None:
    """Its loans and its recipes count together with the queues' own rows that it leaves in force."""
    own = copy.replace("queues.toml", SAMPLES_ROW, borrows("general"))
    assert copy.only_mistake() == ("queues.toml", own + 4, "recipe_loops")  # the sample's level lends to general
    lend_the_other_way(copy)
    assert copy.load().queues["health"].recipe

    level = copy.append(
        "levels.toml",
        STORM.partition("[[levels.queues")[0]
        + borrows("health").replace("[[queues.recipe]]", "[[levels.queues.general.recipe]]"),
    )

    assert [(mistake.file, mistake.line, mistake.rule) for mistake in copy.mistakes()] == [
        ("levels.toml", level + 9, "recipe_loops"),
        ("queues.toml", own + 4, "recipe_loops"),
    ]


def test_a_crisis_lane_lends_nobody_by_a_recipe(copy: Copy) -> None:
    """It may borrow."""
    lend_the_other_way(copy)
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    copy.replace("queues.toml", SAMPLES_ROW, borrows("general"))
    assert copy.load().queues["health"].recipe

    copy.replace("queues.toml", borrows("general"), "")
    line = copy.replace("queues.toml", ANNOUNCES, borrows("health"))

    assert [(mistake.file, mistake.line, mistake.rule) for mistake in copy.mistakes()] == [
        ("queues.toml", line + 4, "crisis_lends_nobody"),
        ("queues.toml", line + 4, "recipe_loops"),  # the level lends the other way
    ]
