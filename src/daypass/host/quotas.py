"""The quotas of an account, listed and set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from daypass.directory.quotas import NAMES, Quotas
from daypass.host.record import record

if TYPE_CHECKING:
    from daypass.directory.database import Database


class Quota(Struct, frozen=True):
    """One quota of an account.

    Attributes:
        value: in force.
        default: without a value of the account's own.
    """

    name: str
    value: int
    default: int


def quotas(database: Database, account_id: str) -> tuple[Quota, ...]:
    """Return every quota of an account."""
    defaults = Quotas()
    with database.read() as txn:
        in_force = txn.quotas(account_id)
    return tuple(Quota(name, getattr(in_force, name), getattr(defaults, name)) for name in NAMES)


def set_quota(database: Database, account_id: str, name: str, value: int | None) -> None:
    """Set a quota of an account; None goes back to the default. It counts at once, at every worker.

    Raises:
        StoreError: there is no such quota, or the value is out of range.
    """
    with database.write() as txn:
        txn.account_quotas.set(account_id, name, value)
        record(txn, account_id, "SetQuota", f"quota/{name}", {"Value": value})
