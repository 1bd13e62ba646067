"""A mistake in a city's files is reported with its file, its line and its rule, and nothing of the city is taken."""

from __future__ import annotations

import wave

import pytest

from city.city import City
from city.load import load_city
from city.mistakes import CityInvalid
from tests.city.scene import SAMPLE, Copy, Slip, lend_the_other_way

SHAPE = [
    Slip("unknown_key", "queues.toml", "ring_time_s = 20", "ring_time = 20"),
    Slip("missing_key", "hotlines.toml", '[[hotlines]]\nnumber = "12320"\n', "[[hotlines]]\n"),
    Slip("missing_key", "hotlines.toml", 'queue = "health"\n', "", below=-5),
    Slip("wrong_type", "queues.toml", "wrap_up_s = 45", 'wrap_up_s = "45"'),
    Slip("out_of_range", "queues.toml", "ring_time_s = 20", "ring_time_s = 2"),
    Slip("out_of_range", "hotlines.toml", '["greeting-12345"]', "[]"),
    Slip("wrong_format", "hotlines.toml", '"12320"', '"一二三二零"'),
    Slip("out_of_range", "seats.toml", "psychology = 3", "psychology = 6"),
    Slip("range_backwards", "seats.toml", '[[seats]]\nextensions = "8001-8006"', '[[seats]]\nextensions = "8006-8001"'),
    Slip(
        "open_seat_without_queue",
        "seats.toml",
        '[[seats]]\nextensions = "8011-8020"\nopen = false',
        '[[seats]]\nextensions = "8011-8020"',
    ),
    Slip("not_allowed", "places.toml", 'kind = "estate"', 'kind = "house"'),
    Slip("one_way", "menus/health.toml", '{ join = "health" }', '{ join = "health", goto = "health" }'),
    Slip("one_way", "menus/health.toml", '{ join = "health" }', "{}"),
    Slip("one_way", "menus/health.toml", '{ join = "health" }', '{ goto = "health", priority = 1 }'),
    Slip("zero_is_a_person", "menus/health.toml", "1 =", "0 ="),
    Slip("wrong_format", "menus/health.toml", "1 =", "10 ="),
    Slip(
        "text_or_tone", "prompts/prompts.toml", '[please-wait]\nzh = "正在', '[please-wait]\ntone_hz = 400\nzh = "正在'
    ),
    Slip("text_or_tone", "prompts/prompts.toml", "[beep]\ntone_hz = 1000\n", "[beep]\n"),
    Slip("hidden_character", "hotlines.toml", "卫生健康热线", "卫生\\u202e热线"),
    Slip("hidden_character", "prompts/prompts.toml", 'zh = "您好', 'zh = "您\u200b好'),
    Slip("wrong_format", "prompts/prompts.toml", "[please-wait]", "[Please_Wait]"),
    Slip("out_of_range", "levels.toml", "queues.general = { wrap_up_s = 20 }", "queues.general = { wrap_up_s = -20 }"),
    Slip("unknown_key", "levels.toml", "queues.general = { wrap_up_s = 20 }", "queues.general = { name = 'x' }"),
    Slip("out_of_range", "levels.toml", "seats = 2", "seats = 0"),
    Slip("not_toml", "queues.toml", 'name = "health"', 'name = "health'),
    Slip("not_toml", "seats.toml", "open = false\n", "open = ["),
]

