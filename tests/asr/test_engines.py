"""Every engine keeps the contract; wrong ones are found out; what would crash an engine never reaches it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from asr.engines.grammar import Grammar, GrammarRefused, grammar, hot_words
from asr.engines.port import Engine, Recogniser, SpokenWord
from asr.engines.vosk import VoskEngine, load
from asr.transcript import word
from tests.asr import contract
from tests.asr.conftest import MODEL
from tests.asr.contract import CONTRACT, RATE_HZ, fed, sentence


@cache
def vosk_engine() -> VoskEngine:
    """The real one, with the sandbox's model."""
    return load(MODEL, RATE_HZ)


ENGINES: tuple[Callable[[], Engine], ...] = (vosk_engine,)


@pytest.mark.parametrize("clause", CONTRACT, ids=lambda clause: clause.__name__)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_engine_keeps_the_contract(engine: Callable[[], Engine], clause: Callable[[Engine], None]) -> None:
    """Each clause for each engine."""
    clause(engine())


class Wrong:
    """An engine around Vosk that spoils what it says."""

    rate_hz = RATE_HZ

    def __init__(self, spoil: Callable[[Sequence[SpokenWord]], Sequence[SpokenWord]]) -> None:
        self._spoil = spoil

    def recogniser(self, grammar: Grammar | None = None) -> Recogniser:
        """A spoilt one."""
        return _Spoilt(vosk_engine().recogniser(grammar), self._spoil)


class _Spoilt:
    def __init__(self, real: Recogniser, spoil: Callable[[Sequence[SpokenWord]], Sequence[SpokenWord]]) -> None:
        self._real, self._spoil = real, spoil

    def accept(self, sound: bytes) -> Sequence[SpokenWord] | None:
        """What the real one hears, spoilt."""
        said = self._real.accept(sound)
        return None if said is None else self._spoil(said)

    def so_far(self) -> str:
        """As the real one."""
        return self._real.so_far()

    def finish(self) -> Sequence[SpokenWord]:
        """As `accept`."""
        return self._spoil(self._real.finish())


HALLUCINATED = ("谢谢观看", 0.0, 0.5, 0.9)


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda said: [], contract.hears_a_sentence),
        (lambda said: said[::-1], contract.times_go_forward_and_stay_within_the_sound),
        (lambda said: [(w, 1000 * a, 1000 * b, c) for w, a, b, c in said], contract.times_go_on_after_an_end),
        (lambda said: [(w, a, b, 100 * c) for w, a, b, c in said], contract.confidence_is_between_0_and_1),
        (lambda said: said or [HALLUCINATED], contract.silence_says_nothing),
        (lambda said: said or [HALLUCINATED], contract.nothing_says_nothing),
        (lambda said: said or [HALLUCINATED], contract.recognisers_do_not_hear_each_other),
        (lambda said: [("\0", a, b, c) for _, a, b, c in said], contract.words_can_be_made_safe),
        (lambda said: [], contract.takes_the_longest_piece),
    ],
)
def test_wrong_engine_is_found_out(
    spoil: Callable[[Sequence[SpokenWord]], Sequence[SpokenWord]], broken: Callable[[Engine], None]
) -> None:
    """By the clause that it breaks."""
    with pytest.raises(AssertionError):
        broken(Wrong(spoil))


def test_engine_whose_words_change_from_time_to_time_is_found_out() -> None:
    """A recording heard live would not be what it is when decoded later."""
    count = iter(range(1000))

    with pytest.raises(AssertionError):
        contract.the_same_sound_gives_the_same_words(Wrong(lambda said: [(f"{next(count)}", *w[1:]) for w in said]))


def test_hostile_words_of_a_model_are_made_harmless(tmp_path: Path) -> None:
    """A model's vocabulary with markup, a formula, control and direction characters in it."""
    model = Path(shutil.copytree(MODEL, tmp_path / "model"))
    words = model / "graph/words.txt"
    words.write_text(words.read_text(encoding="utf-8").replace("噪音 ", "=<b>\u202e噪\x1b音 "), encoding="utf-8")
    said = fed(load(model, RATE_HZ).recogniser(), sentence())

    assert any("\u202e" in text for text, *_ in said)
    assert "".join(w.text for raw in said if (w := word(*raw))).endswith("＝＜b＞噪音")


def test_grammar_makes_vosk_hear_its_phrases_and_nothing_else() -> None:
    """Cut into the model's words, Chinese not escaped."""
    only = grammar(["噪音", "我要投诉"], vosk_engine().words)
    said = fed(vosk_engine().recogniser(only), sentence())

    assert only.phrases == ("噪音", "我 要 投诉")
    assert {text for text, *_ in said} <= {"噪音", "我", "要", "投诉"}
    assert said


@pytest.mark.parametrize(
    "phrases",
    [
        [],
        "噪音",
        [""],
        [None],
        [7],
        [["噪音"]],
        ['噪音"]'],
        ["噪\\音"],
        ["噪\0音"],
        ["\u202e噪音"],
        ["<b>"],
        ["噪音" * 40],
        ["噪音"] * 5001,
        ["魑魅魍魉"],
        ["噪音魑"],
    ],
    ids=range(15),
)
def test_malformed_grammar_never_reaches_the_engine(phrases: list[object]) -> None:
    """It would crash libvosk, or be ignored without a word; the message is Chinese and English."""
    with pytest.raises(GrammarRefused) as refused:
        grammar(phrases, vosk_engine().words)

    assert refused.value.zh
    assert refused.value.en


def test_grammar_for_a_model_of_one_graph_is_refused(tmp_path: Path) -> None:
    """Vosk would ignore it silently."""
    static = VoskEngine(tmp_path, None, RATE_HZ)

    with pytest.raises(GrammarRefused, match="takes no grammar"):
        static.recogniser(Grammar(("噪音",)))


def test_hot_words_that_a_model_can_never_hear_are_named() -> None:
    """They are left to the correction by sound."""
    assert hot_words(["噪音", "解放路", "解放路", "朐山书院"], vosk_engine().words) == (
        ["噪音", "解放路"],
        ["朐山书院"],
    )
    with pytest.raises(GrammarRefused, match="markup"):
        hot_words(["<script>"], vosk_engine().words)
