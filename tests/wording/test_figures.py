"""Numbers are written in figures where one would write figures, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import Transcript
from tests.wording.scene import Place, turn, written
from wording import Lexis, as_heard, undo, write, write_turn
from wording.spoken_numbers import value
from wording.written import joined

CITY = Lexis(places=(Place("十全街"), Place("五一路"), Place("解放路"), Place("第一人民医院", "landmark")))

WRITTEN = {
    "我的电话是幺三八零零幺三八零零零": "我的电话是13800138000",
    "打了幺二零": "打了120",
    "拨打一二三四五热线": "拨打12345热线",
    "打一一零报警": "打110报警",
    "一二三二零平台": "12320平台",
    "尾号六七八九": "尾号6789",
    "解放路一百二十三号": "解放路123号",
    "三栋二单元五零一室": "3栋2单元501室",
    "五号楼一单元四零一": "5号楼1单元401",
    "住在十二楼": "住在12楼",
    "住三层": "住3层",
    "我们村三组": "我们村3组",
    "十全街十号": "十全街10号",
    "二零二六年三月五号": "2026年3月5号",
    "三月十五日": "3月15日",
    "零八年买的": "08年买的",
    "下午三点半": "下午3点半",
    "早上八点二十": "早上8点20",
    "八点零五分": "8点05分",
    "晚上十点到凌晨两点": "晚上10点到凌晨2点",
    "昨晚一点多": "昨晚1点多",
    "三点五公里": "3.5公里",
    "百分之三十": "30%",
    "百分之三点五": "3.5%",
    "两百五十块钱": "250块钱",
    "三块五": "3块5",
    "三百万元": "300万元",
    "三万五千块钱": "35000块钱",
    "五百多户": "500多户",
    "二十四小时": "24小时",
    "八十岁": "80岁",
    "坐十三路公交车": "坐13路公交车",
    "等二十六路": "等26路",
    "地铁一号线": "地铁1号线",
}
LEFT = """
一起去 三明治 十全街 五一路 第一人民医院 有一点吵 快一点 一点也不 差一点 提两点建议 三室一厅 十几楼 八月十五 一块去
一块地 三五天 七八号 二三十个 三个人 三岔路口 一路上 一栋楼 两百五 第十二中学 三天 半个小时 万一 一些 一下
单位 星期五 三轮车 四川 百姓 十字路口 二手房 七上八下 乱七八糟 两口子 二环 昨晚一点动静都没有 老百姓 一月月地交
十分感谢 千万别 三更半夜 半斤八两 幺蛾子 三番五次
"""


@pytest.mark.parametrize(("said", "meant"), WRITTEN.items())
def test_a_number_is_written_in_figures_by_what_stands_around_it(said: str, meant: str) -> None:
    """Each is a correction that says which rule, and can be undone."""
    made = written(said, CITY)

    assert made.text.rstrip("。？") == meant
    assert as_heard(made).text == said
    assert all(each.confidence <= 0.9 for each in made.corrections)


@pytest.mark.parametrize("said", LEFT.split())
def test_a_number_word_that_is_no_number_stays(said: str) -> None:
    """Idioms, names, about so many, and a little."""
    assert written(said, CITY).text.rstrip("。？") == said


def test_one_figure_can_be_undone_alone() -> None:
    """The others stay."""
    made = written("三栋二单元", CITY)
    first = made.corrections[0]

    assert undo(made, first).text.startswith("三栋2单元")


def test_a_figure_knows_the_words_it_stands_for() -> None:
    """Evidence of 123 is all that was said for it."""
    made = written("解放路 一百 二十 三 号", CITY)
    at = made.text.index("1")

    assert [[word.text for word in words] for words in made.words[at : at + 3]] == [["一百", "二十", "三"]] * 3


@pytest.mark.parametrize(
    ("spoken", "number"),
    [
        ("十", 10),
        ("一百零五", 105),
        ("三百五", 350),
        ("三百五十", 350),
        ("两千三", 2300),
        ("一万零五百", 10_500),
        ("一百二十三万四千五百六十七", 1_234_567),
        ("三百万", 3_000_000),
        ("二十三百", None),
        ("零", None),
        ("百", None),
    ],
)
def test_a_spoken_number_has_its_value(spoken: str, number: int | None) -> None:
    """None for what nobody says."""
    assert value(spoken) == number


PIECES = st.lists(
    st.sampled_from(
        [
            *"零一幺二两三四五六七八九十百千万半号楼室栋月日年点分块钱元路车岁天个人打在第几多0159，",
            *("单元", "下午", "百分之", "公里"),
        ]
    ),
    max_size=14,
)


@given(PIECES)
def test_writing_what_is_written_changes_nothing(said: list[str]) -> None:
    """Whether it is written again as a turn, or heard anew as its text; and undoing all gives what was heard."""
    spoken = turn(" ".join(said))
    (once,) = write(Transcript((spoken,)), CITY).turns
    again = write_turn(once, CITY)

    assert again.text == once.text
    assert as_heard(again) == as_heard(once) == joined(spoken)


@given(st.integers(1, 99_999_999))
def test_a_number_said_as_one_says_it_is_heard_as_that_number(number: int) -> None:
    """For every number that a caller may say."""
    assert value(_said(number)) == number


def _said(number: int) -> str:
    """As Chinese says it: 零 for a gap, none at the end, 十 alone for ten."""
    if number >= 10_000:
        above, rest = divmod(number, 10_000)
        gap = "零" if 0 < rest < 1_000 else ""
        return f"{_said(above)}万{gap}{_said(rest) if rest else ''}"
    text, is_gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += "零" * is_gap + "零一二三四五六七八九"[digit] + name
        is_gap = bool(text) and not digit
    return text.replace("一十", "十", 1) if text.startswith("一十") else text
