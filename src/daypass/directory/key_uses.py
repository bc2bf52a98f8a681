"""When AccessKeys were last used, and for which service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update

from daypass.directory.records import KeyUse
from daypass.directory.schema import access_key_uses, access_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from daypass.directory.context import Context

_AT_ONCE: Final = 500
"""How many keys one statement names."""

_NEWER: Final = (
    update(access_key_uses)
    .where(
        access_key_uses.c.access_key_id == bindparam("key"), access_key_uses.c.used_at < bindparam("moment")
    )
    .values(used_at=bindparam("moment"), service=bindparam("of_service"))
)


class KeyUses:
    """The last use of each key that was ever used; gathered elsewhere, written in batches."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def find(self, access_key_id: str) -> KeyUse | None:
        """Return a key's last use, or None."""
        return self.of([access_key_id]).get(access_key_id)

    def of(self, access_key_ids: Sequence[str]) -> dict[str, KeyUse]:
        """Return the last use of each of the keys that was ever used."""
        columns = (access_key_uses.c.access_key_id, access_key_uses.c.used_at, access_key_uses.c.service)
        found = {}
        for some in _some(access_key_ids):
            rows = self._context.all(select(*columns).where(access_key_uses.c.access_key_id.in_(some)))
            found.update({row[0]: KeyUse(row[1], row[2]) for row in rows})
        return found

    def note(self, uses: Mapping[str, KeyUse]) -> None:
        """Note uses: what is older than what is known changes nothing, nor do keys that are gone.

        No scope is noted, since nothing that is decided rests on it.
        """
        context = self._context
        for some in _some(list(uses)):
            known = self.of(some)
            rows = context.all(select(access_keys.c.id).where(access_keys.c.id.in_(some)))
            fresh = [row[0] for row in rows if row[0] not in known]
            if fresh:
                context.add(
                    access_key_uses,
                    *(
                        {"access_key_id": key, "used_at": uses[key].used_at, "service": uses[key].service}
                        for key in fresh
                    ),
                )
            if known:
                newer = [
                    {"key": key, "moment": uses[key].used_at, "of_service": uses[key].service}
                    for key in known
                ]
                context.connection.execute(_NEWER, newer)


def _some(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
