"""Which small mistakes could be made in a module: each mutation is one change of its syntax tree.

The operators are the usual ones (R. DeMillo, R. Lipton, F. Sayward, "Hints on test data selection", IEEE Computer 11,
1978; chosen as by A. Offutt and others, "An experimental determination of sufficient mutant operators", ACM TOSEM 5,
1996), and two that a house of tables needs: another member of an enumeration, a row left out. Words for people are left
alone, and so are annotations and `zip(..., strict=True)`: a claim that the two are as long as each other, which changes
nothing as long as it holds.

mutmut and cosmic-ray were looked at. The first leaves tables and decorated functions alone, where most of our rules
are; the second starts all tests anew for each mutation.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any, Final, NamedTuple

Namespace = dict[str, Any]
"""What the names of a module mean: an enumeration's members are found by it."""

OTHERS: Final[Mapping[type[ast.AST], tuple[Callable[[], ast.AST], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: where, what stood there, what stands there now, and the whole module with it."""

    line: int
    before: str
    after: str
    tree: ast.Module


def count(source: str, names: Namespace) -> int:
    """How many mutations a module has."""
    return sum(1 for _ in _sites(ast.parse(source), names))


def mutation(source: str, names: Namespace, number: int) -> Mutation:
    """One of them, numbered from 0."""
    tree = ast.parse(source)
    site = next(islice(_sites(tree, names), number, None))
    before = ast.unparse(site.node)
    after = site.mutate()
    return Mutation(getattr(site.node, "lineno", 0), before, after, ast.fix_missing_locations(tree))


class _Site(NamedTuple):
    """A node, and how to change it in its tree: the answer is what is there then."""

    node: ast.AST
    mutate: Callable[[], str]


def _sites(tree: ast.Module, names: Namespace) -> Iterator[_Site]:
    for parent, field, index, node in _places(tree):
        for other in _instead(node, names):
            yield _Site(node, _put(parent, field, index, other))
        if index is not None and (field == "keys" or isinstance(parent, ast.Set)) and isinstance(parent, _ROWS):
            yield _Site(node, _left_out(parent, index))


_ROWS: Final = (ast.Dict, ast.Set)


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node with its place in its parent; what is not carried out is passed by."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params") or _is_not_carried_out(node):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield node, field, index, child
                yield from _places(child)


def _is_not_carried_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr) or _is_claim(node):
        return True
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")


def _is_claim(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "strict" and ast.unparse(node.value) == "True"


def _put(parent: ast.AST, field: str, index: int | None, other: ast.AST) -> Callable[[], str]:
    def put() -> str:
        if index is None:
            setattr(parent, field, other)
        else:
            getattr(parent, field)[index] = other
        return ast.unparse(other)

    return put


def _left_out(parent: ast.Dict | ast.Set, index: int) -> Callable[[], str]:
    def leave_out() -> str:
        for field in ("keys", "values", "elts"):
            if hasattr(parent, field):
                del getattr(parent, field)[index]
        return "(left out)"

    return leave_out


def _instead(node: ast.AST, names: Namespace) -> Iterator[ast.AST]:
    """What could stand in a node's place by mistake."""
    if isinstance(node, ast.Attribute):
        return _other_member(node, names)
    return iter(_MISTAKES[type(node)](node) if type(node) in _MISTAKES else ())


Mistakes = Iterable[ast.AST]


def _compared(node: Any) -> Mistakes:
    return [_like(node, ops=[kind()]) for kind in OTHERS.get(type(node.ops[0]), ()) if len(node.ops) == 1]


def _reckoned(node: Any) -> Mistakes:
    return [_like(node, op=kind()) for kind in OTHERS.get(type(node.op), ())]


def _told(node: Any) -> Mistakes:
    match node.value:
        case bool(value):
            return [ast.Constant(not value)]
        case int(value) | float(value):
            return [ast.Constant(value + 1)]
    return []


def _asked(node: Any) -> Mistakes:
    asks = isinstance(node.test, ast.Name | ast.Attribute | ast.Call)
    return [_like(node, test=ast.UnaryOp(ast.Not(), node.test))] if asks else []


def _answered(node: Any) -> Mistakes:
    return [] if node.value is None or isinstance(node.value, ast.Constant) else [ast.Return(ast.Constant(None))]


def _done(node: Any) -> Mistakes:
    return [ast.Pass()] if isinstance(node.value, ast.Call | ast.Await) else []


def _kept(node: Any) -> Mistakes:
    return [ast.Pass()] if isinstance(node.targets[0], ast.Attribute | ast.Subscript) else []


_MISTAKES: Final[Mapping[type[ast.AST], Callable[[Any], Mistakes]]] = {
    ast.Compare: _compared,
    ast.BoolOp: _reckoned,
    ast.BinOp: _reckoned,
    ast.AugAssign: lambda node: [*_reckoned(node), ast.Pass()],
    ast.UnaryOp: lambda node: [node.operand] if isinstance(node.op, ast.Not) else [],
    ast.Constant: _told,
    ast.If: _asked,
    ast.IfExp: _asked,
    ast.While: _asked,
    ast.Return: _answered,
    ast.Expr: _done,
    ast.Assign: _kept,
    ast.Delete: lambda _: [ast.Pass()],
    ast.Continue: lambda _: [ast.Break()],
    ast.Break: lambda _: [ast.Continue()],
}


def _like(node: ast.AST, **changed: Any) -> ast.AST:
    other = deepcopy(node)
    for field, value in changed.items():
        setattr(other, field, value)
    return other


def _other_member(node: ast.Attribute, names: Namespace) -> Iterator[ast.AST]:
    """The next member of the enumeration."""
    kind = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
    if isinstance(kind, type) and issubclass(kind, Enum) and node.attr in kind.__members__:
        members = list(kind.__members__)
        yield _like(node, attr=members[(members.index(node.attr) + 1) % len(members)])
