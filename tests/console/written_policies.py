"""Policies as somebody might write them, with the place of every node: strange, and still JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

Path = tuple[int, ...]
"""To a node: the number of the entry, level by level."""

NAMES: Final = st.sampled_from(["__proto__", "constructor", "toString"]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=8
)
SPACE: Final = st.text(" \t\n", max_size=3)


@dataclass
class Obj:
    """An object: its members in order, repeated names too."""

    members: list[tuple[str, Any]]


@dataclass
class Written:
    """A policy as text, what it says, and where each value stands."""

    tree: Any
    text: str = ""
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)


def read(text: str) -> Any:
    """Read JSON without losing repeated names."""
    return json.loads(text, object_pairs_hook=Obj)


def member(tree: Obj, name: str) -> int:
    """Return the number of an object's member."""
    return [key for key, _ in tree.members].index(name)


def _values(draw: Callable[[st.SearchStrategy[Any]], Any], some: st.SearchStrategy[str]) -> Any:
    return draw(some | st.lists(some, max_size=3, unique=True))


ACTIONS: Final = st.sampled_from(
    ["iot:*", "iot:Query*", "ram:ListRoles", "constructor:x", "*"]
) | NAMES.filter(bool)
UNKNOWN: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.lists(st.tuples(NAMES, inner), max_size=2).map(Obj),
    max_leaves=4,
)


@st.composite
def _conditions(draw: Any) -> Obj:
    operators = draw(
        st.lists(st.sampled_from(["StringLike", "Bool", "IpAddress"]), min_size=1, max_size=2, unique=True)
    )
    keys = st.lists(NAMES, min_size=1, max_size=2, unique=True)
    return Obj([(name, Obj([(key, _values(draw, NAMES)) for key in draw(keys)])) for name in operators])


@st.composite
def _statements(draw: Any) -> Obj:
    members = [
        ("Effect", draw(st.sampled_from(["Allow", "Deny"]))),
        (draw(st.sampled_from(["Action", "NotAction"])), _values(draw, ACTIONS)),
        ("Resource", _values(draw, NAMES)),
    ]
    members = [each for each in members if draw(st.integers(0, 9))]
    if draw(st.booleans()):
        members.append(("Condition", draw(_conditions())))
    if not draw(st.integers(0, 3)):
        types = draw(st.lists(st.sampled_from(["RAM", "Service"]) | NAMES, max_size=2, unique=True))
        members.append(("Principal", Obj([(name, _values(draw, NAMES)) for name in types])))
    for name in draw(st.lists(st.sampled_from(["Sid", "Effect", "Action", "Note", "Condition"]), max_size=2)):
        members.append((name, draw(UNKNOWN)))
    return Obj(draw(st.permutations(members)))


@st.composite
def written_policies(draw: Any) -> Written:
    """Make a policy: known and unknown elements, odd spacing, repeated names, any Unicode."""
    statements = draw(st.lists(_statements(), min_size=1, max_size=3))
    bare = len(statements) == 1 and draw(st.booleans())
    members: list[tuple[str, Any]] = [
        ("Version", "1"),
        ("Statement", statements[0] if bare else statements),
        *[(name, draw(UNKNOWN)) for name in draw(st.lists(st.sampled_from(["Id", "x"]), max_size=2))],
    ]
    made = Written(Obj(draw(st.permutations(members))))
    pieces: list[str] = []
    length = 0

    def put(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    def string(value: str) -> str:
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    def write(node: Any, path: Path) -> None:
        start = length
        if isinstance(node, Obj | list):
            entries = node.members if isinstance(node, Obj) else node
            put("{" if isinstance(node, Obj) else "[")
            put(draw(SPACE))
            for number, entry in enumerate(entries):
                put(("," + draw(SPACE)) if number else "")
                if isinstance(node, Obj):
                    put(string(entry[0]) + draw(SPACE) + ":" + draw(SPACE))
                write(entry[1] if isinstance(node, Obj) else entry, (*path, number))
                put(draw(SPACE))
            put("}" if isinstance(node, Obj) else "]")
        else:
            put(string(node) if isinstance(node, str) else json.dumps(node))
        made.spans[path] = (start, length)

    put(draw(SPACE))
    write(made.tree, ())
    put(draw(SPACE))
    made.text = "".join(pieces)
    return made
