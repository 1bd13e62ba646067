"""A city under a response level: what the level names is different, everything else as the other files have it."""

from __future__ import annotations

import pytest

from city.city import City
from city.level import RESTING, QueueChange, changed
from city.queue import CallsBack, Queue
from city.recipe import AnnounceRow
from city.written import Written
from tests.city.scene import Copy, lend_the_other_way


def change(**fields: object) -> Written:
    """What a level writes of a queue."""
    return QueueChange.model_validate(fields)


def test_a_level_changes_what_it_names(sample: City) -> None:
    """Other fields of the queue stay; the later change counts."""
    level = sample.levels["elevated"]
    several = [*level.queues.items(), ("general", change(ring_time_s=9)), ("general", change(wrap_up_s=8))]

    under = sample.under(several)

    assert (under.queues["general"].ring_time_s, under.queues["general"].wrap_up_s) == (9, 8)
    assert under.queues["health"] == sample.queues["health"].model_copy(update={"wrap_up_s": 30.0})
    assert under.hotlines == sample.hotlines


def test_whoever_calls_a_crisis_line_hears_no_notice(copy: Copy) -> None:
    """All others hear it after the greeting."""
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    copy.replace("levels.toml", 'lender = "health"\nborrower = "general"', 'lender = "general"\nborrower = "health"')

    under = copy.load().under((), "many-callers")

    assert under.hotlines["12345"].greeting == ("greeting-12345", "many-callers")
    assert under.hotlines["12320"].greeting == ("greeting-12320",)


def test_whatever_a_queue_has_but_its_names_can_be_changed() -> None:
    """A field that queues get later is one that levels can change, without a line of code; and rows can be added."""
    assert set(QueueChange.model_fields) == set(Queue.model_fields) - {"name", "zh", "en"} | {"recipe_adds"}


SAYS = """
[[levels]]
name = "storm"
zh = "风暴"
en = "Storm"
prompts = { greeting-12345 = "greeting-12320", menu-12320 = "many-callers", many-callers = "offer-call-back" }
"""


def test_a_level_has_other_prompts_said(copy: Copy) -> None:
    """In greetings, menus and recipes; everything else of them stays."""
    copy.append("levels.toml", SAYS)
    city = copy.load()

    under = city.under((), "many-callers", city.levels["storm"].prompts)

    assert under.hotlines["12345"].greeting == ("greeting-12320", "many-callers")
    assert under.menus["health"] == city.menus["health"].model_copy(update={"prompt": "many-callers"})
    said = [row.prompt for row in under.queues["general"].recipe if isinstance(row, AnnounceRow)]
    assert said == ["offer-call-back"]
    assert len(under.queues["general"].recipe) == len(city.queues["general"].recipe)


def test_who_calls_a_crisis_line_hears_the_usual_prompts(copy: Copy) -> None:
    """In the greeting and where they wait."""
    lend_the_other_way(copy)
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    copy.replace("queues.toml", 'step = "waive"\nskill = "psychology"', 'step = "announce"\nprompt = "many-callers"')
    copy.append("levels.toml", SAYS.replace('greeting-12345 = "greeting-12320"', 'greeting-12320 = "greeting-12345"'))
    city = copy.load()

    under = city.under((), None, city.levels["storm"].prompts)

    assert under.hotlines["12320"] == city.hotlines["12320"]
    assert under.queues["health"] == city.queues["health"]


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("unknown_prompt", '"greeting-12320"', '"manny"'),
        ("unknown_prompt", "menu-12320 =", "menu-12321 ="),
        ("recording_notice", '"greeting-12320"', '"many-callers"'),
    ],
)
def test_prompts_said_instead_are_there_and_tell_of_the_recording(copy: Copy, rule: str, old: str, new: str) -> None:
    """What is replaced must be there, too: a name with a slip in it would change nothing."""
    begins = copy.append("levels.toml", SAYS.replace(old, new))

    assert copy.only_mistake() == ("levels.toml", begins + 5, rule)


def test_a_city_without_levels_is_at_rest(copy: Copy) -> None:
    """The file may be absent: there is one level, which changes nothing."""
    (copy.folder / "levels.toml").unlink()

    assert list(copy.load().levels.values()) == [RESTING]


RECIPE = """
[[levels]]
name = "storm"
zh = "风暴"
en = "Storm"
[[levels.queues.health.recipe]]
after_s = 20
step = "relax"
skill = "psychology"
to_level = 1
[[levels.queues.health.recipe]]
after_s = 40
step = "waive"
skill = "psychology"
"""


