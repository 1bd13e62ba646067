"""The parts of the model's maker that need neither torch nor OpenFst."""

from __future__ import annotations

import collections
import math
import os
import signal
from collections.abc import Sequence

import pytest

from sandbox.espeak import CRASHED, speak_in_a_fork
from sandbox.model_maker.graph import emit, homophone_marks, spell_words
from sandbox.model_maker.language import count_bigrams, write_grammar
from sandbox.model_maker.phones import Phones, place
from sandbox.model_maker.sentences import load_patterns
from sandbox.model_maker.speech import (
    HELD_OUT_VOICES,
    TRAINING_VOICES,
    pronounce,
    read_speech,
    speak_what_it_can,
    syllable_places,
)
from sandbox.model_maker.talks import known_runs
from sandbox.scoring import character_error_rate, distance
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, Speech, SpeechCrashed, Utterance, speak

TINY = Phones(
    names=("<eps>", "SIL", "SPN_S", "a_B", "a_I", "a_E", "a_S"),
    pdfs={"SIL": (0, 1), "SPN": (2, 3), "a": (4, 5)},
    spellings={"[unk]": ("SPN_S",), "啊": ("a_S",), "阿": ("a_S",), "啊啊": ("a_B", "a_E")},
)


def test_no_test_voice_was_trained_with() -> None:
    """And every voice of the demo was: that is said wherever its figures are."""
    assert not set(HELD_OUT_VOICES) & {*TRAINING_VOICES, *CITIZEN_VOICES, *AGENT_VOICES}
    assert {*CITIZEN_VOICES, *AGENT_VOICES} <= set(TRAINING_VOICES)


def test_every_phone_of_an_utterance_belongs_to_its_syllable() -> None:
    """Phones come in order, without gaps inside a word, and none is lost after a comma."""
    spelling = "tou2 su4 , zao4 yin1"
    spoken = read_speech(speak([Utterance(spelling=spelling, voice="f1")])[0], spelling)
    voiced = [segment for segment in spoken.segments if segment.syllable is not None]

    assert [s.phone for s in voiced] == ["th", "ou", "s", "u", "ts", "Au", "j", "i", "n"]
    assert [s.syllable for s in voiced] == [0, 0, 1, 1, 2, 2, 3, 3, 3]
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in zip(spoken.segments, spoken.segments[1:], strict=False))
    assert spoken.segments[-1].end_s == pytest.approx(spoken.samples.size / 8000, abs=0.001)


def test_syllables_are_found_by_their_place_in_the_text() -> None:
    """Marks have places too, and count for nothing."""
    assert syllable_places("ni3 hao3 , ma5") == {1: 0, 5: 1, 12: 2}


def test_what_espeak_reads_as_english_is_refused() -> None:
    """A slip in the lexicon would train nonsense."""
    with pytest.raises(ValueError, match="nyu3"):
        pronounce(["nyu3", "nv3"])


def test_an_utterance_that_espeak_crashes_on_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by halving; the others are spoken as ever."""

    def crashing(utterances: Sequence[Utterance]) -> list[Speech]:
        if any(utterance.voice == "rob" for utterance in utterances):
            raise SpeechCrashed
        return speak(utterances)

    monkeypatch.setattr("sandbox.model_maker.speech.speak", crashing)
    wanted = [Utterance(spelling="ni3 hao3", voice=voice) for voice in ("m1", "f1", "rob", "m2", "f2")]

    assert [speech is not None for speech in speak_what_it_can(wanted)] == [True, True, False, True, True]


def test_a_crash_of_espeak_is_told_from_its_other_failures() -> None:
    """By the exit status, whatever the library did to itself."""

    class Crashes:
        def speak(self, **_: object) -> bytes:
            os.kill(os.getpid(), signal.SIGSEGV)
            return b""

    with pytest.raises(SystemExit) as ended:
        speak_in_a_fork(Crashes(), {"text": "", "voice": "", "rate": 1, "pitch": 1, "range": 1})  # type: ignore[arg-type]
    assert ended.value.code == CRASHED


def test_what_a_talk_says_is_taken_as_far_as_its_words_are_known() -> None:
    """Whole phrases, a run of them together; gaps become the slots of the patterns."""
    assert list(known_runs("{place}停水了，嗯，鳄鱼来了，我姓王")) == ["{where}停水了嗯", "我姓王"]
    assert "talk" in load_patterns().sentences


def test_phones_carry_their_place_in_the_word() -> None:
    """Begin, inside, end; or single."""
    assert place(["t", "ou", "s", "u"]) == ("t_B", "ou_I", "s_I", "u_E")
    assert place(["@r"]) == ("@r_S",)


def test_phones_share_pdfs_whatever_their_place() -> None:
    """`a` at a word's begin sounds like `a` at its end."""
    assert TINY.pdfs_of("a_B") == TINY.pdfs_of("a_S") == (4, 5)
    assert TINY.pdfs_of("SIL") == (0, 1)
    assert (TINY.pdf_count, TINY.transition_ids) == (6, 12)


def test_words_that_sound_alike_are_told_apart() -> None:
    """Each of a group has a mark of its own, single words none."""
    assert homophone_marks(TINY) == {"啊": 1, "阿": 2}


def test_every_word_is_spelled_once_and_may_be_followed_by_silence() -> None:
    """L says each word on exactly one path, which then leaves with or without silence."""
    words = {word: number for number, word in enumerate(["<eps>", *TINY.spellings])}
    arcs = [line.split() for line in spell_words(TINY, words)]
    said = collections.Counter(int(arc[3]) for arc in arcs if len(arc) > 3 and arc[3] != "0")

    assert said[words["啊啊"]] == 1
    assert said[words["[unk]"]] == 2


def test_a_phone_loops_on_its_own_self_loop() -> None:
    """Forward id 2k goes in, self-loop 2k-1 stays, and leaving is paid by whoever leaves."""
    lines = list(emit((0, {0: [(1, 1, 7, 0.5)]}, {1: 0.0}), TINY))

    assert lines == [
        "0 1 2 7 0.5",
        f"1 1 1 0 {math.log(2)}",
        f"1 {math.log(2)}",
    ]


def test_the_language_can_say_every_word_and_its_chances_sum_to_one() -> None:
    """The state without history has every word of the lexicon; no state promises more than certainty."""
    bigrams = count_bigrams(500)
    words = {word: number for number, word in enumerate(["<eps>", *TINY.spellings, *bigrams], 0)}
    rows = collections.defaultdict(list)
    for line in write_grammar(collections.defaultdict(lambda: 1, words)):
        state, *rest = line.split()
        rows[int(state)].append(math.exp(-float(rest[-1])))

    assert all(0.99 < sum(chances) < 1.01 for chances in rows.values())


@pytest.mark.parametrize(
    ("said", "heard", "mistakes"), [("abc", "abc", 0), ("abc", "axc", 1), ("", "ab", 2), ("ab", "", 2), ("ab", "ba", 2)]
)
def test_mistakes_are_counted(said: str, heard: str, mistakes: int) -> None:
    """Insertions, deletions, replacements."""
    assert distance(said, heard) == mistakes


def test_a_rate_is_mistakes_for_each_character_said() -> None:
    """And nothing said is heard well if nothing is heard."""
    assert character_error_rate("苍梧小区", "苍吾小区") == 0.25
    assert (character_error_rate("", ""), character_error_rate("", "啊")) == (0, 1)
