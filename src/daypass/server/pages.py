"""Pages for operators: health, readiness, metrics, and what an error code means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Database
    from daypass.errors import ErrorCode
    from daypass.service.operation import Catalogue

TEXT: Final = "text/plain;charset=utf-8"
PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"

Page = tuple[int, str, bytes]


def pages(catalogue: Catalogue, database: Database) -> dict[str, Callable[[str], Page]]:
    """Return the pages by their path's first segment."""
    return {
        "healthz": lambda _: (200, TEXT, b"ok\n"),
        "readyz": lambda _: _ready(database),
        "metrics": lambda _: (200, PROMETHEUS, generate_latest()),
        "errors": lambda code: _error(catalogue, code),
    }


def _ready(database: Database) -> Page:
    try:
        with database.read() as txn:
            txn.accounts.list(limit=1)
    except Exception as fault:  # noqa: BLE001 (whatever keeps the store from answering means not ready)
        return 503, TEXT, f"the store does not answer: {type(fault).__name__}\n".encode()
    return 200, TEXT, b"ready\n"


def _error(catalogue: Catalogue, code: str) -> Page:
    """Say what a code means and which operations give it."""
    meanings: dict[ErrorCode, list[str]] = {}
    for operation in catalogue:
        for error in operation.errors():
            if error.code == code:
                meanings.setdefault(error, []).append(f"{operation.product}.{operation.name}")
    if not meanings:
        return 404, TEXT, b"No operation declares this code; it is the gateway's, or not one at all.\n"
    lines = [
        f"{error.code} (HTTP {error.status})\n{error.template}\nGiven by: {', '.join(sorted(names))}\n"
        for error, names in meanings.items()
    ]
    return 200, TEXT, "\n".join(lines).encode()