def test_a_level_brings_its_own_recipe(copy: Copy) -> None:
    """The queue's other one is put aside, not added to."""
    copy.replace("menus/health.toml", "psychology = 1", "psychology = 2")
    copy.append("levels.toml", RECIPE)
    city = copy.load()

    under = city.under([*city.levels["storm"].queues.items()])

    assert [row.after_s for row in under.queues["health"].recipe] == [20, 40]


WAIVES = 'after_s = 40\nstep = "waive"\nskill = "psychology"'


@pytest.mark.parametrize(
    ("rule", "old", "new", "line"),
    [
        ("recipe_out_of_order", "after_s = 40", "after_s = 20", 11),
        ("recipe_loops", WAIVES, WAIVES.replace('"waive"', '"relax"\nto_level = 1'), 10),
        ("relaxes_nothing", "to_level = 1", "to_level = 4", 5),
        ("unknown_skill", WAIVES, WAIVES.replace("psychology", "psycology"), 13),
    ],
)
def test_a_recipe_of_a_level_is_checked_like_any_other(copy: Copy, rule: str, old: str, new: str, line: int) -> None:
    """Where it is written, in levels.toml."""
    copy.replace("menus/health.toml", "psychology = 1", "psychology = 2")
    begins = copy.append("levels.toml", RECIPE.replace(old, new))

    assert copy.only_mistake() == ("levels.toml", begins + line, rule)


def test_what_a_level_changes_must_fit_the_queue(copy: Copy) -> None:
    """Fields that need each other are looked at together; a later change that does not fit is passed by."""
    copy.replace("levels.toml", "queues.health = { wrap_up_s = 30 }", "queues.health = { prefer_last_agent_s = 5 }")

    assert copy.only_mistake()[2] == "level_does_not_fit"
    queue = Queue(name="x", zh="x", en="x")
    assert changed(queue, [change(prefer_last_agent_s=5), change(wrap_up_s=9)]).wrap_up_s == 9


ADDS = """
[[levels]]
name = "storm"
zh = "风暴"
en = "Storm"
[levels.queues.general]
calls_back = "asked"
[[levels.queues.general.recipe_adds]]
after_s = 90
step = "offer_call_back"
[[levels.queues.general.recipe_adds]]
after_s = 600
step = "message"
"""


def test_rows_are_laid_on_a_recipe_whose_own_go_on(copy: Copy) -> None:
    """By time, never two at once; nothing follows a message."""
    copy.append("levels.toml", ADDS)
    city = copy.load()

    rows = city.under([*city.levels["storm"].queues.items()]).queues["general"].recipe

    assert [(row.after_s, row.step) for row in city.queues["general"].recipe] == [(90, "announce"), (900, "message")]
    assert [(row.after_s, row.step) for row in rows] == [(90, "announce"), (91, "offer_call_back"), (600, "message")]


@pytest.mark.parametrize(
    ("rule", "old", "new", "line"),
    [
        ("offers_no_call_back", 'calls_back = "asked"', 'calls_back = "nobody"', 9),
        ("recipe_out_of_order", "after_s = 600", "after_s = 60", 11),
        ("unknown_prompt", '"offer_call_back"', '"announce"\nprompt = "manny"', 10),
        ("not_allowed", '"offer_call_back"', '"waive"\nskill = "psychology"', 9),
        ("crisis_has_no_machine", "general", "health", 9),
    ],
)
def test_rows_that_a_level_adds_are_checked_like_any_other(
    copy: Copy, rule: str, old: str, new: str, line: int
) -> None:
    """Whom a caller needs is the recipe's own to say: no row of that kind is added."""
    lend_the_other_way(copy)
    copy.replace("hotlines.toml", 'menu = "health"', "crisis = true")
    begins = copy.append("levels.toml", ADDS.replace(old, new))

    assert (copy.mistakes()[0].rule, copy.mistakes()[0].line) == (rule, begins + line)


def test_offers_that_nobody_would_keep_are_passed_by() -> None:
    """What calls back may be gone by the time."""
    queue = Queue(name="x", zh="x", en="x")
    offers = change(recipe_adds=({"after_s": 60.0, "step": "offer_call_back"},))

    assert changed(queue, [offers]).recipe == ()
    assert len(changed(queue, [change(calls_back=CallsBack.ASKED), offers]).recipe) == 1
