"""From words to proposed fields: right, or empty with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.transcript import Transcript, Word, merge
from tests.tickets.talks import FACTS, KNOWS, drafted
from tickets.draft import CallFacts, draft
from tickets.heard import Span
from tickets.ticket import AppealKind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("我 要 投诉 物业", "投诉"),
        ("我 想 咨询 一下 医保 报销 的 问题", "咨询"),
        ("我 要 举报 出租车 司机 拒载", "举报"),
        ("我 想 表扬 医院", "表扬"),
        ("我 有 一个 建议", "建议"),
        ("请问 疫苗 怎么 预约", "咨询"),
        ("我 要 投诉 噪音 不是 举报", "投诉"),
        ("我 不是 投诉 我 要 咨询", "咨询"),
        ("我 不想 投诉", None),
        ("不要 投诉", None),
        ("投诉 电话", None),
        ("我 要 投诉 我 要 举报", None),
        ("路灯 坏了 晚上 扰民", None),
        ("嗯", None),
        ("昨天 晚上 去 了 火车站", None),
    ],
)
def test_kind_follows_the_callers_words_or_is_empty(said: str, kind: str | None) -> None:
    """Empty beats wrong: denied, ambiguous and unsaid kinds are none."""
    assert drafted(said).kind.value == kind


def test_agents_words_do_not_decide_the_kind() -> None:
    """A question is no answer."""
    assert drafted("没有", agent=("您 是 要 投诉 吗",)).kind.value is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("我 要 投诉 海州 区 解放 路 十 二 号 的 噪音", "海州区解放路12号"),
        ("海州区 海连 中路 二 百 三 十 五 号", "海州区海连中路235号"),
        ("连云 区 幸福 花园 小区 三 号楼 二 单元 停电 了", "连云区幸福花园小区3号楼2单元"),
        ("幸福 花园 三 号楼 一 零 一 室", "幸福花园小区3号楼101室"),
        ("在 海州 的 解放 路 东 段", "海州区解放东路"),
        ("海州 区 路灯 坏了", "海州区"),
        ("我 在 海州 区 我 要 投诉 连云 区 解放 路 五 号", "连云区解放路5号"),
        ("火车站 怎么 去", "火车站"),
        ("解放 路 路灯 坏了", "解放路"),
        ("北京 长安 街 一 号", None),
        ("我 家 三 号楼 停水 了", None),
        ("我 要 投诉", None),
    ],
)
def test_place_is_the_longest_known_combination_or_empty(said: str, place: str | None) -> None:
    """With figures for spoken numbers and the gazetteer's spelling."""
    assert drafted(said).place.value == place


def test_place_does_not_reach_across_turns() -> None:
    """Two answers are two places; the more exact one counts."""
    assert drafted("海州 区", "解放 路 五 号").place.value == "解放路5号"


def test_place_whose_names_contradict_each_other_is_empty_and_says_so() -> None:
    """幸福花园小区 lies in 连云区, as far as we know."""
    place = drafted("海州 区 幸福 花园 小区").place

    assert (place.value, place.evidence[0].words) == (None, "海州区幸福花园小区")
    assert "听到“海州区幸福花园小区”，但上下级不符" in place.rule


def test_evidence_says_when_and_with_which_words() -> None:
    """Seconds of the recording, for a person who listens."""
    place = drafted("我 要 投诉 海州 区 解放 路 十 二 号 的 噪音").place

    assert place.evidence == (Span(1.5, 4.9, "海州区解放路12号"),)


def test_unsure_words_leave_the_field_empty_with_what_was_heard() -> None:
    """A person may still see it, and why it was not taken."""
    draft_ = drafted("我 要 投诉 海州 区", confidence=0.2)

    assert (draft_.kind.value, draft_.place.value) == (None, None)
    assert "投诉" in draft_.kind.rule
    assert draft_.place.evidence[0].words == "海州区"


def test_every_empty_field_says_why() -> None:
    """Nothing said, nobody known."""
    empty = draft(CallFacts(call_id="c", hotline=None, hotline_name=None, ani=None), Transcript(), KNOWS)

    for field in (empty.caller, empty.hotline, empty.kind, empty.place, empty.subject, empty.summary):
        assert field.value is None
        assert " / " in field.rule


def test_caller_is_masked_and_the_hotline_is_named() -> None:
    """The full number is nowhere in the draft."""
    draft_ = drafted("我 要 投诉")

    assert (draft_.caller.value, draft_.hotline.value) == ("138****0000", "12345 政务服务便民热线")
    assert "13812340000" not in repr((draft_, FACTS))


