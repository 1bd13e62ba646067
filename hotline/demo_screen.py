"""What the demonstration shows: calls moving, agents, drafts being born. A live board on a terminal, else lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

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

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
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
        for path in self.paths.values():
            if path.stages[-1][0] != "ended":
                calls.add_row(path.call, path.hotline, STAGES[path.stages[-1][0]], path.seat)
        agents = Table("工号 agent", "坐席 seat", "状态 state", title="话务员 agents", expand=True)
        for agent in self._agents:
            agents.add_row(agent["agent"], agent["seat"], AGENT_STATES[agent["state"]])
        return Group(calls, agents)
