"""JSON text to values, refusing what JSON readers silently accept.

``json`` keeps the last of two equal keys, follows nesting down to the interpreter's
stack, turns long digits into numbers at quadratic cost and lets NaN pass. A policy that
reads differently to two readers hides a statement from one of them, so all of these are
refused here, before anything looks at the meaning.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Final, NoReturn

from daypass.policy.errors import MalformedDocument

MAX_DEPTH: Final = 100
"""Levels of nesting; a policy with everything in it has six, and the interpreter's stack far more."""

_BESIDE_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^"\[{\]}]+', re.DOTALL)


class BareNumber(str):
    """A JSON number, as it was written."""

    __slots__ = ()


class RepeatedKey(dict[str, Any]):
    """An object in which a key stands twice; whoever reads it refuses it, naming the place."""

    repeated: str


def decode(text: str) -> Any:
    """Decode JSON text to dicts, lists, strings, booleans and None; numbers stay text.

    A number becomes a :class:`BareNumber`, an object with a repeated key a :class:`RepeatedKey`.

    Raises:
        MalformedDocument: it is no JSON, is nested deeper than :data:`MAX_DEPTH`, holds
            NaN or Infinity, or half of a surrogate pair.
    """
    try:
        text.encode()
        _check_depth(text)
        value = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise MalformedDocument("it holds half of a surrogate pair, which is no character") from None
    except json.JSONDecodeError as error:
        raise MalformedDocument(
            f"it is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    return value


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BESIDE_BRACKETS.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedDocument(f"it is nested more than {MAX_DEPTH} levels deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    repeating = RepeatedKey(made)
    repeating.repeated = Counter(key for key, _ in pairs).most_common(1)[0][0]
    return repeating


def _constant(name: str) -> NoReturn:
    raise MalformedDocument(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=BareNumber, parse_float=BareNumber, parse_constant=_constant
)
