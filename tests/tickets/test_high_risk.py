"""A leader hears of a risk once, soon, and with the seconds in which it was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import Transcript, Word, merge
from city.city import City
from tests.tickets.talks import utterance
from tickets.high_risk import RiskFound, RiskTable, RiskWatch, risks_in
from tickets.phrases import Manner


@pytest.fixture(scope="module")
def table(sample: City) -> RiskTable:
    """The sample city's risks."""
    return RiskTable(sample.high_risk.risks)


def talk(*said: str, agent: tuple[str, ...] = ()) -> Transcript:
    """Utterances ten seconds apart, the agent's in between."""
    caller = [utterance(text, 10.0 * number) for number, text in enumerate(said)]
    return merge(caller, [utterance(text, 10.0 * number + 5) for number, text in enumerate(agent)])


@pytest.mark.parametrize(
    ("said", "risk"),
    [
        ("我 真的 活 不下去 了", "self-harm"),
        ("家里 一 股 煤气 的 味道", "gas"),
        ("对面 的 房子 好像 要 塌 了", "collapse"),
        ("我们 班 好多 人 都 呕吐 了", "mass-sickness"),
    ],
)
def test_each_kind_of_risk_is_heard(table: RiskTable, said: str, risk: str) -> None:
    """With the seconds of its words and the manner."""
    (found,) = risks_in(talk("你 好", said), table)

    assert (found.risk, found.manner) == (risk, Manner.SAID)
    assert 10.0 <= found.start_s < found.end_s <= 20.0


@pytest.mark.parametrize(
    "said", ["我 没有 想死", "想死 你 了", "自杀 倒 不会", "请问 医保 怎么 报销", "这 天 冷 得 要死"]
)
def test_denials_idioms_and_other_words_alert_nobody(table: RiskTable, said: str) -> None:
    """Who is called for nothing comes late the next time."""
    assert risks_in(talk(said), table) == ()


def test_what_the_agent_asks_is_no_alert(table: RiskTable) -> None:
    """The agent asks whether somebody thinks of it."""
    assert risks_in(talk("没有", agent=("您 是 想 自杀 吗",)), table) == ()


def test_what_is_told_of_others_is_an_alert_that_says_so(table: RiskTable) -> None:
    """A mother calls because of her son."""
    (found,) = risks_in(talk("我 儿子 说 他 不想 活 了"), table)

    assert (found.risk, found.manner) == ("self-harm", Manner.REPORTED)


def test_a_risk_is_told_once_a_call_and_another_beside_it(table: RiskTable) -> None:
    """However often it is said."""
    found = risks_in(talk("我 不想 活 了", "我 想死", "我 把 煤气 打开 了 一 屋子 煤气味", "不想 活 了"), table)

    assert [(each.risk, each.start_s) for each in found] == [("self-harm", 0.5), ("gas", 23.5)]


def growing(watch: RiskWatch, words: list[Word]) -> list[tuple[int, RiskFound]]:
    """An utterance as live decoding gives it: one word more each time, then the whole again as final."""
    found = [(count, each) for count in range(1, len(words) + 1) for each in watch.hear(words[:count], final=False)]
    return found + [(len(words) + 1, each) for each in watch.hear(words, final=True)]


def test_a_partial_utterance_alerts_before_it_is_final(table: RiskTable) -> None:
    """Two characters after its words: who talks on without a pause is heard all the same."""
    words = utterance("我 不想 活 了 我 站 在 楼顶 上 你们 谁 都 不要 过来", 3.0)

    ((count, found),) = growing(RiskWatch(table), words)

    assert count == 5
    assert (found.risk, found.start_s) == ("self-harm", 3.5)


@pytest.mark.parametrize("said", ["真是 想死 你 了", "自杀 倒 不会", "我 没有 想死"])
def test_the_next_word_may_take_back_what_a_partial_utterance_ended_with(table: RiskTable, said: str) -> None:
    """So it is waited for."""
    assert growing(RiskWatch(table), utterance(said, 0.0)) == []


def test_a_pause_within_a_phrase_hides_nothing(table: RiskTable) -> None:
    """Neither the phrase nor the denial before it; after a longer pause it is another sentence."""
    watch = RiskWatch(table)
    assert watch.hear(utterance("我 闻到 煤气", 0.0), final=True) == ()
    (found,) = watch.hear(utterance("泄漏", 2.0), final=True)
    assert (found.risk, found.start_s, found.end_s) == ("gas", 1.0, 2.4)

    denied = RiskWatch(table)
    denied.hear(utterance("我 没有", 0.0), final=True)
    assert denied.hear(utterance("想死", 1.2), final=True) == ()
    assert [each.risk for each in denied.hear(utterance("想死", 60.0), final=True)] == ["self-harm"]


def test_telephone_numbers_are_not_in_an_alert(table: RiskTable) -> None:
    """Alerts are read by others than the recording's."""
    (found,) = risks_in(talk("一三八一二三四零零零零 这个 人 要 自杀"), table)

    assert "一三八一二三四" not in found.words
    assert "自杀" in found.words


def test_the_confidence_is_that_of_the_least_sure_word(table: RiskTable) -> None:
    """A leader sees how well it was heard."""
    words = [Word("不想", 0.0, 0.4, 0.9), Word("活", 0.5, 0.9, 0.41)]

    assert [each.confidence for each in RiskWatch(table).hear(words, final=True)] == [0.41]


WORDS = st.sampled_from(["我", "不想", "活", "想死", "没有", "自杀", "漏", "煤气", "倒", "不会", "你", "了", "…", "x"])


@given(st.lists(st.lists(WORDS, max_size=8), max_size=5))
def test_whatever_comes_live_hears_what_the_finished_talk_holds(sample: City, said: list[list[str]]) -> None:
    """Utterance by utterance, growing or whole: the same risks, each once, seconds within the talk."""
    table = RiskTable(sample.high_risk.risks)
    utterances = [utterance(" ".join(words), 10.0 * number) for number, words in enumerate(said) if words]
    live, finished = RiskWatch(table), RiskWatch(table)
    soon = [found for words in utterances for _, found in growing(live, words)]
    late = [found for words in utterances for found in finished.hear(words, final=True)]

    risks = [found.risk for found in soon]
    assert len(risks) == len(set(risks))
    assert {found.risk for found in late} <= set(risks)
    assert all(0 <= found.start_s <= found.end_s <= 10.0 * len(said) for found in soon)
