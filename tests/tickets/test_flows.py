"""Quick flows: begun by the caller's words, each example its test, questions open until they are answered."""

from __future__ import annotations

import pytest

from city.flows import Flow
from city.load import load_city
from tests.city.scene import SAMPLE
from tests.tickets.talks import FACTS, GAZETTEER, heard_as, talk
from tickets.draft import Draft, Knowledge, draft
from tickets.flows import FlowBook, version_of
from tickets.urgency import UrgencyTable

CITY = load_city(SAMPLE)
BOOK = FlowBook(CITY.categories, CITY.flows)
EXAMPLES = [(name, example) for name, flow in CITY.flows.items() for example in flow.examples]


def drafted(*caller: str) -> Draft:
    """A draft with the sample city's flows."""
    return draft(FACTS, talk(*caller), Knowledge(gazetteer=GAZETTEER, book=BOOK))


def test_there_are_twelve_flows_and_each_is_whole() -> None:
    """Department, deadline, a number to hand over to, what to ask."""
    assert len(CITY.flows) == 12
    for flow in CITY.flows.values():
        assert flow.transfer
        assert any(question.mandatory for question in flow.questions)
        assert len(flow.examples) >= 3


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_begins_its_flow_and_no_other(name: str, example: str) -> None:
    """Also in a draft, with the flow's version on it."""
    taken = drafted(example).taken

    assert taken is not None
    assert (taken.name, taken.version) == (name, version_of(CITY.flows[name]))


def test_no_example_is_misunderstood() -> None:
    """What the loader asks."""
    assert list(BOOK.misunderstood()) == []


def test_what_the_caller_has_said_is_not_asked_again() -> None:
    """Fields of the draft and phrases answer questions; what is left is shown."""
    little, much = (
        drafted("停水 了"),
        drafted("连云区 幸福 花园 小区 整个 小区 停水 了 从 昨天 开始", "电话 是 13812340000"),
    )

    assert little.taken is not None
    assert [question.field for question in little.taken.unanswered] == ["place", "occurred", None, "contact"]
    assert much.taken is not None
    assert much.taken.unanswered == ()


def test_flow_says_department_and_urgency() -> None:
    """Before the category does."""
    water = drafted("我 要 投诉 小区 停水 了")

    assert (water.department.value, water.urgency.value) == ("自来水公司", "民生急修")
    assert water.department.rule == "快速流程:停水"


def test_department_of_a_narrower_category_comes_before_the_flows() -> None:
    """Noise of people is the police's, though the flow for noise names another office."""
    dancing = drafted("楼下 广场舞 太吵 了")

    assert (dancing.flow.value, dancing.department.value) == ("noise", "公安局")


def test_flows_urgency_is_not_for_who_only_asks_or_tells_of_what_is_to_come() -> None:
    """What is announced has not happened."""
    assert drafted("我 想 咨询 停水 的 事").urgency.value is None
    assert drafted("通知 说 明天 停水", "我 要 投诉").urgency.value is None
    assert drafted("停水 了", "我 要 投诉").urgency.value == "民生急修"


def test_graver_of_two_urgency_classes_counts() -> None:
    """The caller's words and the flow may each speak of one; without either there is none."""
    knows = Knowledge(gazetteer=GAZETTEER, book=BOOK, urgency=UrgencyTable(CITY.urgency.classes))

    def urgency(said: str) -> str | None:
        return draft(FACTS, talk(said), knows).urgency.value

    assert urgency("小区 停水 了") == "民生急修"
    assert urgency("小区 停水 了 老人 要 跳楼 了") == "人身安全"
    assert urgency("路上 的 井盖 没了") == "塌陷与险情"
    assert urgency("路灯 坏了") is None


def test_trigger_outside_of_its_category_begins_nothing() -> None:
    """执照 of a driver is no business licence."""
    assert drafted("小区 电梯 坏了 两部 电梯 都 停 了 没有 执照").taken is None


def test_whatever_a_flow_says_its_version_tells() -> None:
    """One question more, another version."""
    flow = CITY.flows["noise"]
    other = flow.model_copy(update={"questions": flow.questions[:-1]})

    assert version_of(other) != version_of(flow) == version_of(Flow.model_validate(flow.model_dump()))


def test_of_flows_that_begin_alike_the_one_for_the_narrower_category_counts() -> None:
    """施工噪声 lies in 噪声污染."""
    narrower = CITY.flows["noise"].model_copy(update={"category": "施工噪声"})
    book = FlowBook(CITY.categories, {"noise": CITY.flows["noise"], "at-work": narrower})
    said = heard_as("晚上施工噪音扰民")
    found = book.begun(said, book.tree.find(said))

    assert found is not None
    assert found.name == "at-work"


def test_two_flows_that_nothing_tells_apart_are_none() -> None:
    """Empty beats wrong."""
    book = FlowBook(CITY.categories, {"noise": CITY.flows["noise"], "twin": CITY.flows["noise"]})
    said = heard_as("噪音太大")

    assert book.begun(said, book.tree.find(said)) is None
