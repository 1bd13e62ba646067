"""The committed model, through the real Vosk: it hears what the sandbox's voices say over an A-law line."""

from __future__ import annotations

import hashlib
import io
import itertools
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import vosk
from numpy.typing import NDArray

from city.load import load_city
from sandbox.dialogues import Dialogue, load_dialogues
from sandbox.lexicon import UnknownWords, load_lexicon, words_of
from sandbox.model_maker.sentences import TALK, load_patterns
from sandbox.model_maker.speech import HELD_OUT_VOICES
from sandbox.scoring import character_error_rate, distance, hear
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, RATE_HZ, Utterance, for_telephone, say, speak, spell

MODEL = Path(__file__).parents[2] / "sandbox" / "model"
SAMPLE = Path(__file__).parents[2] / "cities" / "sample"


@pytest.fixture(scope="module")
def model() -> vosk.Model:
    """The model, opened once."""
    vosk.SetLogLevel(-1)
    return vosk.Model(str(MODEL))


def over_a_law(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Through G.711 A-law and back, as the PBX does."""
    line = io.BytesIO()
    soundfile.write(line, samples, RATE_HZ, format="WAV", subtype="ALAW")
    line.seek(0)
    heard, _ = soundfile.read(line, dtype="int16")
    return np.asarray(heard, np.int16)


def one_side(lines: tuple[str, ...], voice: str) -> NDArray[np.int16]:
    """One leg of a call: the lines, with three seconds between them in which the other speaks."""
    pause = np.zeros(3 * RATE_HZ, np.int16)
    return np.concatenate([pause, *(part for line in lines for part in (say(line, voice, strict=True), pause))])


def said_and_heard(model: vosk.Model, lines: tuple[str, ...], voice: str) -> tuple[str, str]:
    """Both as text without spaces."""
    heard = hear(model, over_a_law(one_side(lines, voice)))
    return "".join(word for line in lines for word in words_of(line)), "".join(word.word for word in heard)


def in_turn(model: vosk.Model, texts: Sequence[str], voices: Sequence[str]) -> list[tuple[str, str]]:
    """What was said and what was heard, each text in the next of the voices, without spaces."""
    turns = list(zip(texts, itertools.cycle(voices), strict=False))
    speeches = speak([Utterance(spelling=spell(text, strict=True), voice=voice) for text, voice in turns])
    lines = [over_a_law(np.pad(for_telephone(speech), RATE_HZ // 3)) for speech in speeches]
    heard = ["".join(word.word for word in hear(model, line)) for line in lines]
    return list(zip(("".join(words_of(text)) for text in texts), heard, strict=True))


def characters_wrong(model: vosk.Model, texts: Sequence[str], voices: Sequence[str]) -> float:
    """The character error rate over all texts, each said by the next of the voices."""
    pairs = in_turn(model, texts, voices)
    return sum(distance(said, heard) for said, heard in pairs) / sum(len(said) for said, _ in pairs)


def can_be_said(text: str) -> bool:
    """Whether all its words are in the lexicon; `test_vocabulary.py` knows which are not."""
    try:
        return bool(words_of(text))
    except UnknownWords:
        return False


@pytest.mark.parametrize(("number", "call"), list(enumerate(load_dialogues())), ids=[c.name for c in load_dialogues()])
def test_a_call_is_heard_and_its_places_exactly(model: vosk.Model, number: int, call: Dialogue) -> None:
    """Both sides within 5 % of the characters, every place of the draft right."""
    citizen, heard = said_and_heard(model, call.citizen, CITIZEN_VOICES[number % 6])
    agent, heard_agent = said_and_heard(model, call.agent, AGENT_VOICES[number % 4])

    assert character_error_rate(citizen, heard) <= 0.05, heard
    assert character_error_rate(agent, heard_agent) <= 0.05, heard_agent
    assert all(place in heard for place in call.places), heard


@pytest.mark.parametrize("voice", CITIZEN_VOICES)
def test_a_sentence_that_no_pattern_foresaw_is_heard(model: vosk.Model, voice: str) -> None:
    """For `--say`: any order of known words, within 15 %."""
    said = ("公园厕所坏了三个月没人管，老人和孩子怎么去，请街道尽快解决",)

    assert character_error_rate(*said_and_heard(model, said, voice)) <= 0.15


@pytest.mark.parametrize(("voices", "allowed"), [(CITIZEN_VOICES, 0.02), (HELD_OUT_VOICES, 0.05)], ids=["demo", "new"])
@pytest.mark.parametrize("group", sorted({*load_patterns().sentences} - {TALK}))
def test_every_set_of_sentences_is_heard(model: vosk.Model, group: str, voices: Sequence[str], allowed: float) -> None:
    """Drawn here with a fixed seed, in turn in each voice, over A-law: those trained with, and those never."""
    dice = random.Random(f"test {group}")
    said = [load_patterns().draw(dice, group) for _ in range(16)]

    assert characters_wrong(model, said, voices) <= allowed


@pytest.mark.parametrize(("voices", "allowed"), [(CITIZEN_VOICES, 0.03), (HELD_OUT_VOICES, 0.12)], ids=["demo", "new"])
def test_sentences_of_the_corpus_are_heard(model: vosk.Model, voices: Sequence[str], allowed: float) -> None:
    """What people say freely, cut out of its talk: a word or two have few neighbours to go by."""
    dice = random.Random("test talk")
    said = [load_patterns().draw(dice, TALK) for _ in range(40)]

    assert characters_wrong(model, said, voices) <= allowed


@pytest.mark.parametrize(("voices", "allowed"), [(CITIZEN_VOICES, 0.02), (HELD_OUT_VOICES, 0.05)], ids=["demo", "new"])
def test_every_flow_is_heard(model: vosk.Model, voices: Sequence[str], allowed: float) -> None:
    """What the sample city's flows give as citizens' own words: four examples of each of the twelve."""
    said = [text for flow in load_city(SAMPLE).flows.values() for text in flow.examples]

    assert characters_wrong(model, said, voices) <= allowed


def test_every_high_risk_phrase_is_heard_exactly(model: vosk.Model) -> None:
    """In the demo's voices: what must alert a team leader within seconds can be shown from speech."""
    phrases = [word.replace("…", "") for risk in load_city(SAMPLE).high_risk.risks for word in risk.words]
    pairs = in_turn(model, [phrase for phrase in phrases if can_be_said(phrase)], CITIZEN_VOICES)

    assert len(pairs) > 50
    assert [pair for pair in pairs if pair[0] not in pair[1]] == []


def test_words_come_with_their_times(model: vosk.Model) -> None:
    """In order, inside the audio, the first after the silence that precedes it."""
    words = hear(model, one_side(("我要投诉解放路晚上施工噪音扰民",), "m1"))

    assert 2.9 < words[0].start_s < 3.5
    assert all(word.start_s < word.end_s for word in words)
    assert all(before.end_s <= after.start_s + 0.001 for before, after in itertools.pairwise(words))


def test_silence_is_heard_as_nothing(model: vosk.Model) -> None:
    """Digital silence, and the hiss of an open line."""
    hiss = np.random.default_rng(1).normal(0, 30, 5 * RATE_HZ).astype(np.int16)

    assert hear(model, np.zeros(5 * RATE_HZ, np.int16)) == []
    assert hear(model, hiss) == []


def test_the_model_knows_the_lexicon_and_nothing_else() -> None:
    """words.txt is the lexicon and the symbols every model has."""
    lines = (MODEL / "graph/words.txt").read_text(encoding="utf-8").splitlines()

    assert {line.split()[0] for line in lines} == {*load_lexicon(), "<eps>", "[unk]"}


def test_the_page_of_the_model_tells_its_files() -> None:
    """The check sums of README.md are those of the files beside it."""
    page = (MODEL / "README.md").read_text(encoding="utf-8")
    told = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", page, re.MULTILINE)}
    files = {path for path in MODEL.rglob("*") if path.is_file() and path.name != "README.md"}

    assert told == {str(path.relative_to(MODEL)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
