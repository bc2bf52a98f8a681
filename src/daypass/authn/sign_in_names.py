"""Whom a name means that somebody signs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authn import lockout

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import Account, LoginProfile, User

LONGEST_NAME: Final = 192
_SUFFIX: Final = ".onaliyun.com"


class Found(msgspec.Struct, frozen=True):
    """What a name stands for; nothing of it need be there.

    Attributes:
        subject: what attempts on the name are counted under.
    """

    subject: str
    account: Account | None = None
    user: User | None = None
    profile: LoginProfile | None = None


def find(txn: Transaction, name: str) -> Found:
    """Return whom a name stands for.

    ``user@<alias>``, ``user@<alias>.onaliyun.com``, and the same with the account's id; a
    name alone where there is but one account.
    """
    user_name, at, domain = name.strip().rpartition("@")
    if at:
        account = txn.accounts.by_alias(domain.lower().removesuffix(_SUFFIX))
    else:
        user_name, present = domain, txn.accounts.list(limit=2).items
        account = present[0] if len(present) == 1 else None
    if account is None or len(name) > LONGEST_NAME:
        return Found(lockout.name_subject("name", name.strip().lower()))
    subject = lockout.name_subject("name", f"{user_name.lower()}@{account.id}")
    user = txn.users.find(account.id, user_name)
    profile = txn.login_profiles.find(user.id) if user is not None else None
    return Found(subject, account, user, profile)
