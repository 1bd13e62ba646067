"""流程图: journeys drawn as SVG, placed by `ivr.graph_layout`; edges that no rehearsal passed are red and dashed.

Texts come from files that people write: every one is escaped, and no other markup than ours is in the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from ivr.graph_layout import BOX_W, Layout, Line, Place, Run, lay_out, path_of, width_of
from ivr.menu import GREETING, CallBackPromised, Edge, Goto, Join, Journey, MessageLeft

MARGIN: Final = 30
TITLE_H: Final = 40
LEGEND_H: Final = 34
WIDEST: Final = 2000
"""Pictures stand side by side up to here."""

BY: Final[Mapping[str, str]] = {
    "then": "播完",
    "silence": "不按键",
    "wrong": "按错",
    "kept": "已留言",
    "promised": "已登记",
    "refused": "不成",
    "told": "已告知",
}
"""What edges without a key are called (ivr.menu.Edge.by)."""

FONTS: Final = (
    '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",'
    '"WenQuanYi Zen Hei",SimHei,sans-serif'
)
"""What desktops have: Linux (Noto, 思源, 文泉驿), macOS (苹方), Windows (微软雅黑, 黑体)."""
STYLE: Final = f"""
text{{font-family:{FONTS};font-size:13px;fill:#1c2733}}
.title{{font-size:17px;font-weight:bold}}.small{{font-size:11px;fill:#5a6875}}
.box{{fill:#eef4fb;stroke:#3b6ea5;stroke-width:1.4}}.end{{fill:#eaf6ec;stroke:#3c8d50;stroke-width:1.4}}
.unmet{{fill:#fdf0f0;stroke:#c62828;stroke-width:2;stroke-dasharray:6 4}}
.edge{{fill:none;stroke:#54616e;stroke-width:1.4}}.uncovered{{stroke:#c62828;stroke-width:2.4;stroke-dasharray:7 4}}
.by{{font-size:12px}}.missed{{fill:#c62828;font-weight:bold}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One journey to be drawn."""

    title: str
    journey: Journey
    passed: frozenset[Edge]


def svg(journeys: Iterable[Drawn], words_of: Callable[[str], str]) -> str:
    """One picture of all. `words_of`: the text of a prompt, by its name."""
    parts: list[str] = []
    left, top, row_h, width = MARGIN, MARGIN + LEGEND_H, 0.0, 0.0
    for drawn in journeys:
        layout = laid_out(drawn)
        if left > MARGIN and left + layout.width > WIDEST:
            left, top, row_h = MARGIN, int(top + row_h), 0.0
        parts += _one(drawn, layout, words_of, left, top)
        width = max(width, left + layout.width)
        row_h = max(row_h, TITLE_H + layout.height + MARGIN)
        left += int(layout.width) + 2 * MARGIN
    size = f"{width + MARGIN:.0f} {top + row_h:.0f}".split()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
    head += f'viewBox="0 0 {size[0]} {size[1]}" lang="zh-CN">\n<style>{STYLE}</style>\n'
    defs = "".join(_arrow(name, colour) for name, colour in (("arrow", "#54616e"), ("missed", "#c62828")))
    paper = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join((f"{head}<defs>{defs}</defs>", paper, LEGEND, *parts, "</svg>\n"))


def _arrow(name: str, colour: str) -> str:
    box = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse"'
    return f'<marker id="{name}" {box} orient="auto"><path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'


LEGEND: Final = (
    f'<path class="edge" d="M{MARGIN} {MARGIN}h40"/>'
    f'<text class="small" x="{MARGIN + 48}" y="{MARGIN + 4}">走过 gone</text>'
    f'<path class="edge uncovered" d="M{MARGIN + 130} {MARGIN}h40"/>'
    f'<text class="small missed" x="{MARGIN + 178}" y="{MARGIN + 4}">没走到 not gone</text>'
)


def laid_out(drawn: Drawn) -> Layout:
    """Where everything lies. Edges between the same two boxes, passed alike, share a line."""
    edges = drawn.journey.edges()
    shared: dict[tuple[str, str, bool], list[str]] = {}
    for edge in edges:
        target = edge.to.menu if isinstance(edge.to, Goto) else _end_name(edge)
        shared.setdefault((edge.node, target, edge in drawn.passed), []).append(BY.get(edge.by, edge.by))
    lines = [Line(source, target, "、".join(by), passed) for (source, target, passed), by in shared.items()]
    ends = dict.fromkeys(_end_name(edge) for edge in edges if not isinstance(edge.to, Goto))
    return lay_out(GREETING, tuple(ends), lines)


def _one(drawn: Drawn, layout: Layout, words_of: Callable[[str], str], left: float, top: float) -> Iterator[str]:
    edges = drawn.journey.edges()
    missed = sum(edge not in drawn.passed for edge in edges)
    told = f"走过 {len(edges) - missed} / {len(edges)}"
    yield (
        f'<text class="title" x="{left}" y="{top + 18}">{escape(drawn.title)}'
        f'<tspan class="{"small missed" if missed else "small"}" dx="12">{told}</tspan></text>'
    )
    top += TITLE_H
    for run in layout.runs:
        yield _line(run, left, top)
    met = {edge.node for edge in drawn.passed} | {run.line.target for run in layout.runs if run.line.is_passed}
    nodes = {edge.node for edge in edges}
    for name, place in layout.boxes.items():
        kind = ("box" if name in nodes else "end") if name in met else "unmet"
        title, words = _said(name, drawn.journey, words_of) if name in nodes else name.split("\n", 1)
        yield _box(place, kind, title, words, left, top)


def _said(name: str, journey: Journey, words_of: Callable[[str], str]) -> tuple[str, str]:
    """A node's name, and what is said there."""
    said = journey.greeting if name == GREETING else (journey.menus[name].prompt,)
    return name or "欢迎词", "".join(map(words_of, said))


def _end_name(edge: Edge) -> str:
    match edge.to:
        case Join() as join:
            skills = " ".join(sorted(f"{need.skill}:{need.level}" for need in join.skills))
            more = " ".join(part for part in (skills, f"优先级 {join.priority}" if join.priority else "") if part)
            return f"队列 {join.queue}\n{more}"
        case MessageLeft():
            return "语音留言\n"
        case CallBackPromised():
            return "回拨\n"
        case _:
            return f"{edge.to}\n"


def _line(run: Run, left: float, top: float) -> str:
    missed, arrow = ("", "arrow") if run.line.is_passed else (" uncovered", "missed")
    x, _, y = run.stretches[0]
    return (
        f'<path class="edge{missed}" marker-end="url(#{arrow})" d="{path_of(run, left, top)}"/>'
        f'<text class="by{"" if run.line.is_passed else " missed"}" x="{left + x + 6:.0f}" y="{top + y - 4:.0f}">'
        f"{escape(run.line.words)}</text>"
    )


def _box(place: Place, kind: str, title: str, words: str, left: float, top: float) -> str:
    x, y = left + place.x, top + place.y
    middle = y + place.height / 2
    rect = f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{BOX_W}" height="{place.height:.0f}" rx="8"/>'
    if not words:
        return f'{rect}<text x="{x + 10:.0f}" y="{middle + 5:.0f}">{escape(_cut(title, 13))}</text>'
    return (
        f'{rect}<text x="{x + 10:.0f}" y="{middle - 5:.0f}">{escape(_cut(title, 13))}</text>'
        f'<text class="small" x="{x + 10:.0f}" y="{middle + 15:.0f}">{escape(_cut(words, 11))}</text>'
    )


def _cut(words: str, size: float) -> str:
    """As much of it as a box is wide."""
    room = BOX_W - 20
    if width_of(words, size, size * 0.6) <= room:
        return words
    while words and width_of(f"{words}…", size, size * 0.6) + size > room:
        words = words[:-1]
    return f"{words}…"
