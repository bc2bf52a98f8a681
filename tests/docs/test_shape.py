"""The tool that measures modules and functions measures them right."""

from __future__ import annotations

import ast

import pytest

from tools import shape


def only_function(source: str) -> shape.Size:
    (size,) = shape.functions(ast.parse(source), "m.py")
    return size


def test_a_functions_docstring_and_signature_do_not_count() -> None:
    assert (
        only_function(
            'def f(\n    a,\n):\n    """What.\n\n    More.\n    """\n    x = a\n    return x\n'
        ).lines
        == 2
    )


def test_a_function_that_is_only_documented_has_no_lines() -> None:
    assert only_function('def f():\n    """What."""\n').lines == 0


def test_nested_functions_are_measured_on_their_own() -> None:
    nested = ast.parse("def f():\n    def g():\n        return 1\n    return g\n")
    assert [size.lines for size in shape.functions(nested, "m.py")] == [3, 1]


def test_a_size_over_the_hard_stop_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = [shape.Size(4, "a"), shape.Size(4, "b"), shape.Size(61, "c")] + [shape.Size(4, "d")] * 20
    assert shape.excesses(sizes, shape.FUNCTIONS) == ["c has 61 lines, the hard stop is 60"]
    assert "longest 61 (60)" in capsys.readouterr().out


def test_medians_and_deciles_over_budget_are_told() -> None:
    assert len(shape.excesses([shape.Size(31, "a")] * 10, shape.FUNCTIONS)) == 2
