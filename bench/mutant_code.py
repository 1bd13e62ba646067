"""How a mutation gets into a process that has loaded the module already.

Inside of one function it takes the function's place: every other module that has imported the function sees it. Where
the module's own statements change (a table, a default, a class), all that is ours must be loaded anew.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from bench.mutations import mutation

ROOT: Final = Path(__file__).parents[1]
OURS: Final = frozenset(path.name for path in ROOT.iterdir() if path.is_dir())


class Functions:
    """Every function that this process has loaded, to be found by its place."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int], list[FunctionType]] = {}
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType):
                self._found.setdefault(_place(thing.__code__), []).append(thing)

    def put_in(self, module: str, number: int) -> bool:
        """Change the function that a mutation lies in. False, and nothing changed: it lies in none that is loaded."""
        path = str(ROOT / module)
        source = Path(path).read_text(encoding="utf-8")
        names = vars(sys.modules[name_of(module)]) if name_of(module) in sys.modules else {}
        mutated = mutation(source, names, number).tree
        try:
            changed = list(_changed(_compiled(source, path), _compiled(mutated, path)))
            pairs = [(function, code) for before, code in changed for function in self._living(before)]
        except LookupError:
            return False
        for function, code in pairs:
            function.__code__ = code
        return bool(pairs)

    def _living(self, code: CodeType) -> Sequence[FunctionType]:
        """LookupError: none, or several that only look alike."""
        living = self._found.get(_place(code), [])
        if len({id(function.__code__) for function in living}) != 1:
            raise LookupError(code.co_qualname)
        return living


def name_of(module: str) -> str:
    """The name under which a path is imported."""
    return module.removesuffix(".py").replace("/", ".")


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _compiled(source: Any, path: str) -> CodeType:
    code = compile(source, path, "exec", dont_inherit=True)
    if not isinstance(code, CodeType):
        raise TypeError(path)
    return code


def _changed(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The outermost functions that differ. LookupError: something outside of them does."""
    if _own(before) != _own(after):
        raise LookupError(before.co_qualname)
    for one, other in zip(_within(before), _within(after), strict=True):
        if one != other and one.co_flags & CO_OPTIMIZED:
            yield one, other
        elif one != other:
            yield from _changed(one, other)


def _own(code: CodeType) -> tuple[Any, ...]:
    told = [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, told, len(_within(code))


def _within(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def load_anew(module: str, number: int) -> None:
    """Forget all that is ours: it is imported again, one module of it mutated."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS - {"bench"}]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Mutated(module, number))


class _Mutated(MetaPathFinder):
    """Imports one module with a mutation."""

    def __init__(self, module: str, number: int) -> None:
        self._path, self._number, self._name = ROOT / module, number, name_of(module)

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Of this module alone."""
        if name != self._name:
            return None
        return spec_from_file_location(name, self._path, loader=_Loader(name, str(self._path), self._number))


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, path)
        self._number = number

    def get_code(self, fullname: str) -> CodeType:
        """What is mutated needs the names of the module as it is: it is run once unchanged."""
        source = Path(self.path).read_text(encoding="utf-8")
        module = ModuleType(fullname)
        module.__file__ = self.path
        sys.modules[fullname], before = module, sys.modules.get(fullname)
        exec(_compiled(source, self.path), module.__dict__)  # noqa: S102 - our own module
        if before is not None:
            sys.modules[fullname] = before
        return _compiled(mutation(source, module.__dict__, self._number).tree, self.path)
