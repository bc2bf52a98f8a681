"""The page of error codes: what each means, and which operations answer with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.authn import authenticate, nonces
from daypass.errors import ErrorCode
from daypass.main import CATALOGUE
from daypass.service import codes
from daypass.signing import errors as signing
from daypass.tokens import errors as tokens
from tools.reference.markdown import code, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

_GATEWAY: Final = (signing, authenticate, nonces, tokens, codes)
_MANY: Final = 6

_PREFACE: Final = """# Error codes

An error answer carries `Code`, `Message`, `RequestId` and `HostId`, and for a denial `AccessDeniedDetail`.
Words in braces are filled in.
"""


def page() -> str:
    """Return the page."""
    return "\n".join(
        (
            _PREFACE,
            "## Before an operation is looked at\n",
            "Limits, form, signature, timestamp, token and nonce: any request may be answered with these.\n",
            table(("code", "status", "message"), _rows(_gateway())),
            "## From operations\n",
            table(("code", "status", "message", "operations"), _of_operations()),
        )
    )


def _gateway() -> set[ErrorCode]:
    rows: set[ErrorCode] = set(codes.EVERYWHERE)
    for module in _GATEWAY:
        rows.update(_declared_in(module))
    return rows


def _declared_in(module: ModuleType) -> Iterable[ErrorCode]:
    for value in vars(module).values():
        if isinstance(value, ErrorCode):
            yield value


def _rows(errors: Iterable[ErrorCode]) -> list[tuple[str, str, str]]:
    return sorted((code(error.code), str(error.status), plain(error.template)) for error in errors)


def _of_operations() -> list[tuple[str, str, str, str]]:
    named: dict[ErrorCode, list[str]] = {}
    for operation in CATALOGUE:
        for error in operation.errors() - codes.EVERYWHERE:
            named.setdefault(error, []).append(f"{operation.product}.{operation.name}")
    return sorted((*row, _names(named[error])) for error in named for row in _rows([error]))


def _names(names: list[str]) -> str:
    names = sorted(names)
    return (
        ", ".join(names)
        if len(names) <= _MANY
        else f"{', '.join(names[:_MANY])} and {len(names) - _MANY} more"
    )
