"""Hotlines in a spreadsheet and back: nothing is lost, nothing is run, and each mistake has its row and column."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.city import City
from city.hotline import Hotline, HotlinesFile, MergeMode, Night
from city.hotlines_toml import HEAD, as_toml, head_of
from city.source import Source, read
from city.spreadsheet import COLUMNS, FORMULA, as_csv, read_csv

SLUGS = st.sampled_from(["health", "general", "a-1", "0"])
SEEN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Cs"))
TITLES = st.text(SEEN, min_size=1, max_size=8) | st.sampled_from(
    [
        "=1+1",
        "+8613800000000",
        "-1",
        "@SUM(A1)",
        "'",
        "''x",
        " 前后有空格 ",
        '说"你好"',
        "甲,乙;丙",
        "是",
    ]
)
ANY_TITLES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8) | st.sampled_from(["甲\n乙\r丙", "\t=1"])
NUMBERS = st.integers(100, 10**12 - 1).map(str)
VARIANTS = st.sampled_from(["+86518-12345", "0518-12345", "025-8320 1234", "0518(12345)"])


@st.composite
def hotlines(draw: st.DrawFn, titles: st.SearchStrategy[str] = TITLES) -> Hotline:
    """Any hotline whose shape is right."""
    night = draw(st.sampled_from([None, *Night]))
    transfer = draw(st.none() | NUMBERS)
    may_be = [mode for mode in MergeMode if mode is not MergeMode.BRANCH or transfer is not None]
    merge = draw(st.sampled_from(may_be))
    return Hotline(
        number=draw(NUMBERS),
        variants=tuple(draw(st.lists(VARIANTS, max_size=2))),
        zh=draw(titles),
        en=draw(titles),
        owner=draw(st.none() | titles),
        merge=merge,
        queue=draw(SLUGS),
        skills=draw(st.dictionaries(SLUGS, st.integers(1, 5), max_size=3)),
        priority=draw(st.integers(-100, 100)),
        greeting=tuple(draw(st.lists(SLUGS, min_size=1, max_size=3))),
        menu=None if merge is MergeMode.BRANCH else draw(st.none() | SLUGS),
        hours=draw(SLUGS) if night else None,
        night=night,
        night_queue=draw(SLUGS) if night is Night.QUEUE else None,
        night_transfer=draw(NUMBERS) if night is Night.TRANSFER else None,
        night_prompt=draw(st.none() | SLUGS) if night else None,
        transfer=transfer,
        crisis=draw(st.booleans()),
        confidential=draw(st.booleans()),
    )


def said(source: Source) -> list[Hotline]:
    """The hotlines that a source has; it must have no mistakes."""
    assert source.mistakes == ()
    return [hotline for _, hotline in source.entries("hotlines", Hotline)]


@given(st.lists(hotlines(), min_size=1, max_size=4), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_what_is_exported_is_imported_as_it_was(written: list[Hotline], encoding: str) -> None:
    """As CSV, in any encoding that a spreadsheet here writes, and as TOML."""
    text = as_csv(written)
    raw = text.encode("utf-8") if encoding == "utf-8" else text.removeprefix("\ufeff").encode(encoding)

    assert said(read_csv(raw, "x.csv")) == written
    assert list(HotlinesFile.model_validate_json(_as_json(as_toml(written))).hotlines) == written


def _as_json(text: str) -> str:
    return json.dumps(tomllib.loads(text))


@given(st.lists(hotlines(TITLES | ANY_TITLES), min_size=1, max_size=3))
def test_no_cell_is_a_formula(written: list[Hotline]) -> None:
    """Whoever opens the file runs nothing, whatever names are in it."""
    rows = list(csv.reader(io.StringIO(as_csv(written).removeprefix("\ufeff"), newline="")))

    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert all(len(row) == len(COLUMNS) for row in rows)


def test_every_key_has_a_column() -> None:
    """And each column two names of its own."""
    assert {column.key for column in COLUMNS} == set(Hotline.model_fields)
    assert len({name for column in COLUMNS for name in (column.key, column.zh)}) == 2 * len(COLUMNS)


def test_the_sample_goes_through_a_spreadsheet(sample: City, tmp_path: Path) -> None:
    """All 89, also through the file that is written."""
    lines = list(sample.hotlines.values())
    (tmp_path / "hotlines.toml").write_text(as_toml(lines), encoding="utf-8")

    assert said(read_csv(as_csv(lines).encode(), "x.csv")) == lines
    assert said(read(tmp_path, "hotlines.toml", HotlinesFile)) == lines


HEADED = "number,zh,en,queue,greeting,priority,skills,crisis,merge\r\n"
ROW = "12320,卫生,Health,health,hello;recorded"


@pytest.mark.parametrize(
    ("text", "line", "column", "rule"),
    [
        (f"{HEADED}{ROW},高\r\n", 2, 6, "wrong_type"),
        (f"{HEADED}{ROW},900\r\n", 2, 6, "out_of_range"),
        (f"{HEADED}{ROW},0,psychology=高\r\n", 2, 7, "wrong_type"),
        (f"{HEADED}{ROW},0,psychology=9\r\n", 2, 7, "out_of_range"),
        (f"{HEADED}{ROW},0,,也许\r\n", 2, 8, "wrong_type"),
        (f"{HEADED}{ROW},0,,,一半\r\n", 2, 9, "not_allowed"),
        (f"{HEADED}\r\n一二三,卫生,Health,health,hello\r\n", 3, 1, "wrong_format"),
        (f"{HEADED}12320,卫生,Health,,hello\r\n", 2, 1, "missing_key"),
        (f"{HEADED}{ROW},,,,,甲\r\n", 2, 10, "cell_without_column"),
        ("number,zh,en,queue,greeting,colour\r\n", 1, 6, "unknown_column"),
        ("number,zh,en,queue,greeting,号码\r\n", 1, 6, "duplicate_column"),
        ("number,zh,en,queue\r\n", 1, 1, "missing_column"),
        (f'{HEADED}"12320"x,卫生\r\n', 2, 1, "not_csv"),
        (f"{HEADED}12320,卫\u202e生,Health,health,hello\r\n", 2, 2, "hidden_character"),
        (f'{HEADED}12320,"卫\n生",Health,health,hello\r\n', 2, 2, "hidden_character"),
        ("", 1, 1, "missing_column"),
        (HEADED, 1, 1, "out_of_range"),
    ],
)
def test_a_mistake_has_its_row_and_column(text: str, line: int, column: int, rule: str) -> None:
    """As the spreadsheet counts them."""
    mistakes = read_csv(text.encode(), "热线.csv").mistakes

    assert (mistakes[0].file, mistakes[0].line, mistakes[0].column, mistakes[0].rule) == (
        "热线.csv",
        line,
        column,
        rule,
    )


def test_columns_may_be_named_in_chinese_and_stand_in_any_order() -> None:
    """Tabs do as well as commas, 是 as well as true, a full-width semicolon as well as the other."""
    titles = "名称\t号码\t英文名称\t队列\t欢迎词\t归并方式\t危机\n"
    cells = "卫生\t 12320 \tHealth\thealth\thello；recorded\t双号并行\t是\n"
    (hotline,) = said(read_csv((titles + cells).encode("gbk"), "x.csv"))

    assert (hotline.number, hotline.greeting, hotline.merge) == ("12320", ("hello", "recorded"), MergeMode.DUAL)
    assert hotline.crisis


def test_what_is_no_text_is_refused() -> None:
    """A workbook renamed to .csv, for example."""
    (mistake,) = read_csv(b"PK\x03\x04\xff\xff\xfe\x81", "x.csv").mistakes

    assert mistake.rule == "not_text"


def test_the_comments_at_the_head_stay() -> None:
    """Up to the first table; a file without any has the line for editors."""
    assert head_of("#:schema x\n# 甲\n\n# 乙\n\n[[hotlines]]\n# 丙\n") == "#:schema x\n# 甲\n\n# 乙\n"
    assert head_of("[[hotlines]]\n") == HEAD
