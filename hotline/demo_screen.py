"""What the demonstration shows: calls moving, agents, drafts being born. A live board on a terminal, else lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

CALLS = 8  # lines of calls on the board
CURVE = 60  # looks at a queue that its curve remembers
BLOCKS = "▁▂▃▄▅▆▇█"
STAGES: Mapping[str, str] = {
    "greeting": "问候 greeting",
    "waiting": "等候 waiting",
    "ringing": "振铃 ringing",
    "talking": "通话 talking",
    "over": "通话结束 over",
    "message": "留言 message",
    "ended": "挂机 ended",
}
AGENT_STATES: Mapping[str, str] = {
    "logged_off": "签出 logged off",
    "ready": "[green]就绪 ready[/green]",
    "reserved": "[yellow]预占 reserved[/yellow]",
    "ringing": "[yellow]振铃 ringing[/yellow]",
    "talking": "[cyan]通话 talking[/cyan]",
    "wrap_up": "[magenta]话后整理 wrap-up[/magenta]",
    "on_break": "小休 on break",
}


@dataclass(slots=True)
class Path:
    """One call's way: when it came into which stage."""

    call: str
    hotline: str = ""
    agent: str = ""
    seat: str = ""
    stages: list[tuple[str, datetime]] = field(default_factory=list)
    draft_after_s: float | None = None

    def enter(self, stage: str, at: datetime) -> None:
        """Note a stage, once."""
        if not self.stages or self.stages[-1][0] != stage:
            self.stages.append((stage, at))

    def told(self) -> str:
        """`问候 greeting 7.4 s → 等候 waiting 0.0 s → …`."""
        spans = zip(self.stages, self.stages[1:], strict=False)
        words = [f"{STAGES[stage]} {(until - since).total_seconds():.1f} s" for (stage, since), (_, until) in spans]
        words.append(STAGES[self.stages[-1][0]])
        if self.draft_after_s is not None:
            words.append(f"草稿 draft +{self.draft_after_s:.1f} s")
        return " → ".join(words)


