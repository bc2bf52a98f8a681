"""Prints the sizes of modules and functions and compares them with the project's budgets.

A budget is a shape, not a law of nature: medians and ninth deciles keep the whole
readable, the hard stops keep single places from running away. Lines of a function
are counted without its docstring and without its signature.
"""

from __future__ import annotations

import ast
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCE: Final = Path(__file__).parent.parent / "src" / "daypass"
TRIVIAL: Final = 5  # modules of fewer lines (a bare __init__) would only flatter the figures
SHOWN: Final = 5  # of the largest of each kind


@dataclass(frozen=True, slots=True)
class Budget:
    """What a kind of thing may measure, in lines."""

    kind: str
    median: int
    ninth_decile: int
    hard_stop: int


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """One measured thing."""

    lines: int
    name: str


MODULES: Final = Budget("module", median=150, ninth_decile=400, hard_stop=600)
FUNCTIONS: Final = Budget("function", median=10, ninth_decile=30, hard_stop=60)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function's body, its docstring left out."""
    body = function.body
    documented = ast.get_docstring(function, clean=False) is not None
    if documented:
        body = body[1:]
    if not body:
        return 0
    last = body[-1].end_lineno or body[-1].lineno
    return last - body[0].lineno + 1


def functions(tree: ast.Module, module: str) -> Iterator[Size]:
    """Measure every function and method of a module, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Size(body_lines(node), f"{module}:{node.lineno} {node.name}")


def measure(source: Path) -> tuple[list[Size], list[Size]]:
    """Measure a source tree: its modules, then its functions."""
    modules: list[Size] = []
    found: list[Size] = []
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(source.parent).as_posix()
        if (lines := text.count("\n")) >= TRIVIAL:
            modules.append(Size(lines, name))
        found.extend(functions(ast.parse(text), name))
    return modules, found


def excesses(sizes: Sequence[Size], budget: Budget) -> list[str]:
    """Print the figures of one kind; return what is over its budget, in words."""
    lines = sorted(size.lines for size in sizes)
    median = statistics.median(lines)
    ninth = lines[min(len(lines) - 1, len(lines) * 9 // 10)]
    print(f"{len(lines)} {budget.kind}s: median {median:.0f} lines (budget {budget.median}),", end=" ")
    print(f"p90 {ninth} ({budget.ninth_decile}), longest {lines[-1]} ({budget.hard_stop})")
    for size in sorted(sizes, reverse=True)[:SHOWN]:
        print(f"  {size.lines:5}  {size.name}")
    over = [
        f"{size.name} has {size.lines} lines, the hard stop is {budget.hard_stop}"
        for size in sizes
        if size.lines > budget.hard_stop
    ]
    if median > budget.median:
        over.append(f"the median {budget.kind} has {median:.0f} lines, the budget is {budget.median}")
    if ninth > budget.ninth_decile:
        over.append(
            f"one {budget.kind} in ten has {ninth} lines or more, the budget is {budget.ninth_decile}"
        )
    return over


def main(source: Path = SOURCE) -> int:
    """Measure, print, and return the exit code: 1 when something is over its budget."""
    modules, found = measure(source)
    over = excesses(modules, MODULES) + excesses(found, FUNCTIONS)
    for line in over:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
