"""A way back in, when an account's network policies have shut everybody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.settings import AccountKeyPolicy
from daypass.host.record import record

if TYPE_CHECKING:
    from daypass.directory.database import Database


def unlock(database: Database, account_id: str) -> int:
    """Take away the network policy of an account and those of its own AccessKeys.

    Returns:
        How many there were.
    """
    with database.write() as txn:
        keys = [key.id for key in txn.access_keys.list(account_id) if txn.key_policies.find(key.id)]
        for key in keys:
            txn.key_policies.set(key, None)
        had = bool(txn.settings.get(account_id, AccountKeyPolicy).document)
        txn.settings.clear(account_id, AccountKeyPolicy)
        record(txn, account_id, "ClearAccessKeyPolicies", f"acs:ram::{account_id}:root")
    return len(keys) + had
