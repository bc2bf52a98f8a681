"""The key ring of session tokens, sealed at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update

from daypass.directory import scopes
from daypass.directory.errors import StoreError
from daypass.directory.records import TokenKeyRow, TokenKeyState
from daypass.directory.schema import token_keys
from daypass.secret import Secret

if TYPE_CHECKING:
    from sqlalchemy import Row

    from daypass.directory.context import Context

MATERIAL_PLACE: Final = ("token_keys", "sealed_material")
"""What sealed key material is bound to, besides the key's id."""

_MATERIAL_BYTES: Final = 32
_KILLED: Final = "killed"


class TokenKeys:
    """Staged keys open tokens but make none yet, the primary one makes them, retired ones open."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(self, state: TokenKeyState = "staged") -> TokenKeyRow:
        """Add a key. Its id is above all that ever were."""
        context = self._context
        last = context.connection.execute(select(func.max(token_keys.c.id))).scalar()
        key_id = (last or 0) + 1
        material = context.entropy(_MATERIAL_BYTES)
        values = {
            "id": key_id,
            "sealed_material": context.seal(*MATERIAL_PLACE, str(key_id), material),
            "state": state,
            "created_at": context.now,
            "changed_at": context.now,
        }
        context.add(token_keys, values)
        context.changed(scopes.token_keys())
        return TokenKeyRow(key_id, Secret(material.hex()), state, context.now, context.now)

    def list(self) -> tuple[TokenKeyRow, ...]:
        """Return the living keys, oldest first."""
        alive = select(token_keys).where(token_keys.c.state != _KILLED).order_by(token_keys.c.id)
        return tuple(self._read(row) for row in self._context.all(alive))

    def promote(self, key_id: int) -> None:
        """Make a key the primary one; the one before is retired and goes on opening.

        Raises:
            StoreError: there is no such key, or it was killed.
        """
        self._set(key_id, state="primary")
        before = (token_keys.c.state == "primary", token_keys.c.id != key_id)
        self._context.run(
            update(token_keys).where(*before).values(state="retired", changed_at=self._context.now)
        )

    def kill(self, key_id: int) -> None:
        """Forget a key for good: what it made opens no more.

        Raises:
            StoreError: there is no such key, or it was killed before.
        """
        self._set(key_id, state=_KILLED, sealed_material=None)

    def _set(self, key_id: int, **values: object) -> None:
        alive = (token_keys.c.id == key_id, token_keys.c.state != _KILLED)
        changed = update(token_keys).where(*alive).values(**values, changed_at=self._context.now)
        if not self._context.run(changed):
            raise StoreError(f"there is no living token key {key_id}")
        self._context.changed(scopes.token_keys())

    def _read(self, row: Row[*tuple[Any, ...]]) -> TokenKeyRow:
        material = self._context.unseal(*MATERIAL_PLACE, str(row.id), row.sealed_material)
        return TokenKeyRow(row.id, Secret(material.hex()), row.state, row.created_at, row.changed_at)