class Screen:
    """The terminal. `show` in a block; then tell it what moved."""

    def __init__(self, console: Console | None = None, *, keys: Mapping[str, str] | None = None) -> None:
        """`keys`: what can be pressed; with any, the queues are shown, too."""
        self._console = console or Console(highlight=False)
        self._keys = keys or {}
        self._queues: Sequence[Mapping[str, Any]] = ()
        self._curves: dict[str, deque[int]] = {}
        self._tells_queues = False
        self._told: str = ""
        self._live: Live | None = None
        self.paths: dict[str, Path] = {}
        self._agents: Sequence[Mapping[str, Any]] = ()

    def __enter__(self) -> Screen:
        """Begin to draw, where there is a terminal."""
        if self._console.is_terminal:
            self._live = Live(self._board(), console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the lines, take the board away."""
        if self._live is not None:
            self._live.stop()

    def say(self, zh: str, en: str = "") -> None:
        """One line."""
        self._console.print(f"连心 · {escape(zh)}  [dim]{escape(en)}[/dim]".rstrip(), soft_wrap=True)

    def move(self, line: Mapping[str, Any]) -> None:
        """A call's new line from the live board of the API."""
        path = self.paths.setdefault(line["call"], Path(call=line["call"]))
        path.hotline = line["hotline"] or path.hotline
        path.agent, path.seat = line["agent"] or path.agent, line["seat"] or path.seat
        before = len(path.stages)
        path.enter(line["stage"], datetime.fromisoformat(line["since"]))
        if len(path.stages) > before and self._live is None:
            self._console.print(
                f"  {line['since'][11:23]}  {path.call}  {path.hotline}  {STAGES[line['stage']]} {path.seat}"
            )
        self._redraw()

    def seat(self, agents: Sequence[Mapping[str, Any]]) -> None:
        """Everybody who is logged on, as the API says it."""
        self._agents = agents
        self._redraw()

    def queues(self, queues: Sequence[Mapping[str, Any]]) -> None:
        """All queues, as the API says it."""
        self._queues = queues
        for queue in queues:
            self._curves.setdefault(queue["queue"], deque(maxlen=CURVE)).append(queue["waiting"])
        if self._tells_queues and self._live is None:
            self._tell_first_queue()
        self._redraw()

    def tell_queues(self) -> None:
        """From now on say how the first queue goes, where there is no board to show it."""
        self._tells_queues = True

    def _tell_first_queue(self) -> None:
        waiting, serving, expected = _of_queue(self._queues[0])
        said = f"等候 waiting {waiting} · 在岗 serving {serving} · 预计等待 expected wait {expected}"
        if said != self._told:
            self._told = said
            self._console.print(f"  队列 queue  {self._queues[0]['queue']}  {said}", soft_wrap=True)

    def explain(self, call: str, lines: Sequence[Mapping[str, Any]], more: int) -> None:
        """Why a call waits, in the API's sentences; `more`: how many were left out."""
        self.say(f"为何等候:{call}", "why it waits")
        for line in lines:
            inset = "  " * (line["depth"] + 1)
            self._console.print(f"{inset}{escape(line['zh'])}  [dim]{escape(line['en'])}[/dim]", soft_wrap=True)
        if more > 0:
            self._console.print(f"  … 另有 {more} 行 more lines: hotline why {escape(call)} --all", soft_wrap=True)

    def born(self, draft: Mapping[str, Any], said: str | None, error_rate: float | None) -> None:
        """A draft, with what was really said beside it where that is known."""
        ticket = draft["ticket"]
        path = self.paths.get(ticket["call"])
        rows = Table.grid(padding=(0, 2))
        rows.add_column(no_wrap=True)
        rows.add_column(overflow="fold")
        for name, value in (
            ("主叫 caller", ticket["caller"]),
            ("热线 hotline", ticket["hotline"]),
            ("类型 kind", ticket["kind"]),
            ("地点 place", ticket["place"]),
            ("内容 said", ticket["summary"]),
            ("原话 spoken", said),
            ("字错率 character errors", None if error_rate is None else f"{error_rate:.0%}"),
            ("经过 path", path and path.told()),
        ):
            if value:
                rows.add_row(f"[dim]{name}[/dim]", escape(str(value)))
        title = f"工单草稿 draft ticket · {ticket['id']}"
        self._console.print(Panel(rows, title=title, border_style="green"))

    def _redraw(self) -> None:
        if self._live is not None:
            self._live.update(self._board())

    def _board(self) -> Group:
        calls = Table("来电 call", "热线 hotline", "阶段 stage", "坐席 seat", title="通话 calls", expand=True)
        here = [path for path in self.paths.values() if path.stages[-1][0] != "ended"]
        for path in here[:CALLS]:
            calls.add_row(path.call, path.hotline, STAGES[path.stages[-1][0]], path.seat)
        if len(here) > CALLS:
            calls.add_row(f"… +{len(here) - CALLS}", "", "", "")
        agents = Table("工号 agent", "坐席 seat", "状态 state", title="话务员 agents", expand=True)
        for agent in self._agents:
            agents.add_row(agent["agent"], agent["seat"], AGENT_STATES[agent["state"]])
        return Group(*self._keyed(), agents, calls)  # what does not fit on a small terminal is cut off at the foot

    def _keyed(self) -> Iterator[RenderableType]:
        """What only somebody with keys sees: the queues, and the keys."""
        if not self._keys:
            return
        titles = ("队列 queue", "等候 waiting", "在岗 serving", "预计等待 expected wait", "曲线 curve")
        table = Table(*titles, title="队列 queues", expand=True)
        for queue in self._queues:
            table.add_row(queue["queue"], *_of_queue(queue), curve(self._curves[queue["queue"]]))
        yield table
        yield Text.from_markup(
            "  ".join(f"[reverse] {key} [/reverse] {escape(does)}" for key, does in self._keys.items())
        )


def _of_queue(queue: Mapping[str, Any]) -> tuple[str, str, str]:
    wait = queue["wait"]
    expected = f"{wait['least_s']:.0f}–{wait['most_s']:.0f} s" if wait else "尚不可知 not known yet"
    return str(queue["waiting"]), str(queue["serving"]), expected


def curve(heights: Iterable[int]) -> str:
    """`▁▂▅█`: one block a number, the highest of them filling its line; nobody waiting is a blank."""
    numbers = tuple(heights)
    top = max((*numbers, 1))
    return "".join(" " if not number else BLOCKS[(number * len(BLOCKS) - 1) // top] for number in numbers)
