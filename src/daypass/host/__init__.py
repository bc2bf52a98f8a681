"""Host administration: what is done on the machine itself, not through the API.

It works on the store directly, also while a server runs, and is on record like the rest.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.directory.errors import StoreError
from daypass.directory.records import AccessKey
from daypass.host.record import record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import TokenKeyRow
    from daypass.secret import Secret

ROOT_CREDENTIALS: Final = "root-credentials.json"


class Presets(msgspec.Struct, frozen=True):
    """What the first account is made with instead of new values.

    Attributes:
        account_id: 16 digits.
        root_key: AccessKey ID and secret.
    """

    account_id: str | None = None
    root_key: tuple[str, Secret] | None = None


def create_account(
    database: Database, presets: Presets, before_commit: Callable[[AccessKey], None] = lambda _: None
) -> AccessKey:
    """Create an account with a root AccessKey.

    Args:
        database: where.
        presets: id and key to use instead of new ones.
        before_commit: called with the key; if it fails, no account is made.

    Raises:
        ApiError: ``EntityAlreadyExists.Account``, ``….AccountAlias``, and for a preset key
            ``….User.AccessKey``.
    """
    with database.write() as txn:
        account = txn.accounts.create(presets.account_id)
        key = txn.access_keys.create(account.id, preset=presets.root_key)
        record(txn, account.id, "CreateAccount", account.arn)
        before_commit(key)
    return key


def create_root_key(database: Database, account_id: str) -> AccessKey:
    """Create a further root AccessKey of an account.

    Raises:
        ApiError: ``LimitExceeded.User.AccessKey``, it has as many as it may have.
    """
    with database.write() as txn:
        key = txn.access_keys.create(account_id)
        record(txn, account_id, "CreateAccessKey", f"acs:ram::{account_id}:root")
    return key


def chosen_account(database: Database, account_id: str | None) -> str:
    """Return the account that is meant: the one named or, if none is, the only one.

    Raises:
        StoreError: there is no such account, or several and none is named.
    """
    with database.read() as txn:
        if account_id is not None:
            if txn.accounts.find(account_id) is None:
                raise StoreError(f"there is no account {account_id}")
            return account_id
        present = txn.accounts.list(limit=2).items
    if len(present) != 1:
        raise StoreError(
            "there are several accounts; name one with --account" if present else "there is no account"
        )
    return present[0].id


def first_account(database: Database, presets: Presets, directory: Path) -> str:
    """Return the oldest account's id; make it first, with its credentials' file, if there is none."""
    with database.read() as txn:
        present = txn.accounts.list(limit=1).items
    if present:
        return present[0].id
    return create_account(database, presets, lambda key: write_credentials(directory, key)).account_id


def first_token_key(database: Database) -> bool:
    """Make the first key of the token ring, unless there is one; return whether it was made."""
    with database.write() as txn:
        missing = not txn.token_keys.list()
        if missing:
            key = txn.token_keys.create("primary")
            record(txn, "", "CreateTokenKey", _key_name(key.id))
    return missing


def token_keys(database: Database) -> tuple[TokenKeyRow, ...]:
    """Return the living keys of the token ring, oldest first."""
    with database.read() as txn:
        return txn.token_keys.list()


def rotate_token_key(database: Database) -> int:
    """Take a new token key into use and retire the one before; return the new one's id.

    Both happen in one transaction, so that no node ever sees a ring without a primary key.
    A node that mints under the new key has seen the commit; a node that is then shown such
    a token, and has the old ring in its cache, asks the change feed before it refuses a
    caller, and finds the same commit there. Retired keys go on opening, so nothing ends.
    """
    with database.write() as txn:
        return _replace_primary(txn)


def kill_token_key(database: Database, key_id: int) -> None:
    """Take a key out of the ring for good: what it sealed opens no more, from this commit on.

    If it is the primary one, a new key takes its place.

    Raises:
        StoreError: there is no such key, or it was killed before.
    """
    with database.write() as txn:
        states = {key.id: key.state for key in txn.token_keys.list()}
        if states.get(key_id) == "primary":
            _replace_primary(txn)
        txn.token_keys.kill(key_id)
        record(txn, "", "KillTokenKey", _key_name(key_id))


def _replace_primary(txn: Transaction) -> int:
    key = txn.token_keys.create("staged")
    txn.token_keys.promote(key.id)
    record(txn, "", "RotateTokenKey", _key_name(key.id))
    return key.id


def _key_name(key_id: int) -> str:
    return f"token-key/{key_id}"


def credentials_json(key: AccessKey) -> str:
    """Return a root AccessKey as ``root-credentials.json`` holds it; reveals the secret."""
    shown = {"AccountId": key.account_id, "AccessKeyId": key.id, "AccessKeySecret": key.secret.reveal()}
    return json.dumps(shown)


def write_credentials(directory: Path, key: AccessKey) -> None:
    """Write ``root-credentials.json``, readable by its owner alone."""
    path = directory / ROOT_CREDENTIALS
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(credentials_json(key) + "\n")
