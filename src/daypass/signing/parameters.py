"""Parameters of a query or form: their values, and the canonical text the schemes sign.

Most clients send percent-encoding that is already canonical. One regular expression
tells; then the raw pairs only need sorting. Everything else is decoded and encoded anew.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.signing.encoding import UNRESERVED, decode_octets, percent_decode, percent_encode
from daypass.signing.errors import DUPLICATE, MAX_PARAMETERS, TOO_MANY, shown
from daypass.signing.request import SYSTEM_PARAMETERS

if TYPE_CHECKING:
    from daypass.signing.request import WireRequest

BETWEEN: Final = "\x01"
"""Stands between name and value in a canonical pair. It sorts below every character of
an encoded name, so that sorting the pairs sorts by name, and occurs nowhere else."""

FORM_TYPE: Final = "application/x-www-form-urlencoded"

_PLAIN: Final = f"[{re.escape(UNRESERVED)}]"
# Encoded are exactly the bytes that must be: no unreserved ones, digits in upper case.
# %01 is left to the slow path, which frees that character as a mark.
_OCTET: Final = "%(?:0[02-9A-F]|[189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|[46]0|5[B-E]|7[BCDF])"
_PAIR: Final = f"{_PLAIN}++={_PLAIN}*+(?:{_OCTET}{_PLAIN}*+)*+"
_CANONICAL: Final = re.compile(f"{_PAIR}(?:&{_PAIR})*+", re.ASCII)


class Parameters(NamedTuple):
    """What a query or form says.

    Attributes:
        values: name to value, decoded. The caller may change it.
        pairs: ``name BETWEEN value``, both percent-encoded, sorted by the bytes of the
            decoded name. The caller may change it.
        plain: no name needs percent-encoding.
    """

    values: dict[str, str]
    pairs: list[str]
    plain: bool


def read_parameters(text: str) -> Parameters:
    """Read the parameters of a query, of a form, or of both joined by ``&``.

    Args:
        text: percent-encoded; ``+`` and ``%20`` are both a space. Empty pieces are skipped.

    Raises:
        ApiError: a name stands twice, there are too many, or the encoding is broken
            (``InvalidParameter.Duplicate``, ``.TooMany``, ``.Encoding``).
    """
    if not text:
        return Parameters({}, [], plain=True)
    if text.count("&") >= MAX_PARAMETERS:
        raise TOO_MANY()
    if "+" in text:
        text = text.replace("+", "%20")
    return _already_canonical(text) if canonical(text) else _any_encoding(text)


def canonical(text: str) -> bool:
    """Return whether parameters stand in the one encoding that is signed; their order may be any."""
    return _CANONICAL.fullmatch(text) is not None


def form_text(request: WireRequest, content_type: str | None) -> str:
    """Return the body as text to read parameters from; ``""`` unless it is a form."""
    if not request.body or content_type is None:
        return ""
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        return ""
    return request.body.decode("latin-1")


def joined(query: str, form: str) -> str:
    """Join a query and a form, either of which may be empty."""
    return f"{query}&{form}" if query and form else query or form


def add_form(values: dict[str, str], form: str) -> None:
    """Add a form's parameters to those of the query.

    Raises:
        ApiError: as :func:`read_parameters`, for both together.
    """
    for name, value in read_parameters(form).values.items():
        if name in values:
            raise DUPLICATE(name=shown(name))
        values[name] = value
    if len(values) > MAX_PARAMETERS:
        raise TOO_MANY()


def take_system_parameters(values: dict[str, str], action: str, version: str) -> str:
    """Remove what belongs to the protocol where headers carry it; return ``Format``, ``""`` if absent.

    Args:
        values: of query and form.
        action: as the signed headers name it.
        version: likewise.

    Raises:
        ApiError: a parameter names another action or version (``InvalidParameter.Duplicate``).
    """
    if values.get("Action", action) != action:
        raise DUPLICATE(name="Action")
    if values.get("Version", version) != version:
        raise DUPLICATE(name="Version")
    named_format = values.get("Format", "")
    for name in SYSTEM_PARAMETERS:
        values.pop(name, None)
    return named_format


def _already_canonical(text: str) -> Parameters:
    marked = text.replace("=", BETWEEN)
    pairs = marked.split("&")
    pairs.sort()
    said = decode_octets(marked.replace("&", BETWEEN)).split(BETWEEN)
    values = dict(zip(said[::2], said[1::2], strict=True))
    if len(values) != len(pairs):
        raise DUPLICATE(name=shown(_first_repeated(pairs)))
    return Parameters(values, pairs, plain=True)


def _first_repeated(pairs: list[str]) -> str:
    names = [pair.partition(BETWEEN)[0] for pair in pairs]
    return next(name for name, following in pairwise(names) if name == following)


def _any_encoding(text: str) -> Parameters:
    values: dict[str, str] = {}
    for piece in text.split("&"):
        if piece:
            raw_name, _, raw_value = piece.partition("=")
            name = percent_decode(raw_name)
            if name in values:
                raise DUPLICATE(name=shown(name))
            values[name] = percent_decode(raw_value)
    # Text sorts by code point, which is the order of its UTF-8 bytes.
    names = sorted(values)
    encoded = [percent_encode(name) for name in names]
    pairs = [
        f"{shape}{BETWEEN}{percent_encode(values[name])}" for name, shape in zip(names, encoded, strict=True)
    ]
    return Parameters(values, pairs, plain=encoded == names)
