"""Where products and devices are kept.

:mod:`.tables` has the tables, :mod:`.products` and :mod:`.devices` the functions that
read and write them in a :class:`Transaction`. Secrets are sealed, each bound to its row;
writes note the scope of the product they touch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from daypass.directory.sealing import Entropy


class Transaction(Protocol):
    """What of the directory's transaction this service needs."""

    @property
    def connection(self) -> Connection:
        """Where statements run."""
        ...

    @property
    def entropy(self) -> Entropy:
        """Gives random bytes."""
        ...

    def changed(self, *scopes: str) -> None:
        """Note what was touched, for everyone that keeps answers."""
        ...

    def seal(self, table: str, column: str, row: str, plain: bytes) -> bytes:
        """Seal a value for one row."""
        ...

    def unseal(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value of one row."""
        ...