BETWEEN = [
    Slip("unknown_queue", "hotlines.toml", 'queue = "health"', 'queue = "helth"'),
    Slip("unknown_queue", "menus/health.toml", '1 = { join = "health" }', '1 = { join = "helth" }'),
    Slip("unknown_queue", "seats.toml", '["general", "health"]', '["general",\n"helth"]', below=1),
    Slip("unknown_skill", "menus/health.toml", "psychology = 1", "psycology = 1"),
    Slip("unknown_skill", "seats.toml", "psychology = 3", "english = 3"),
    Slip("unknown_skill", "hotlines.toml", 'menu = "health"', 'skills = { english = 1 }\nmenu = "health"'),
    Slip("unknown_menu", "hotlines.toml", 'menu = "health"', 'menu = "helth"'),
    Slip("unknown_hotline", "city.toml", 'default_hotline = "12345"', 'default_hotline = "12346"'),
    Slip("unknown_prompt", "hotlines.toml", '["greeting-12345"]', '["greeting-12345", "welcome"]'),
    Slip("unknown_prompt", "menus/health.toml", '"menu-12320"', '"menu-12321"'),
    Slip("duplicate_number", "hotlines.toml", 'number = "12320"', 'number = "12345"'),
    Slip("duplicate_number", "hotlines.toml", 'variants = ["0518-12320"]', 'variants = ["+86 518-12345"]'),
    Slip("duplicate_seat", "seats.toml", 'extensions = "8007-8010"', 'extensions = "8006-8010"'),
    Slip("duplicate_outside", "city.toml", 'number = "119"', 'number = "110"'),
    Slip("duplicate_outside", "city.toml", 'number = "119"', 'number = "8001"'),
    Slip("duplicate_outside", "city.toml", 'number = "119"', 'number = "12320"'),
    Slip("duplicate_place", "places.toml", 'name = "人民路"', 'name = "解放路"'),
    Slip("alias_is_a_name", "places.toml", 'aliases = ["海州"]', 'aliases = ["海州", "解放路"]'),
    Slip("alias_is_a_name", "places.toml", 'aliases = ["海州"]', 'aliases = ["海州", "海州区"]'),
    Slip("duplicate_alias", "places.toml", 'aliases = ["海州"]', 'aliases = ["海州",\n"连云"]', below=1),
    Slip("unknown_place", "places.toml", 'parent = "海州区"', 'parent = "海洲区"'),
    Slip("place_in_itself", "places.toml", 'parent = "海州区"', 'parent = "新浦"'),
    Slip("duplicate_category", "categories.toml", 'name = "停电"', 'name = "停水"'),
    Slip("unknown_category", "categories.toml", 'parent = "供电"', 'parent = "供店"'),
    Slip("category_in_itself", "categories.toml", '停电"\nparent = "供电"', '停电"\nparent = "停电"', 1),
    Slip("category_too_deep", "categories.toml", '停电"\nparent = "供电"', '停电"\nparent = "停水"', 1),
    Slip("wrong_format", "categories.toml", '"停了电"', '"停了电…"'),
    Slip("not_allowed", "categories.toml", 'kind = "求助"', 'kind = "救助"'),
    Slip("unknown_category", "flows/water-cut.toml", 'category = "停水"', 'category = "停谁"'),
    Slip("unknown_transfer", "flows/water-cut.toml", '"12319"', '"12310"'),
    Slip("unknown_key", "flows/noise.toml", "deadline_days = 3", "deadline = 3\ndeadline_days = 3"),
    Slip("not_allowed", "flows/noise.toml", 'field = "place"', 'field = "plaice"'),
    Slip("crisis_has_no_menu", "hotlines.toml", 'menu = "health"', 'menu = "health"\ncrisis = true'),
    Slip("recording_notice", "hotlines.toml", '["greeting-12345"]', '["please-wait"]'),
    Slip("unknown_queue", "levels.toml", "queues.general = { wrap_up_s = 20 }", "queues.genral = { wrap_up_s = 20 }"),
    Slip("unknown_queue", "levels.toml", 'lender = "health"', 'lender = "helth"'),
    Slip("unknown_queue", "levels.toml", 'borrower = "general"', 'borrower = "genral"'),
    Slip("unknown_prompt", "levels.toml", 'notice = "many-callers"', 'notice = "many-calls"'),
    Slip("duplicate_level", "levels.toml", 'name = "emergency"', 'name = "elevated"'),
    Slip("resting_level_changes", "levels.toml", 'en = "Normal"', 'en = "Normal"\nnotice = "please-wait"', below=-3),
    Slip("lent_to_itself", "levels.toml", 'borrower = "general"', 'borrower = "health"'),
    Slip("menu_too_deep", "hotlines.toml", 'menu = "health"', 'menu = "loop"'),
]  # fmt: skip


def test_flows_that_begin_alike_may_not_contradict_each_other(copy: Copy) -> None:
    """A second flow for the same words and category: refused at its trigger, whether it says otherwise or the same."""
    first = (copy.folder / "flows" / "water-cut.toml").read_text(encoding="utf-8")
    (copy.folder / "flows" / "water-off.toml").write_text(first, encoding="utf-8")
    line = first[: first.index("triggers")].count("\n") + 1
    assert copy.only_mistake() == ("flows/water-off.toml", line, "duplicate_trigger")

    copy.replace("flows/water-off.toml", 'department = "自来水公司"', 'department = "供电公司"')
    (mistake,) = copy.mistakes()
    assert (mistake.rule, mistake.line) == ("flows_contradict", line)
    assert "department" in mistake.message


def test_flows_for_other_categories_may_begin_alike(copy: Copy) -> None:
    """The category tells them apart."""
    copy.append("flows/power-cut.toml", (copy.folder / "flows" / "water-cut.toml").read_text(encoding="utf-8"))
    copy.replace("flows/power-cut.toml", 'category = "停水"', 'category = "停电"')

    assert len(copy.load().flows) == 13


