"""A talk as sound: who speaks when, in which voice, and the two legs as a switchboard records them, each with its line.

People pause between turns, now and then long; one turn in nine begins before the other has ended; one caller's turn in
six begins with a hesitation. All of it is drawn, the same for the same talk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from recordings.recording import Leg
from sandbox.dialogue_corpus.filling import SEED, Talk
from sandbox.dialogues import in_turn
from sandbox.lexicon import STOP
from sandbox.model_maker.speech import HELD_OUT_VOICES
from sandbox.model_maker.telephone import through_telephone
from sandbox.sound import RATE_HZ, Samples
from sandbox.voices import AGENT_VOICES, CITIZEN_VOICES, Utterance, for_telephone, speak, spell

VOICES: Mapping[Leg, Sequence[str]] = {Leg.CALLER: (*CITIZEN_VOICES, *HELD_OUT_VOICES), Leg.AGENT: AGENT_VOICES}
HESITATIONS = ("嗯", "嗯", "那个", "这个", "就是", "怎么说呢")
BEFORE_S, AFTER_S = 0.4, 0.6
LETTERS = str.maketrans({
    "A": "诶", "B": "必", "C": "西", "D": "弟", "E": "衣", "F": "艾弗", "G": "记", "H": "艾尺", "I": "爱", "J": "杰",
    "K": "开", "L": "艾勒", "M": "艾姆", "N": "恩", "O": "欧", "P": "批", "Q": "丘", "R": "阿儿", "S": "艾斯",
    "T": "替", "U": "优", "V": "维", "W": "大布溜", "X": "艾克斯", "Y": "外", "Z": "贼",
})  # fmt: skip
"""Latin letters as Chinese say them."""

_HESITATES, _INTERRUPTS, _PONDERS = 1 / 6, 1 / 9, 1 / 8


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One line of one leg. `gap_s`: from the end of the line before it; negative: it begins earlier."""

    leg: Leg
    text: str
    gap_s: float


@dataclass(frozen=True, kw_only=True)
class Script:
    """All that is needed to speak a talk."""

    name: str
    talk: Talk
    turns: tuple[Turn, ...]
    throats: Mapping[Leg, Utterance]
    """How each of the two speaks, without words."""
    line: int
    """The seed of the two telephone lines."""

    def said_by(self, leg: Leg) -> str:
        """All of one side's words, hesitations among them."""
        return STOP.join(turn.text for turn in self.turns if turn.leg is leg)


def script_of(name: str, talk: Talk) -> Script:
    """How this talk sounds."""
    chance = Random(f"{SEED}/{name}/sound")  # noqa: S311 - repeatable on purpose
    turns: list[Turn] = []
    for side, text in in_turn(agent=talk.agent, caller=talk.caller):
        leg = Leg(side)
        hesitates = leg is Leg.CALLER and chance.random() < _HESITATES
        said = f"{chance.choice(HESITATIONS)}，{text}" if hesitates else text
        may_interrupt = bool(turns) and turns[-1].leg is not leg
        turns.append(Turn(leg=leg, text=said, gap_s=_gap(chance, may_interrupt=may_interrupt)))
    throats = {
        leg: Utterance(
            spelling="", voice=chance.choice(voices), rate=chance.randint(130, 190), pitch=chance.randint(30, 70)
        )
        for leg, voices in VOICES.items()
    }
    return Script(name=name, talk=talk, turns=tuple(turns), throats=throats, line=chance.getrandbits(32))


def _gap(chance: Random, *, may_interrupt: bool) -> float:
    if may_interrupt and chance.random() < _INTERRUPTS:
        return -chance.uniform(0.2, 0.8)
    return chance.uniform(1.5, 3.5) if chance.random() < _PONDERS else chance.uniform(0.2, 1.1)


def record(scripts: Sequence[Script]) -> list[dict[Leg, Samples]]:
    """The legs of each talk, as long as each other. Blocks; raises SpeechFailed, UnknownWords."""
    utterances = [
        replace(script.throats[turn.leg], spelling=spell(turn.text.upper().translate(LETTERS), strict=False))
        for script in scripts
        for turn in script.turns
    ]
    spoken = iter(map(for_telephone, speak(utterances)))
    return [_legs(script, [next(spoken) for _ in script.turns]) for script in scripts]


def _legs(script: Script, spoken: Sequence[Samples]) -> dict[Leg, Samples]:
    starts = starts_of(script.turns, [len(samples) / RATE_HZ for samples in spoken])
    ends = (start + len(samples) for start, samples in zip(starts, spoken, strict=True))
    length = max(ends) + int(AFTER_S * RATE_HZ)
    clean = {leg: np.zeros(length) for leg in Leg}
    for turn, start, samples in zip(script.turns, starts, spoken, strict=True):
        clean[turn.leg][start : start + len(samples)] = samples / 32768
    dice = np.random.default_rng(script.line)
    return {leg: through_telephone(speech, dice, speech != 0) for leg, speech in clean.items()}


def starts_of(turns: Sequence[Turn], lengths_s: Sequence[float]) -> list[int]:
    """The first sample of each turn. Who interrupts lets the other say the first half; nobody interrupts himself."""
    starts: list[int] = []
    end_s = dict.fromkeys(Leg, 0.0)
    before_s = now_s = BEFORE_S
    for turn, length_s in zip(turns, lengths_s, strict=True):
        now_s = max(now_s + turn.gap_s, (before_s + now_s) / 2, end_s[turn.leg])
        starts.append(int(now_s * RATE_HZ))
        before_s, now_s = now_s, now_s + length_s
        end_s[turn.leg] = now_s
    return starts
