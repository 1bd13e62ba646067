"""A written talk can be read as a transcript."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import Speaker, Transcript, Turn, Word
from tests.wording.scene import Place, turn
from wording import Lexis, retold, write

CITY = Lexis(places=(Place("解放路"), Place("幸福花园小区", "estate")))


def test_its_words_are_the_written_ones_with_the_times_of_what_was_heard() -> None:
    """A correction is one word, as sure as itself; a mark belongs to the word before."""
    spoken = turn("我 住 姐放路 一百 二十 三 号 / 路灯 坏 了", gap_s=0.5)

    (told,) = retold(write(Transcript((spoken,)), CITY)).turns

    assert [word.text for word in told.words] == ["我", "住", "解放路", "123", "号，", "路灯", "坏", "了。"]
    assert (told.words[3].start_s, told.words[3].end_s) == (spoken.words[3].start_s, spoken.words[5].end_s)
    assert told.words[0].confidence == 0.9
    assert told.words[3].confidence < 0.9
    assert told.text == "我住解放路123号，路灯坏了。"


def test_a_turn_in_which_nothing_was_heard_is_left_out() -> None:
    """Words without text give no turn."""
    silent = Turn(Speaker.CALLER, 0.0, 1.0, (Word("", 0.0, 1.0, 1.0),))

    assert retold(write(Transcript((silent,)), CITY)) == Transcript()


@given(
    st.lists(st.text("我住姐放路一二三幺百号wifi5g ", min_size=1, max_size=5), min_size=1, max_size=8), st.booleans()
)
def test_its_text_is_the_written_text(said: list[str], pause: bool) -> None:
    """Whatever is said; and its words are in the order of time."""
    spoken = turn((" / " if pause else " ").join(said), gap_s=0.6)
    made = write(Transcript((spoken,)), CITY)

    told = retold(made)

    assert [each.text for each in told.turns] == [each.text for each in made.turns if each.text]
    assert all(word.start_s <= word.end_s for each in told.turns for word in each.words)
    assert all(
        left.start_s <= right.start_s
        for each in told.turns
        for left, right in zip(each.words, each.words[1:], strict=False)
    )