@pytest.mark.parametrize("slip", SHAPE + BETWEEN, ids=lambda slip: f"{slip.rule}-{slip.file}")
def test_a_mistake_is_found_where_it_was_made(copy: Copy, slip: Slip) -> None:
    """One slip of the pen: one mistake, in that file, on that line, by that rule."""
    if slip.rule == "menu_too_deep":
        copy.append(
            "menus/loop.toml", 'prompt = "menu-12320"\n[choices]\n1 = { goto = "loop" }\n2 = { join = "health" }\n'
        )
    if slip.rule == "crisis_has_no_menu":
        lend_the_other_way(copy)
    line = copy.replace(slip.file, slip.old, slip.new)

    assert copy.only_mistake() == (slip.file, line + slip.below, slip.rule)


def test_all_mistakes_are_reported_together(copy: Copy) -> None:
    """Within files and between them, in the order of the files: nobody corrects one only to meet the next."""
    unknown = copy.replace("hotlines.toml", 'queue = "general"', 'queue = "generl"')
    misspelt = copy.replace("hotlines.toml", 'menu = "health"', 'meun = "health"')
    short = copy.replace("queues.toml", "ring_time_s = 20", "ring_time_s = 1")
    copy.replace("queues.toml", 'name = "health"', 'name = "health"')

    found = [(mistake.file, mistake.line, mistake.rule) for mistake in copy.mistakes()]

    assert found == [
        ("hotlines.toml", unknown, "unknown_queue"),
        ("hotlines.toml", misspelt, "unknown_key"),
        ("queues.toml", short, "out_of_range"),
    ]


def test_a_mistake_in_a_queue_is_not_held_against_those_who_name_it(copy: Copy) -> None:
    """The queue is there, only its time is wrong: one mistake, not five."""
    line = copy.replace("queues.toml", "wrap_up_s = 45", "wrap_up_s = -1")

    assert copy.only_mistake() == ("queues.toml", line, "out_of_range")


@pytest.mark.parametrize(
    "file", ["city.toml", "hotlines.toml", "queues.toml", "places.toml", "seats.toml", "prompts/prompts.toml"]
)
def test_a_missing_file_is_one_mistake(copy: Copy, file: str) -> None:
    """Whatever else speaks of its content is not blamed for it."""
    (copy.folder / file).unlink()

    assert copy.only_mistake() == (file, 1, "file_missing")


def test_a_folder_that_is_no_city_is_told_what_it_lacks(copy: Copy) -> None:
    """Every file, not a traceback; of one that is not there, that alone."""
    for name, rule, count in ("nowhere", "folder_missing", 1), ("rehearsals", "file_missing", 6):
        with pytest.raises(CityInvalid) as refused:
            load_city(copy.folder / name)
        assert [mistake.rule for mistake in refused.value.mistakes] == [rule] * count


def test_text_that_is_not_utf8_is_told_by_its_line(copy: Copy) -> None:
    """GBK from an old editor."""
    path = copy.folder / "places.toml"
    line = path.read_bytes().split("幸福花园小区".encode())[0].count(b"\n") + 1
    path.write_bytes(path.read_bytes().replace("幸福花园小区".encode(), "幸福花园小区".encode("gbk")))

    assert copy.only_mistake() == ("places.toml", line, "not_utf8")


def test_notepad_may_be_used(copy: Copy) -> None:
    """A byte order mark and CRLF are no mistake, and lines are still right."""
    path = copy.folder / "queues.toml"
    line = copy.replace("queues.toml", "wrap_up_s = 45", "wrap_up_s = -1")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert copy.only_mistake() == ("queues.toml", line, "out_of_range")


@pytest.mark.parametrize(
    ("file", "kind", "name"), [("queues.toml", "queue", "health"), ("city.toml", "skill", "psychology")]
)
def test_a_second_thing_of_the_same_name_is_refused(copy: Copy, file: str, kind: str, name: str) -> None:
    """The first keeps the name; the mistake stands at the second."""
    line = copy.append(file, f'\n[[{kind}s]]\nzh = "甲"\nen = "A"\nname = "{name}"\n')

    assert copy.only_mistake() == (file, line + 4, f"duplicate_{kind}")


def test_a_reason_has_one_limit(copy: Copy) -> None:
    """The mistake stands at the second; an unknown reason and a limit of nothing are refused, too."""
    line = copy.append("city.toml", '\n[[breaks]]\nreason = "meal"\nlimit_min = 30\n')

    assert copy.only_mistake() == ("city.toml", line + 2, "duplicate_break")


