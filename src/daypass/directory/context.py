"""What every repository works with: one transaction's connection, time and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from daypass.directory.quotas import Quotas, in_force
from daypass.directory.schema import change_horizon, changes, master_keys
from daypass.directory.sealing import Entropy, Sealer, key_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select, Table
    from sqlalchemy.sql.dml import Delete, Update


KEPT_CHANGES: Final = 16_384
"""How many changed scopes are kept; a feed further behind forgets everything."""

PRUNED_EVERY: Final = 1_024
"""How many changes go by between two prunings."""


class Context:
    """One transaction.

    Attributes:
        connection: for services with tables of their own.
        now: epoch seconds; the same throughout the transaction.
        entropy: gives random bytes.
    """

    def __init__(
        self, connection: Connection, *, now: int, entropy: Entropy, sealer: Sealer, quotas: Quotas
    ) -> None:
        self.connection: Final = connection
        self.now: Final = now
        self.entropy: Final = entropy
        self._sealer: Final = sealer
        self._default_quotas: Final = quotas
        self._changed: dict[str, None] = {}

    def quotas(self, account_id: str) -> Quotas:
        """Return the limits in force for an account."""
        return in_force(self, account_id, self._default_quotas)

    def changed(self, *scopes: str) -> None:
        """Note what this transaction touches; others learn of it when it commits."""
        self._changed.update(dict.fromkeys(scopes))

    @property
    def noted(self) -> tuple[str, ...]:
        """What this transaction has touched so far."""
        return tuple(self._changed)

    def seal(self, table: str, column: str, row: str, plain: bytes) -> bytes:
        """Seal a value for one row, under the master key the store names."""
        check = self.connection.execute(select(master_keys.c.sealed_check)).scalar_one()
        return self.seal_under(key_name(check), table, column, row, plain)

    def seal_under(self, key: bytes, table: str, column: str, row: str, plain: bytes) -> bytes:
        """Seal a value for one row, under the master key of that name."""
        return self._sealer.seal(key, table, column, row, plain)

    def unseal(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value of one row."""
        return self._sealer.unseal(table, column, row, sealed)

    def first(self, statement: Select[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]] | None:
        """Return the one row a statement finds, or None."""
        return self.connection.execute(statement).first()

    def all(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return all rows a statement finds."""
        return self.connection.execute(statement).all()

    def run(self, statement: Update | Delete) -> int:
        """Change rows; return how many."""
        return self.connection.execute(statement).rowcount

    def add(self, table: Table, *rows: Mapping[str, object]) -> None:
        """Insert rows; all have the same columns."""
        self.connection.execute(insert(table), list(rows))

    def exists(self, table: Table, *where: ColumnElement[bool]) -> bool:
        """Return whether a row like that is there."""
        return self.first(select(next(iter(table.c))).where(*where).limit(1)) is not None

    def count(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Return how many rows like that there are."""
        return self.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()

    def note_changes(self) -> int | None:
        """Write the noted scopes down, the last thing before a commit; return the last one's number."""
        if not self._changed:
            return None
        self.add(changes, *({"scope": scope} for scope in self._changed))
        last = self.connection.execute(select(func.max(changes.c.sequence))).scalar_one()
        if last % PRUNED_EVERY < len(self._changed):
            self._prune(last - KEPT_CHANGES)
        return int(last)

    def _prune(self, through: int) -> None:
        if through > 0:
            self.run(delete(changes).where(changes.c.sequence <= through))
            self.run(update(change_horizon).values(sequence=through))
