"""A caller's journey as a table: what is said, what each key means, and where every way ends.

The city's files are written for people (what is left out is taken from the hotline: ivr.journey); here every step is
spelt out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

PERSON: Final = "0"
"""人工: the key that reaches a person from everywhere."""

GREETING: Final = ""
"""The name of what comes before the first menu."""


class Need(NamedTuple):
    """A skill a call asks for and the least level of it, 1 to 5."""

    skill: str
    level: int


class Keyed(NamedTuple):
    """What a caller has keyed in, and what it is. Personal data."""

    name: str
    digits: str

    def __repr__(self) -> str:
        return f"Keyed({self.name!r}, …)"


@dataclass(frozen=True, slots=True)
class Join:
    """Wait in a queue. Every journey ends with one, unless the caller is done."""

    queue: str
    skills: frozenset[Need] = frozenset()
    priority: int = 0  # larger goes first
    language: str = ""  # 语种: the skill, if the caller has chosen one
    keyed: tuple[Keyed, ...] = ()


@dataclass(frozen=True, slots=True)
class Goto:
    """Go to another node."""

    menu: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """已留言: a voice message is kept, the caller is let go."""


@dataclass(frozen=True, slots=True)
class CallBackPromised:
    """已登记回拨: a call-back is owed, the caller is let go."""


Step = Goto | Join
End = Join | MessageLeft | CallBackPromised
"""How a journey ends for who does not hang up."""


@dataclass(frozen=True, slots=True)
class Menu:
    """按键菜单. Without choices it only says something, and goes on."""

    prompt: str
    choices: Mapping[str, Step]
    otherwise: Step  # after silence, or `attempts` wrong keys
    attempts: int
    wait_s: float  # seconds without a key that count as silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """留言."""

    prompt: str
    otherwise: Join  # of who says nothing
    attempts: int  # how often the caller may speak
    wait_s: float
    most_s: float  # of one message


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """回拨登记."""

    prompt: str
    otherwise: Join  # whose call-back it is, and the queue of who wants none or gets none
    attempts: int
    wait_s: float
    other_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """进度查询."""

    prompt: str
    otherwise: Join  # afterwards, whether something was found or not
    attempts: int
    wait_s: float
    classes: Mapping[str, str] = field(default_factory=dict)  # branch of the categories: the prompt that names it


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """按键输入. `pattern` is a regular expression for the whole input."""

    prompt: str
    name: str
    least: int
    most: int
    pattern: str
    confirm: bool
    then: Step
    otherwise: Join  # after silence and mistakes
    attempts: int
    wait_s: float


Node = Menu | Message | CallBack | Progress | Digits


class Edge(NamedTuple):
    """One way from a node ("" is the greeting) to what comes next. `by`: a key, or one of the words below."""

    node: str
    by: str
    to: Step | MessageLeft | CallBackPromised


SILENCE: Final = "silence"  # no key, or nothing said
WRONG: Final = "wrong"  # as many mistakes as there are attempts
THEN: Final = "then"  # said to its end, or keyed in and confirmed
KEPT: Final = "kept"  # the message
PROMISED: Final = "promised"  # the call-back
REFUSED: Final = "refused"  # no call-back can be promised, no ticket can be told of
TOLD: Final = "told"  # how the ticket stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What callers of one hotline meet. A menu that is named and not there is refused with UnknownMenu."""

    greeting: tuple[str, ...]  # prompts
    person: Join  # where key 0 leads, and everything that is not a choice
    start: str | None = None  # the first menu, if there is one
    menus: Mapping[str, Node] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by language: a prompt, and what is said

    def __post_init__(self) -> None:
        named = {edge.to.menu for name in self.menus for edge in self.ways(name) if isinstance(edge.to, Goto)}
        if self.start is not None:
            named.add(self.start)
        if missing := named - self.menus.keys():
            raise UnknownMenu(f"menus named but not there: {', '.join(sorted(missing))}")

    def ways(self, name: str) -> tuple[Edge, ...]:
        """Every edge that leaves a node; those of the greeting for "". What a caller passes is among them."""
        if name == GREETING:
            on = self.person if self.start is None else Goto(self.start)
            return (Edge(name, PERSON, self.person), Edge(name, THEN, on))
        node = self.menus[name]
        return (Edge(name, PERSON, self.person), *(Edge(name, by, to) for by, to in _ways(node)))

    def edges(self) -> tuple[Edge, ...]:
        """Every edge that a caller of this hotline can pass, from the greeting on."""
        found: dict[str, tuple[Edge, ...]] = {}
        due = [GREETING]
        while due:
            name = due.pop(0)
            if name not in found:
                found[name] = self.ways(name)
                due += [edge.to.menu for edge in found[name] if isinstance(edge.to, Goto)]
        return tuple(edge for edges in found.values() for edge in edges)


class UnknownMenu(ValueError):
    """A journey leads to a menu it does not have."""


def _ways(node: Node) -> Iterator[tuple[str, Step | MessageLeft | CallBackPromised]]:
    """By what a node is left, besides key 0."""
    match node:
        case Menu(choices=choices, otherwise=otherwise):
            yield from choices.items()
            yield from ((by, otherwise) for by in ((SILENCE, WRONG) if choices else (THEN,)))
        case Message(otherwise=otherwise):
            yield from ((KEPT, MessageLeft()), (SILENCE, otherwise))
        case CallBack(otherwise=otherwise):
            yield from ((PROMISED, CallBackPromised()), (REFUSED, otherwise), (SILENCE, otherwise), (WRONG, otherwise))
        case Progress(otherwise=otherwise):
            yield from ((TOLD, otherwise), (REFUSED, otherwise), (SILENCE, otherwise), (WRONG, otherwise))
        case Digits(then=then, otherwise=otherwise):
            yield from ((THEN, then), (SILENCE, otherwise), (WRONG, otherwise))
