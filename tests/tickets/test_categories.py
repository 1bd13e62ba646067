"""What the caller speaks of: phrases, and the branch of the tree they lead to."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.load import load_city
from tests.city.scene import SAMPLE
from tests.tickets.talks import heard_as
from tickets.categories import CategoryTree
from tickets.mentions import Mentions

TREE = CategoryTree(load_city(SAMPLE).categories)


def phrases(*words: str) -> Mentions:
    """Each owned by itself."""
    return Mentions((word, word) for word in words)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("小区停水了", ["停水"]),
        ("工资三个月没发", ["工资…没发"]),
        ("工资\n没发", []),
        ("工资拿到了。没发票", []),
        ("工资这件事情说来话长其实一直没发", []),  # too far apart
        ("没发工资", []),
        ("不是停水是漏水", []),
        ("是不是停水", []),
        ("停水停水", ["停水", "停水"]),
    ],
)
def test_phrases_are_found_with_their_gaps_and_not_where_they_are_denied(said: str, found: list[str]) -> None:
    """In their order, within a sentence."""
    assert [hit.phrase for hit in phrases("停水", "工资…没发").find(said)] == found


@given(st.lists(st.text("停水工资没发", min_size=1, max_size=4), max_size=6), st.text("停水工资没发了\n", max_size=40))
def test_a_phrase_without_a_gap_is_found_wherever_it_stands(words: list[str], said: str) -> None:
    """As `in` finds it."""
    assert {hit.phrase for hit in phrases(*words).find(said)} == {word for word in words if word in said}


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("我们小区停水了", "公用事业/供水/停水"),
        ("晚上施工噪音扰民", "环境保护/噪声污染/施工噪声"),
        ("太吵了", "环境保护/噪声污染"),
        ("停水了又停电了", "公用事业"),  # what both grow from
        ("公交车上有人打架", "交通运输/公交"),
        ("想预约心理医生", "卫生健康/心理援助"),
        ("路灯坏了物业不管", None),  # two roots
        ("今天天气很好", None),
    ],
)
def test_category_is_the_branch_that_is_sure(said: str, path: str | None) -> None:
    """Two of equal weight: what they have in common, or nothing."""
    found = TREE.find(heard_as(said))

    assert (found.value if found else None) == path


def test_department_and_kind_come_from_the_nearest_branch_that_has_them() -> None:
    """A branch has its parent's unless it says otherwise."""
    assert TREE.department(("公用事业", "供水", "停水")) == "自来水公司"
    assert TREE.department(("公用事业",)) == "住房和城乡建设局"
    assert TREE.kind(("公用事业", "供水", "停水")) == "求助"
    assert TREE.kind(("交通运输", "公交")) is None


def test_thousands_of_phrases_cost_no_more_than_a_few() -> None:
    """The text is read once: ten thousand phrases take less than twenty times what ten take."""
    said = "我们小区昨天晚上停水了一直没人管希望尽快恢复" * 40
    few, many = phrases(*(f"词{n}" for n in range(10))), phrases(*(f"词{n}" for n in range(10_000)))

    def cost(of: Mentions) -> float:
        before = time.process_time()
        for _ in range(50):
            of.find(said)
        return time.process_time() - before

    assert cost(many) < 20 * cost(few) + 0.05
