"""Rotation of the master key: everything sealed is sealed again, in one transaction.

Running servers go on: they read the key file again when the store names a key they do
not know. A crash on the way leaves the file with both keys, and the store sealed
under one of them; rotating again finishes the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table, select, update

from daypass.directory.access_keys import SECRET_PLACE
from daypass.directory.mfa_devices import SEED_PLACE
from daypass.directory.opening import CHECK, CHECK_PLACE
from daypass.directory.schema import access_keys, master_keys, mfa_devices, token_keys
from daypass.directory.sealing import MASTER_KEY_BYTES, MasterKey
from daypass.directory.token_keys import MATERIAL_PLACE

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from daypass.directory.master_key import KeyFile
    from daypass.directory.sealing import Entropy


def rotate_master_key(database: Database, file: KeyFile, entropy: Entropy) -> MasterKey:
    """Seal everything under a new master key; the file then holds only that one.

    Args:
        database: opened with that file as its master key source.
        file: where the key is.
        entropy: random bytes.

    Returns:
        The new key.

    Raises:
        MasterKeyError: the file cannot be written.
    """
    new = MasterKey(entropy(MASTER_KEY_BYTES))
    file.replace((new, *file.load()))
    with database.write() as txn:
        reseal(txn, new.name)
    file.replace((new,))
    return new


def reseal(txn: Transaction, key: bytes) -> None:
    """Seal every sealed value again under the master key of that name."""
    check = txn.seal_under(key, *CHECK_PLACE, CHECK)
    txn.run(update(master_keys).values(sealed_check=check))
    _reseal(txn, key, access_keys, SECRET_PLACE[1])
    _reseal(txn, key, mfa_devices, SEED_PLACE[1])
    _reseal(txn, key, token_keys, MATERIAL_PLACE[1])


def _reseal(txn: Transaction, key: bytes, table: Table, column: str) -> None:
    sealed = table.c[column]
    for row_id, value in txn.all(select(table.c.id, sealed).where(sealed.is_not(None))):
        place = (table.name, column, str(row_id))
        again = txn.seal_under(key, *place, txn.unseal(*place, value))
        txn.run(update(table).where(table.c.id == row_id).values({column: again}))
