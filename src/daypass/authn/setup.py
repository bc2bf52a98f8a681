"""The first administrator of an account, made through a one-use link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from daypass.authn.console import digest_of
from daypass.authn.new_passwords import Measure
from daypass.authn.sign_in_errors import REUSED, TOO_WEAK
from daypass.directory.errors import USER_EXISTS
from daypass.directory.settings import PasswordPolicy
from daypass.errors import ErrorCode
from daypass.names import USER_NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from daypass.authn.console import Browser
    from daypass.authn.hashing import Hashing
    from daypass.authn.new_sessions import Begun, NewSessions
    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import SetupLink
    from daypass.secret import Secret

T = TypeVar("T")

ACTION: Final = "ConsoleSetup"
POLICY: Final = "AdministratorAccess"

LINK_UNKNOWN: Final = ErrorCode(
    "SetupLink.Unknown", 404, "There is no such link. `daypass console setup-link` makes a new one."
)
LINK_USED: Final = ErrorCode(
    "SetupLink.Used", 410, "This link was used already. `daypass console setup-link` makes a new one."
)
LINK_EXPIRED: Final = ErrorCode(
    "SetupLink.Expired", 410, "This link is too old. `daypass console setup-link` makes a new one."
)
BAD_NAME: Final = ErrorCode(
    "SetupLink.UserName", 400, "A logon name has 1 to 64 letters, digits and any of . _ -"
)


class Setup:
    """Takes setup links.

    Args:
        database: the store.
        new: makes sessions.
        hashing: threads for Argon2.
        readers: threads for read transactions.
        writer: the thread for write transactions.
        entropy: random bytes.
        done: called on a thread once a link was used.
    """

    def __init__(
        self,
        database: Database,
        new: NewSessions,
        hashing: Hashing,
        *,
        readers: Executor,
        writer: Executor,
        entropy: Callable[[int], bytes],
        done: Callable[[], None],
    ) -> None:
        self._database: Final = database
        self._new: Final = new
        self._hashing: Final = hashing
        self._readers: Final = readers
        self._writer: Final = writer
        self._entropy: Final = entropy
        self._done: Final = done

    async def account_of(self, link: str) -> str:
        """Return whose administrator a link makes.

        Raises:
            ApiError: the link is unknown, used or too old.
        """
        return (await _in(self._readers, lambda: self._read(link)))[0]

    async def complete(self, link: str, user_name: str, password: Secret, browser: Browser) -> Begun:
        """Use the link up, make the administrator and sign him in.

        Raises:
            ApiError: the link is not good, or the name or the password; then it is not used up.
        """
        with self._hashing.room():
            _, measure = await _in(self._readers, lambda: self._read(link))
            if USER_NAME.fullmatch(user_name) is None:
                raise BAD_NAME()
            entropy = self._entropy
            hashed = await self._hashing.run(
                lambda: measure.hash(user_name, password, entropy, weak=TOO_WEAK, reused=REUSED)
            )
            begun = await _in(self._writer, lambda: self._complete(link, user_name, hashed, browser))
        await _in(self._readers, self._done)
        return begun

    def _read(self, link: str) -> tuple[str, Measure]:
        with self._database.read() as txn:
            account = _good(txn, link).account_id
            return account, Measure(txn.settings.get(account, PasswordPolicy), ())

    def _complete(self, link: str, user_name: str, hashed: Secret, browser: Browser) -> Begun:
        with self._database.write() as txn:
            account = _good(txn, link).account_id
            if txn.users.find(account, user_name) is not None:
                raise USER_EXISTS(name=user_name)
            txn.setup_links.use(digest_of(link))
            user = txn.users.create(account, user_name)
            txn.login_profiles.create(account, user_name, hashed, password_initial=False)
            txn.attachments.attach(account, "User", user_name, "System", POLICY)
            self._new.put_on_record(txn, browser, account, user.arn, action=ACTION)
            return self._new.of_user(txn, user, browser, mfa=False)


def _good(txn: Transaction, link: str) -> SetupLink:
    found = txn.setup_links.find(digest_of(link))
    if found is None:
        raise LINK_UNKNOWN()
    if found.used_at is not None:
        raise LINK_USED()
    if found.expires_at <= txn.now:
        raise LINK_EXPIRED()
    return found


async def _in(executor: Executor, function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, function)
