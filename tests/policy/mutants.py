"""Broken copies of the evaluator, and a way to run the conformance vectors against one.

A mutant is the source of one module with one thing changed: a comparison, a connective, a
condition, a constant, a name. The package is loaded anew around it, aside from the real
one, and asked for the vectors' verdicts.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import daypass.policy

PACKAGE = "daypass.policy"
SOURCES = Path(__file__).parents[2] / "src" / "daypass" / "policy"
VECTORS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "conformance" / "policy").glob("*.json"))
]

FLIPS: dict[type[ast.AST], type[ast.cmpop | ast.boolop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    "any": "all",
    "all": "any",
    "startswith": "endswith",
    "endswith": "startswith",
    "eq": "ne",
    "lt": "le",
    "le": "lt",
    "gt": "ge",
    "ge": "gt",
    "ALLOW": "IMPLICIT_DENY",
    "EXPLICIT_DENY": "IMPLICIT_DENY",
    "IMPLICIT_DENY": "EXPLICIT_DENY",
}
LAYERS = ["control", "session", "identity", "resource_group", "trust"]


class Mutant(NamedTuple):
    """One change: the module, where and what, and the code it becomes."""

    module: str
    line: int
    source: str
    change: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.change}: {self.source}"


def mutants_of(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    path = SOURCES / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    scratch = _nodes(ast.parse(text))
    ways = [(at, way) for at, node in enumerate(scratch) for way in range(3) if _changed(node, way)]
    for at, way in ways:
        tree = ast.parse(text)
        node = _nodes(tree)[at]
        change = _changed(node, way) or ""
        line = _line(node)
        code = compile(ast.fix_missing_locations(tree), str(path), "exec")
        yield Mutant(module, line, lines[line - 1].strip(), change, code)


def _line(node: ast.AST) -> int:
    if isinstance(node, ast.comprehension):
        return node.iter.lineno
    return int(getattr(node, "lineno", 0))


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes that run: not how classes are made, not what is only for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            node.keywords, node.decorator_list = [], []
    return list(ast.walk(tree))


def _changed(node: ast.AST, variant: int) -> str | None:  # noqa: C901, PLR0911 - one branch for each kind of change
    """Change a node in place in its nth way; say how, or None when there is no such way."""
    if isinstance(node, ast.Compare) and variant < len(node.ops):
        flipped = FLIPS[type(node.ops[variant])]
        return _set_item(node.ops, variant, flipped())
    if isinstance(node, ast.If | ast.IfExp | ast.comprehension) and variant == 0:
        tests = node.ifs if isinstance(node, ast.comprehension) else [node.test]
        if not tests:
            return None
        negated = ast.UnaryOp(ast.Not(), tests[0])
        if isinstance(node, ast.comprehension):
            node.ifs[0] = negated
        else:
            node.test = negated
        return "negate the condition"
    if variant:
        return None
    if isinstance(node, ast.BoolOp):
        node.op = FLIPS[type(node.op)]()  # type: ignore[assignment]  # a boolop for a boolop
        return f"to {type(node.op).__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        return "drop not"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
        return f"to {node.value}"
    if isinstance(node, ast.Constant) and node.value in LAYERS:
        node.value = LAYERS[LAYERS.index(str(node.value)) - 1]
        return f"to {node.value}"
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name not in NAMES:
            return None
        setattr(node, "id" if isinstance(node, ast.Name) else "attr", NAMES[name])
        return f"{name} to {NAMES[name]}"
    return None


def _set_item(items: list[Any], at: int, new: ast.AST) -> str:
    items[at] = new
    return f"to {type(new).__name__}"


def replaced(module: str, old: str, new: str) -> CodeType:
    """Return a module's code with one text, which must stand there once, replaced by another."""
    text = (SOURCES / f"{module}.py").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {module}"
    return compile(text.replace(old, new), module, "exec")


class _Loader(importlib.abc.Loader):
    def __init__(self, code: CodeType) -> None:
        self._code = code

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - our own source, changed by us


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, code: CodeType) -> None:
        self._name, self._loader = f"{PACKAGE}.{module}", _Loader(code)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:  # noqa: ARG002 - the interface
        return importlib.util.spec_from_loader(fullname, self._loader) if fullname == self._name else None


@contextlib.contextmanager
def loaded(module: str = "", code: CodeType | None = None) -> Iterator[Callable[[str], Any]]:
    """Load the package anew, with one module's code exchanged; give its ``run_suite``."""
    real = {name: found for name, found in sys.modules.items() if name.startswith(PACKAGE)}
    attribute = daypass.policy
    finder = _Finder(module, code) if code is not None else None
    for name in real:
        del sys.modules[name]
    if finder is not None:
        sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(PACKAGE).run_suite
    finally:
        if finder is not None:
            sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
            del sys.modules[name]
        sys.modules.update(real)
        daypass.policy = attribute


def survives(module: str, code: CodeType) -> bool:
    """Whether every vector still passes with one module's code exchanged."""
    try:
        with loaded(module, code) as run_suite:
            return all_pass(run_suite)
    except Exception:  # noqa: BLE001 - a mutant that breaks down is a mutant found
        return False


def all_pass(run_suite: Callable[[str], Any]) -> bool:
    """Whether every vector passes; those that found the last mutants are asked first."""
    for number, text in enumerate(VECTORS):
        try:
            failed = run_suite(text).failed
        except Exception:
            VECTORS.insert(0, VECTORS.pop(number))
            raise
        if failed:
            VECTORS.insert(0, VECTORS.pop(number))
            return False
    return True
