"""What must be true between the files of a city: one function a rule, each yielding every place where it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from city.checks import appeals, crisis, deadlines, hours, menus, names, recipes, sense, spoken, twins, words
from city.files import Files
from city.mistakes import Mistake

RULES: tuple[Callable[[Files], Iterator[Mistake]], ...] = (
    names.queues_exist,
    hours.hours_exist,
    hours.hours_have_one_name_each,
    hours.the_default_hotline_never_closes,
    hours.crisis_never_closes,
    hours.transfers_lead_outside,
    hours.somebody_is_there,
    names.skills_are_declared,
    names.menus_exist,
    names.default_hotline_exists,
    names.rated_hotlines_exist,
    names.recording_classes_exist,
    names.prompts_can_be_said,
    names.calls_outside_leave_by_a_trunk,
    twins.numbers_ring_one_hotline,
    twins.queues_have_one_name_each,
    twins.skills_have_one_name_each,
    twins.breaks_have_one_limit_each,
    twins.extensions_belong_to_one_seat,
    twins.numbers_outside_are_nobody_elses,
    twins.places_are_told_apart,
    twins.aliases_mean_one_place,
    twins.trunks_have_one_name_each,
    twins.levels_have_one_name_each,
    twins.recording_classes_have_one_name_each,
    recipes.recipes_go_forward,
    recipes.recipes_do_not_loop,
    recipes.borrowing_does_not_loop,
    recipes.relaxing_relaxes,
    recipes.nothing_follows_a_message,
    recipes.offers_can_be_kept,
    deadlines.years_are_called_as_they_are,
    deadlines.holidays_lie_in_their_year,
    deadlines.days_are_made_up_at_weekends,
    deadlines.offices_open_before_they_close,
    deadlines.one_rule_always_holds,
    deadlines.rules_have_one_name_each,
    deadlines.periods_go_forward,
    deadlines.rules_name_known_hotlines,
    deadlines.rules_name_known_categories,
    deadlines.flows_name_known_urgencies,
    deadlines.flows_are_no_slower_than_rules,
    deadlines.escalations_go_forward,
    deadlines.urgent_classes_have_one_name_each,
    deadlines.risks_have_one_name_each,
    appeals.categories_grow_from_a_root,
    appeals.flows_have_a_category,
    appeals.flows_hand_over_to_known_numbers,
    appeals.flows_do_not_contradict,
    crisis.crisis_has_no_machine,
    crisis.crisis_lends_nobody,
    menus.languages_are_spoken,
    menus.classes_are_categories,
    sense.menus_are_shallow,
    sense.crisis_has_no_menu,
    sense.callers_are_told_of_recording,
    sense.levels_tell_of_recording,
    sense.audio_can_be_played,
    sense.places_lie_somewhere,
    sense.the_first_level_is_at_rest,
    sense.levels_fit_their_queues,
    sense.queues_do_not_lend_to_themselves,
    spoken.nothing_is_advertised,
    spoken.menus_name_no_other_keys,
    spoken.a_person_is_reached_soon,
    words.dialect_words_are_told_apart,
    words.dialect_words_are_written_for_good,
    words.longer_words_hold_the_dialect_word,
    words.hot_words_are_listed_once,
)


def mistakes_between(files: Files) -> Iterator[Mistake]:
    """All broken rules."""
    for rule in RULES:
        yield from rule(files)
