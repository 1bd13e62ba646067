"""演练语言: rehearsals as text, one line a step, in Chinese or in English. docs/rehearsals.md explains it.

演练 心理援助                            rehearsal psychological help
  拨打 12320 主叫 13812345678             call 12320 from 13812345678
  听到 "卫生热线"                         hear "卫生热线"
  按 2                                    press 2
  进入 health 技能 psychology:1           expect queue health skills psychology:1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from city.mistakes import Mistake
from ivr.rehearsal import Ending, Expected, HangUp, Hear, Press, Rehearsal, Sound, Speak, StaySilent, Step

_SOUND = r'(?:["“](?P<words>[^"“”]+)["”]|(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*))'
_KEYS = r"(?P<keys>[0-9*#]{1,32})"
_QUEUE = r"(?P<queue>[a-z0-9]+(?:-[a-z0-9]+)*)"
_SKILLS = r"(?P<skills>(?:\s+[a-z0-9-]+:[1-5])+|\s+[无-])"
_PRIORITY = r"\s+(?P<priority>-?\d{1,3})"
_WHEN = r"(?P<day>\d{4}-\d\d-\d\d)\s+(?P<time>\d\d:\d\d)"
_WITHIN = r"(?P<within>\d+(?:\.\d+)?)"


@dataclass
class _Draft:
    """A rehearsal of which not all lines are read."""

    name: str
    line: int
    called: str | None = None
    caller: str | None = None
    at: datetime | None = None
    steps: list[Step] = field(default_factory=list)
    expected: Expected | None = None


class _Wrong(Exception):
    """A line that says something impossible; where, and why in both languages."""

    def __init__(self, column: int, rule: str, zh: str, message: str) -> None:
        super().__init__(message)
        self.column, self.rule, self.zh, self.message = column, rule, zh, message


_Found = re.Match[str]


def _call(draft: _Draft, found: _Found, _line: int) -> None:
    if draft.called is not None:
        raise _Wrong(found.start() + 1, "called_twice", "一次演练只拨打一次", "a rehearsal is one call")
    draft.called = found["number"]
    draft.caller = "" if found["caller"] in ("隐藏", "hidden") else found["caller"]
    if found["day"]:
        try:
            draft.at = datetime.fromisoformat(f"{found['day']} {found['time']}")
        except ValueError:
            raise _Wrong(
                found.start("day") + 1, "no_such_day", "没有这一天或这一时刻", "there is no such day or time"
            ) from None


def _sound(found: _Found) -> Sound:
    return Sound(found["words"]) if found["words"] else Sound(found["slug"], is_name=True)


def _expect_queue(draft: _Draft, found: _Found, line: int) -> None:
    skills = None
    if found["skills"] is not None:
        named = (word.partition(":") for word in found["skills"].split() if ":" in word)
        skills = frozenset((skill, int(level)) for skill, _, level in named)
    draft.expected = Expected(
        Ending.QUEUE,
        queue=found["queue"],
        skills=skills,
        priority=int(found["priority"]) if found["priority"] else None,
        within_s=float(found["within"]) if found["within"] else None,
        line=line,
    )


def _expect_transfer(draft: _Draft, found: _Found, line: int) -> None:
    draft.expected = Expected(Ending.TRANSFER, number=found["number"], line=line)


def _expect(ending: Ending) -> Callable[[_Draft, _Found, int], None]:
    def take(draft: _Draft, _found: _Found, line: int) -> None:
        draft.expected = Expected(ending, line=line)

    return take


def _step(make: Callable[[_Found, int], Step]) -> Callable[[_Draft, _Found, int], None]:
    def take(draft: _Draft, found: _Found, line: int) -> None:
        if draft.called is None:
            raise _Wrong(found.start() + 1, "not_called_yet", "先写“拨打”", "first comes `call`")
        draft.steps.append(make(found, line))

    return take


_FORMS: tuple[tuple[str, Callable[[_Draft, _Found, int], None]], ...] = (
    (
        rf"拨打\s+(?P<number>\+?[0-9-]{{3,18}})(?:\s+主叫\s+(?P<caller>\d{{3,20}}|隐藏))?(?:\s+时间\s+{_WHEN})?",
        _call,
    ),
    (
        rf"call\s+(?P<number>\+?[0-9-]{{3,18}})(?:\s+from\s+(?P<caller>\d{{3,20}}|hidden))?(?:\s+at\s+{_WHEN})?",
        _call,
    ),
    (rf"(?:听到|hear)\s+{_SOUND}", _step(lambda found, line: Hear(_sound(found), line))),
    (rf"(?:按|press)\s+{_KEYS}", _step(lambda found, line: Press(found["keys"], line=line))),
    (
        rf"(?:听\s+{_SOUND}\s*时按)\s+{_KEYS}",
        _step(lambda found, line: Press(found["keys"], _sound(found), line)),
    ),
    (rf"during\s+{_SOUND}\s+press\s+{_KEYS}", _step(lambda found, line: Press(found["keys"], _sound(found), line))),
    (rf"听\s+{_SOUND}\s*时挂机", _step(lambda found, line: HangUp(_sound(found), line))),
    (rf"during\s+{_SOUND}\s+hang up", _step(lambda found, line: HangUp(_sound(found), line))),
    (r"挂机|hang up", _step(lambda _, line: HangUp(line=line))),
    (r"不按键|stay silent", _step(lambda _, line: StaySilent(line))),
    (
        rf"(?:说话|speak)\s+{_WITHIN}\s*(?:秒|s)",
        _step(lambda found, line: Speak(float(found["within"]), line)),
    ),
    (
        rf"进入\s+{_QUEUE}(?:\s+技能{_SKILLS})?(?:\s+优先级{_PRIORITY})?(?:\s+{_WITHIN}\s*秒内)?",
        _expect_queue,
    ),
    (
        rf"expect queue\s+{_QUEUE}(?:\s+skills{_SKILLS})?(?:\s+priority{_PRIORITY})?(?:\s+within\s+{_WITHIN}\s*s)?",
        _expect_queue,
    ),
    (r"应已留言|expect message", _expect(Ending.MESSAGE)),
    (r"应已登记回拨|expect call-back", _expect(Ending.CALL_BACK)),
    (r"(?:转往|expect transfer)\s+(?P<number>[0-9]{3,15})", _expect_transfer),
    (r"应已挂机|expect hung-up", _expect(Ending.HUNG_UP)),
)
_READ = tuple((re.compile(form), take) for form, take in _FORMS)
_BEGINS = re.compile(r"(?:演练|rehearsal)\s+(?P<name>\S.{0,59})")
_BEGINNING = re.compile(
    r"(?:拨打|call|听到|听|hear|不按键|按|press|during|说话|speak|挂机|hang up|stay silent|进入|转往"
    r"|expect queue|expect transfer|expect)\s*"
)
_FIRST_WORDS = "拨打 听到 听 按 不按键 说话 挂机 进入 转往 应已留言 应已登记回拨 应已挂机"


def read_rehearsals(text: str, file: str) -> tuple[tuple[Rehearsal, ...], tuple[Mistake, ...]]:
    """The rehearsals of a file, and what is wrong with it: of a file with mistakes nothing is to be used."""
    rehearsals: list[Rehearsal] = []
    mistakes: list[Mistake] = []
    draft: _Draft | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            if begun := _BEGINS.fullmatch(line.strip()):
                ended, draft = draft, _Draft(begun["name"].strip(), number)
                rehearsals += _finished(ended, file)
            else:
                _take(draft, line, number)
        except _Wrong as wrong:
            mistakes.append(_mistake(file, number, wrong))
    try:
        rehearsals += _finished(draft, file)
    except _Wrong as wrong:
        mistakes.append(_mistake(file, len(text.splitlines()), wrong))
    return tuple(rehearsals), tuple(mistakes)


def _take(draft: _Draft | None, line: str, number: int) -> None:
    indent = len(line) - len(line.lstrip())
    if draft is None:
        raise _Wrong(indent + 1, "no_rehearsal_yet", "先写“演练 名称”", "first comes `rehearsal NAME`")
    if draft.expected is not None:
        raise _Wrong(indent + 1, "after_the_end", "结局之后不能再有步骤", "nothing comes after the end")
    for form, take in _READ:
        if found := form.fullmatch(line, indent):
            take(draft, found, number)
            return
    column = _how_far(line, indent) + 1
    raise _Wrong(
        column, "not_understood", f"看不懂,可用:{_FIRST_WORDS}", "not understood; docs/rehearsals.md lists all forms"
    )


def _how_far(line: str, indent: int) -> int:
    """Where a line stops making sense: behind its first word, or behind the longest part that is a line by itself."""
    begun = _BEGINNING.match(line, indent)
    good = begun.end() if begun else indent
    for end in (found.end() for found in re.finditer(r"\S+", line)):
        if any(form.fullmatch(line[:end], indent) for form, _ in _READ):
            good = end
    rest = line[good:]
    return good + len(rest) - len(rest.lstrip())


def _finished(draft: _Draft | None, file: str) -> Iterator[Rehearsal]:
    if draft is None:
        return
    if draft.called is None:
        raise _Wrong(1, "not_called", f"“{draft.name}”没有“拨打”", f"{draft.name!r} does not call anybody")
    if draft.expected is None:
        raise _Wrong(1, "no_end", f"“{draft.name}”没有写结局", f"{draft.name!r} does not say how it ends")
    yield Rehearsal(
        name=draft.name,
        number=draft.called,
        caller=draft.caller,
        at=draft.at,
        steps=tuple(draft.steps),
        expected=draft.expected,
        file=file,
        line=draft.line,
    )


def _mistake(file: str, line: int, wrong: _Wrong) -> Mistake:
    return Mistake(
        file=file, line=line, column=wrong.column, key="", rule=wrong.rule, zh=wrong.zh, message=wrong.message
    )


# ---- and back


def written(rehearsal: Rehearsal) -> str:
    """The rehearsal as text, in Chinese; reading it gives the same again, but for file and lines."""
    call = f"拨打 {rehearsal.number}"
    if rehearsal.caller is not None:
        call += f" 主叫 {rehearsal.caller or '隐藏'}"
    if rehearsal.at is not None:
        call += f" 时间 {rehearsal.at:%Y-%m-%d %H:%M}"
    lines = [call, *(_step_written(step) for step in rehearsal.steps), _expected_written(rehearsal.expected)]
    return "\n".join([f"演练 {rehearsal.name}", *(f"  {line}" for line in lines)]) + "\n"


def _step_written(step: Step) -> str:
    match step:
        case Hear(sound):
            return f"听到 {sound}"
        case Press(keys, None):
            return f"按 {keys}"
        case Press(keys, sound):
            return f"听 {sound} 时按 {keys}"
        case HangUp(None):
            return "挂机"
        case HangUp(sound):
            return f"听 {sound} 时挂机"
        case Speak(seconds):
            return f"说话 {seconds:g} 秒"
        case _:
            return "不按键"


def _expected_written(expected: Expected) -> str:
    words = {
        Ending.MESSAGE: "应已留言",
        Ending.CALL_BACK: "应已登记回拨",
        Ending.HUNG_UP: "应已挂机",
    }
    if expected.ending in words:
        return words[expected.ending]
    if expected.ending is Ending.TRANSFER:
        return f"转往 {expected.number}"
    text = f"进入 {expected.queue}"
    if expected.skills is not None:
        text += " 技能 " + (" ".join(sorted(f"{skill}:{level}" for skill, level in expected.skills)) or "无")
    if expected.priority is not None:
        text += f" 优先级 {expected.priority}"
    return text + (f" {expected.within_s:g} 秒内" if expected.within_s is not None else "")