@pytest.mark.parametrize(("said", "instead"), [('"meal"', '"missed"'), ("limit_min = 45", "limit_min = 0")])
def test_a_limit_is_for_a_break_that_people_choose_and_lasts(copy: Copy, said: str, instead: str) -> None:
    """Missed calls and phones end by their own rules."""
    copy.replace("city.toml", said, instead)

    assert [mistake.file for mistake in copy.mistakes()] == ["city.toml"]


def test_places_do_not_lie_in_each_other(copy: Copy) -> None:
    """连云区 in 墟沟 and 墟沟 in 连云区: both are told."""
    copy.replace("places.toml", 'aliases = ["连云"]', 'parent = "墟沟"')

    assert [mistake.rule for mistake in copy.mistakes()] == ["place_in_itself"] * 2


def test_a_parent_of_which_there_are_two_is_refused(copy: Copy) -> None:
    """Which of the two 人民路 does the estate lie at?"""
    copy.replace("places.toml", 'name = "解放路"\nkind = "road"', 'name = "人民路"\nkind = "road"\nparent = "东海县"')
    line = copy.append("places.toml", '\n[[places]]\nname = "某小区"\nkind = "estate"\nparent = "人民路"\n')

    assert copy.only_mistake() == ("places.toml", line + 4, "ambiguous_place")


def test_prompts_that_the_programs_say_must_be_there(copy: Copy) -> None:
    """A city without the voice of a refusal is refused when it is loaded, not when an agent would need to hear it."""
    with pytest.raises(CityInvalid, match="unknown_prompt") as refused:
        load_city(copy.folder, also_spoken={"please-wait", "not-written"})

    assert [mistake.key for mistake in refused.value.mistakes] == ["not-written"]


def test_a_prompt_may_be_audio_alone(copy: Copy) -> None:
    """Recorded by a person, without a text."""
    copy.replace("menus/health.toml", '"menu-12320"', '"my-menu"')
    write_wav(copy, "my-menu", rate=8000)

    assert copy.load().menus["health"].prompt == "my-menu"


def test_audio_of_another_kind_is_refused(copy: Copy) -> None:
    """16 kHz would not be found by Asterisk under this name, and noise is not a WAV file."""
    write_wav(copy, "please-wait", rate=16000)
    (copy.folder / "prompts" / "beep.wav").write_bytes(b"not audio at all")

    assert [(mistake.file, mistake.rule) for mistake in copy.mistakes()] == [
        ("prompts/beep.wav", "wrong_audio"),
        ("prompts/please-wait.wav", "wrong_audio"),
    ]


def test_audio_that_is_cut_off_or_empty_or_stereo_is_refused(copy: Copy) -> None:
    """A copy that broke off in the middle would play, and end in the middle of a word."""
    whole = (SAMPLE / "prompts/hello.wav").read_bytes()
    (copy.folder / "prompts/hello.wav").write_bytes(whole[: len(whole) // 2])
    (copy.folder / "prompts/recorded.wav").write_bytes(whole[:40] + bytes(4))
    (copy.folder / "prompts/beep.wav").write_bytes(whole[:22] + b"\x02" + whole[23:])

    assert {mistake.file: mistake.message.rpartition(": ")[2].split(",")[0] for mistake in copy.mistakes()} == {
        "prompts/beep.wav": "16 bit",
        "prompts/hello.wav": "4213 samples announced",
        "prompts/recorded.wav": "nothing in it",
    }


def test_a_mistake_is_told_in_chinese_and_english_with_its_place(copy: Copy) -> None:
    """The line that a terminal shows."""
    line = copy.replace("hotlines.toml", 'queue = "health"', 'queue = "helth"')

    (mistake,) = copy.mistakes()

    assert str(mistake) == (
        f"hotlines.toml:{line}:1: [unknown_queue] hotlines.1.queue: "
        "没有队列“helth”,现有:crisis, general, health / there is no queue 'helth', only: crisis, general, health"
    )


def test_who_holds_a_city_keeps_it_when_the_next_is_refused(copy: Copy) -> None:
    """Swapping while running: the new one whole, or the old one."""
    city: City = copy.load()
    copy.replace("queues.toml", "wrap_up_s = 45", "wrap_up_s = 60")
    better = copy.load()
    copy.replace("queues.toml", "wrap_up_s = 60", "wrap_up_s = sixty")

    assert [mistake.rule for mistake in copy.mistakes()] == ["not_toml"]
    assert (city.queues["health"].wrap_up_s, better.queues["health"].wrap_up_s) == (45.0, 60.0)


def write_wav(copy: Copy, slug: str, rate: int) -> None:
    """A tenth of a second of silence."""
    with wave.open(str(copy.folder / "prompts" / f"{slug}.wav"), "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(rate)
        audio.writeframes(bytes(rate // 5))
