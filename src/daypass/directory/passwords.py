"""The passwords that users have and had, as hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from daypass.directory.records import KeptPassword
from daypass.directory.schema import passwords
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.directory.context import Context

KEPT: Final = 25
"""How many of a user's passwords are kept: the one in force, and as many as may be forbidden again."""


class Passwords:
    """The newest password of each user and those before it. They outlive a login profile, not their user."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def newest(self, user_id: str, count: int = KEPT) -> tuple[KeptPassword, ...]:
        """Return a user's passwords, newest first."""
        columns = (passwords.c.password_hash, passwords.c.set_at)
        mine = select(*columns).where(passwords.c.user_id == user_id)
        rows = self._context.all(mine.order_by(passwords.c.number.desc()).limit(count))
        return tuple(KeptPassword(Secret(row[0]), row[1]) for row in rows)

    def add(self, user_id: str, password_hash: Secret) -> None:
        """Note a user's new password; what is older than :data:`KEPT` is forgotten."""
        context = self._context
        own = passwords.c.user_id == user_id
        last = context.first(
            select(passwords.c.number).where(own).order_by(passwords.c.number.desc()).limit(1)
        )
        number = 1 if last is None else last[0] + 1
        row = {
            "user_id": user_id,
            "number": number,
            "password_hash": password_hash.reveal(),
            "set_at": context.now,
        }
        context.add(passwords, row)
        context.run(delete(passwords).where(own, passwords.c.number <= number - KEPT))

    def remove(self, user_id: str) -> None:
        """Forget all of a user's passwords."""
        self._context.run(delete(passwords).where(passwords.c.user_id == user_id))
