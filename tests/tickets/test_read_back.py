"""What the agent reads back: agreed to it holds, denied it does not, and what is said instead counts."""

from datetime import datetime

import pytest

from asr.transcript import merge
from tests.tickets.talks import FACTS, KNOWS, utterance
from tickets.draft import CallFacts, Draft, draft
from tickets.read_back import Answer, answer_of

CALLED = CallFacts(
    call_id="lx1-1.1",
    hotline="12345",
    hotline_name=None,
    answered_at=datetime.fromisoformat("2026-11-26T10:00:00+08:00"),
)
MOBILE, SAID, MISHEARD = "13812340000", "幺三八幺二三四零零零零", "幺三八幺二三四零零零七"


def talked(*lines: str, confidence: float = 0.8) -> Draft:
    """Lines by turns, the agent's first; a word a character, as sure as a recogniser usually is."""
    said = [utterance(" ".join(line), 20.0 * n, confidence) for n, line in enumerate(lines)]
    return draft(CALLED, merge(said[1::2], said[0::2]), KNOWS)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("对", Answer.YES),
        ("嗯，对的", Answer.YES),
        ("对对对就是那里", Answer.YES),
        ("没错", Answer.YES),
        ("是的，麻烦快点", Answer.YES),
        ("嗯嗯", Answer.YES),
        ("不对，是十四号", Answer.NO),
        ("哎不是，是海连东路", Answer.NO),
        ("你听错了", Answer.NO),
        ("不是说过了吗", Answer.NEITHER),
        ("对不起我没听清", Answer.NEITHER),
        ("对面那家", Answer.NEITHER),
        ("对了我还想问", Answer.NEITHER),
        ("好的", Answer.NEITHER),
        ("是不是要等很久", Answer.NEITHER),
        ("我在解放路", Answer.NEITHER),
    ],
)
def test_answer_is_how_the_turn_begins(said: str, answer: Answer) -> None:
    """对 agrees, 不对 denies; 对不起, 对面 and 是不是 do neither."""
    assert answer_of(said) is answer


def test_number_is_the_agents_where_the_caller_agrees() -> None:
    """Though nobody else said it."""
    found = talked("您的电话是" + SAID + "对吗", "对的")

    assert (found.contact_number, found.contact.rule) == (MOBILE, "话务员复述，来电人确认")
    assert found.contact.evidence[0].start_s == 2.5


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("没错", MOBILE),
        ("不对", "13812340007"),
        ("嗯你说什么", None),
        ("不对，是幺三八幺二三四零零零九", "13812340009"),
    ],
)
def test_number_that_was_heard_otherwise_is_what_the_caller_answers(answer: str, number: str | None) -> None:
    """Agreed: the agent's. Denied: the caller's, the corrected one if there is one. Neither: none."""
    assert talked("您的号码", "我的电话" + MISHEARD, SAID + "是吧", answer).contact_number == number


def test_number_that_the_agent_was_heard_worse_to_read_back_is_none() -> None:
    """Two that differ, and the agreed one unsure."""
    caller = [utterance(" ".join("我的电话" + MISHEARD), 10.0, 1.0), utterance("对", 40.0)]
    agent = [utterance(" ".join("您的号码"), 0.0), utterance(" ".join(SAID + "是吧"), 20.0, 0.6)]

    assert draft(FACTS, merge(caller, agent), KNOWS).contact_number is None


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("您说的是海连中路十二号对吗", "对对"), "海连中路12号"),
        (("在哪里", "解放路", "是解放路五号吗", "是的"), "解放路5号"),
        (("在哪里", "解放路五号", "是解放路八号吗", "没错"), "解放路8号"),
        (("在哪里", "解放路五号", "是解放路八号吗", "不对，解放路五号"), "解放路5号"),
        (("您说的是海连中路十二号", "不对，是十四号"), "海连中路14号"),
        (("您说的是海连中路十二号", "不是"), None),
        (("您说的是海连中路十二号", "我也说不清"), None),
        (("在哪里", "解放路五号", "您在海州区吗", "对"), None),
    ],
)
def test_place_is_what_the_caller_answers_to_the_agents(lines: tuple[str, ...], place: str | None) -> None:
    """The agent's word counts when agreed to; a district that the caller had not said leaves doubt."""
    assert talked(*lines).place.value == place


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (("是昨天晚上八点的事吗", "是的"), "2026-11-25 20:00"),
        (("是昨天晚上八点的事吗", "不是，是前天晚上八点"), "2026-11-24 20:00"),
        (("什么时候", "昨天晚上八点，前天晚上九点也有", "昨天晚上八点开始的", "对"), "2026-11-25 20:00"),
        (("什么时候", "昨天晚上八点，前天晚上九点也有", "昨天晚上八点开始的", "不对"), "2026-11-24 21:00"),
        (("是昨天晚上八点的事吗", "反正很吵"), None),
    ],
)
def test_time_is_what_the_caller_answers_to_the_agents(lines: tuple[str, ...], at: str | None) -> None:
    """The one that was agreed to, and none that was denied."""
    found = talked(*lines).occurred.value

    assert (found and found[:16]) == at


def test_names_are_of_the_gazetteer_alone() -> None:
    """Agreeing to what nobody entered makes no place of it."""
    assert talked("您说的是无名路十二号对吗", "对").place.value is None
