"""演练: one rehearsed call, what became of it, and the verdict. The language is `ivr.rehearsal_text`.

A rehearsal says what a caller does and where the call must end. Whoever carries it out, the simulator (`ivr.rehearse`)
or a real phone, answers with an `Outcome`, and `judge` compares. It knows neither of the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.menu import CallBackPromised, Edge, End, Join, MessageLeft


@dataclass(frozen=True, slots=True)
class Sound:
    """A prompt, by its name or by words of its text."""

    words: str
    is_name: bool = False

    def __str__(self) -> str:
        return self.words if self.is_name else f'"{self.words}"'


Matches = Callable[[Sound, str], bool]
"""Whether a prompt, by its name, is the sound that is meant."""


@dataclass(frozen=True, slots=True)
class Hear:
    """听到: hear such a prompt to its end. What is said before it is heard, too."""

    sound: Sound
    line: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """按: one key after the other, at once; with `during`, while such a prompt is being said."""

    keys: str
    during: Sound | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class HangUp:
    """挂机: at once; with `during`, while such a prompt is being said."""

    during: Sound | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class StaySilent:
    """不按键: let the question pass."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Speak:
    """说话: say something for so many seconds once the tone has sounded, then press #."""

    seconds: float
    line: int = 0


Step = Hear | Press | HangUp | StaySilent | Speak


class Ending(StrEnum):
    """How a rehearsed call can end."""

    QUEUE = "queue"
    MESSAGE = "message"
    CALL_BACK = "call-back"
    TRANSFER = "transfer"  # to a number outside, by the hotline's merge mode or night service
    HUNG_UP = "hung-up"  # by the caller, before anything else


@dataclass(frozen=True, slots=True)
class Expected:
    """应: where the call must end. What is None does not matter."""

    ending: Ending
    queue: str | None = None
    skills: frozenset[tuple[str, int]] | None = None
    priority: int | None = None
    within_s: float | None = None  # from the answer
    number: str | None = None  # outside, of a transfer
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One call."""

    name: str
    number: str  # dialled
    caller: str | None = None  # "" if hidden; None: anybody
    at: datetime | None = None  # on the clock on the wall of the city; None: while the hotline is open
    steps: tuple[Step, ...] = ()
    expected: Expected
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SentTo:
    """转往: the call was sent to a number outside."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call."""

    heard: tuple[str, ...]  # prompts, in order, also those cut short
    end: End | SentTo | None  # None: the caller hung up before
    seconds: float  # from the answer to the end
    done: int  # so many steps were carried out
    passed: tuple[Edge, ...] = ()

    @property
    def ending(self) -> Ending:
        """What kind of end it is."""
        match self.end:
            case Join():
                return Ending.QUEUE
            case MessageLeft():
                return Ending.MESSAGE
            case CallBackPromised():
                return Ending.CALL_BACK
            case SentTo():
                return Ending.TRANSFER
            case _:
                return Ending.HUNG_UP


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was not as expected, at a line of the rehearsal."""

    line: int
    zh: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A rehearsal and what came of it."""

    rehearsal: Rehearsal
    outcome: Outcome
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.faults


def judge(rehearsal: Rehearsal, outcome: Outcome) -> Verdict:
    """Compare what happened with what was expected."""
    faults = [*_undone(rehearsal, outcome), *_ended_otherwise(rehearsal.expected, outcome)]
    return Verdict(rehearsal=rehearsal, outcome=outcome, faults=tuple(faults))


def _undone(rehearsal: Rehearsal, outcome: Outcome) -> list[Fault]:
    """The first step that was never come to. Silence needs nobody to ask."""
    for step in rehearsal.steps[outcome.done :]:
        if not isinstance(step, StaySilent):
            heard = ", ".join(outcome.heard) or "-"
            return [Fault(step.line, f"未能执行,听到的是:{heard}", f"this was never come to; heard: {heard}")]
    return []


def _ended_otherwise(expected: Expected, outcome: Outcome) -> list[Fault]:
    found: list[tuple[str, object, object]] = [("结局 ending", expected.ending, outcome.ending)]
    if isinstance(outcome.end, Join) and expected.ending is Ending.QUEUE:
        skills = frozenset((need.skill, need.level) for need in outcome.end.skills)
        found += [
            ("队列 queue", expected.queue, outcome.end.queue),
            ("技能 skills", expected.skills, skills),
            ("优先级 priority", expected.priority, outcome.end.priority),
        ]
    if isinstance(outcome.end, SentTo) and expected.ending is Ending.TRANSFER:
        found.append(("号码 number", expected.number, outcome.end.number))
    faults = [
        Fault(expected.line, f"{what}:应为 {_words(wanted)},实为 {_words(got)}", f"{_words(wanted)} != {_words(got)}")
        for what, wanted, got in found
        if wanted is not None and wanted != got
    ]
    if expected.within_s is not None and outcome.seconds > expected.within_s:
        zh = f"用了 {outcome.seconds:.1f} 秒,应在 {expected.within_s:g} 秒内"
        faults.append(Fault(expected.line, zh, f"{outcome.seconds:.1f} s, not within {expected.within_s:g} s"))
    return faults


def _words(value: object) -> str:
    if isinstance(value, frozenset):
        return " ".join(sorted(f"{skill}:{level}" for skill, level in value)) or "-"
    return str(value)
