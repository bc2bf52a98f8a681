"""Failed attempts to sign in, of users, of names that are nobody's, and of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from daypass.directory.records import Attempts
from daypass.directory.schema import sign_in_attempts

if TYPE_CHECKING:
    from daypass.directory.context import Context

FORGOTTEN_SECONDS: Final = 24 * 3600
"""After so long without a failure, those before count no more."""


class SignInAttempts:
    """Counts of failures in a row; who counts says what a subject is."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def find(self, subject: str) -> Attempts | None:
        """Return the failures of a subject, or None."""
        found = select(sign_in_attempts.c.failures, sign_in_attempts.c.failed_at)
        row = self._context.first(
            found.where(
                sign_in_attempts.c.subject == subject,
                sign_in_attempts.c.failed_at > self._context.now - FORGOTTEN_SECONDS,
            )
        )
        return None if row is None else Attempts(row[0], row[1])

    def note_failure(self, subject: str) -> Attempts:
        """Count a failure, and forget what is a day old."""
        context = self._context
        old = sign_in_attempts.c.failed_at <= context.now - FORGOTTEN_SECONDS
        context.run(delete(sign_in_attempts).where(old))
        before = self.find(subject)
        counted = Attempts(1 if before is None else before.failures + 1, context.now)
        values = {"failures": counted.failures, "failed_at": counted.failed_at}
        if before is None:
            context.add(sign_in_attempts, {"subject": subject, **values})
        else:
            own = sign_in_attempts.c.subject == subject
            context.run(update(sign_in_attempts).where(own).values(values))
        return counted

    def forget(self, subject: str) -> None:
        """Forget the failures of a subject."""
        self._context.run(delete(sign_in_attempts).where(sign_in_attempts.c.subject == subject))