def test_number_that_is_said_becomes_the_contact_and_is_shown_masked() -> None:
    """Whole in one place, hidden in every other."""
    draft_ = drafted("我 姓 王 电话 是 幺 三 八 五 幺 二 七 零 零 零 零")

    assert (draft_.contact.value, draft_.contact_number) == ("138****0000", "13851270000")
    assert draft_.contact.evidence == (Span(2.5, 7.9, "138****0000"),)
    assert draft_.summary.value == draft_.subject.value == "我姓王电话是138****0000"
    assert "幺三八五" not in repr(draft_)
    assert "13851270000" not in repr(draft_)


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("幺三八 零零零零 幺二三四", "13800001234"),
        ("电话 是 零五幺八 八五五五 幺二三四", "051885551234"),
        ("八五五五 幺二三四", "85551234"),
        ("工号 九九九九九九九九九 电话 是 八五五五幺二三四", "85551234"),
        ("八五五五幺二三四 八五五五幺二三五", None),
        ("幺三八幺二三四五六七", None),
        ("海州 区 解放 路 一 百 二 十 三 号", None),
        ("今天 是 二零二零 年", None),
        ("电话 是 幺三八 零零零零 幺二三四 不对 应该 是 幺三九 零零零零 幺二三四", "13900001234"),
        ("幺三八 … 零零零零 幺二三四", None),
        ("八五五五 幺二三四 啊 五", None),
        ("幺五 雾 八 拔 八 六幺三 七二七四", None),  # the end of a number whose beginning was misheard
        ("我 电话 花 幺 气 韭 二九七六四七八", None),
        ("订单号 是 八五五五 幺二三四", None),
        ("他们 公司 电话 是 八五五五 幺二三四", None),
        ("他们 公司 电话 是 八五五五 幺二三四 我 的 电话 是 幺三八 零零零零 幺二三四", "13800001234"),
    ],
)
def test_contact_is_a_phone_number_or_empty(said: str, contact: str | None) -> None:
    """Neither house numbers nor half a number."""
    assert drafted(said).contact_number == contact


@pytest.mark.parametrize(
    ("read_back", "contact", "confidence"),
    [
        ("幺三八 零零零零 幺二三四 对吗", "13800001234", 0.95),
        ("好的", "13800001234", 0.855),
        ("幺三八 零零零零 幺二三五 对吗", None, 0.0),
        ("自来水 公司 电话 是 八五五五 幺二三四", "13800001234", 0.855),
    ],
)
def test_number_that_the_agent_reads_back_is_surer_and_another_one_is_a_doubt(
    read_back: str, contact: str | None, confidence: float
) -> None:
    """A number of the department's is neither."""
    draft_ = drafted("我 电话 幺三八 零零零零 幺二三四", agent=(read_back,))

    assert (draft_.contact_number, draft_.contact.confidence) == (contact, confidence)


def test_summary_is_the_callers_words_without_politeness() -> None:
    """What was said, in order; subject is the turn that names the matter."""
    draft_ = drafted("您好", "我 姓 王", "我 要 投诉 噪音", "好的 谢谢", agent=("您好 请问 您 贵姓", "什么 事"))

    assert draft_.summary.value == "我姓王；我要投诉噪音"
    assert draft_.subject.value == "我要投诉噪音"
    assert [span.start_s for span in draft_.summary.evidence] == [10.0, 20.0]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from([*"我要投诉不是海州区解放路十二号楼单元的\n", "…", "＜b＞", "怎么", "a"]),
            min_size=1,
            max_size=12,
        ),
        max_size=5,
    )
)
def test_no_talk_makes_drafting_raise(turns: list[list[str]]) -> None:
    """And kinds are real kinds, evidence lies in the talk."""
    said = [
        [Word(text, 20.0 * n + m, 20.0 * n + m + 1, 0.9) for m, text in enumerate(turn)] for n, turn in enumerate(turns)
    ]

    proposed = draft(FACTS, merge(said, []), KNOWS)

    assert proposed.kind.value is None or AppealKind(proposed.kind.value)
    for field in (proposed.kind, proposed.place, proposed.subject, proposed.summary):
        assert 0 <= field.confidence <= 1
        assert all(0 <= span.start_s <= span.end_s <= 20.0 * len(turns) for span in field.evidence)
