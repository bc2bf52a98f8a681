"""Products in the store. Names are unique in an account; keys are unique everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import delete, func, insert, select, update

from daypass.secret import Secret
from daypass.services.iot import errors, identifiers, limits
from daypass.services.iot.records import Page, Product, ProductSettings
from daypass.services.iot.store.tables import devices, products

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row

    from daypass.services.iot.store import Transaction

_SETTINGS: Final = tuple(field.name for field in msgspec.structs.fields(ProductSettings))


def scope(account_id: str, key: str) -> str:
    """Return the name of what a change of that product, or of its devices' number, touches."""
    return f"iot.product:{account_id}/{key}"


def create(
    txn: Transaction,
    *,
    account_id: str,
    region: str,
    name: str,
    description: str,
    settings: ProductSettings,
    resource_group_id: str | None,
    now_ms: int,
) -> Product:
    """Create a product and its secret.

    Raises:
        ApiError: the name is taken, or the account has as many products as it may.
    """
    _refuse_name(txn, account_id, name)
    if _count(txn, products.c.account_id == account_id) >= limits.PRODUCTS_PER_ACCOUNT:
        raise errors.TOO_MANY_PRODUCTS(limit=limits.PRODUCTS_PER_ACCOUNT)
    product = Product(
        identifiers.product_key(txn.entropy),
        account_id,
        region,
        name,
        description,
        Secret(identifiers.product_secret(txn.entropy)),
        settings,
        resource_group_id,
        0,
        now_ms,
    )
    txn.connection.execute(insert(products).values(_row(product, txn)))
    txn.changed(scope(account_id, product.key))
    return product


def find(txn: Transaction, account_id: str, key: str) -> Product | None:
    """Return the account's product of that key, or None."""
    row = txn.connection.execute(select(products).where(*_of(account_id, key))).one_or_none()
    return None if row is None else _record(row, txn)


def get(txn: Transaction, account_id: str, key: str) -> Product:
    """Return the account's product of that key.

    Raises:
        ApiError: ``iot.prod.NotExistedProduct``.
    """
    product = find(txn, account_id, key)
    if product is None:
        raise errors.PRODUCT_MISSING(key=key[:64])
    return product


def change(txn: Transaction, product: Product, *, name: str, description: str) -> None:
    """Give a product a name and a description.

    Raises:
        ApiError: another product has the name.
    """
    if name != product.name:
        _refuse_name(txn, product.account_id, name)
    changed = update(products).where(*_of(product.account_id, product.key))
    txn.connection.execute(changed.values(name=name, description=description))
    txn.changed(scope(product.account_id, product.key))


def regroup(txn: Transaction, product: Product, resource_group_id: str) -> None:
    """Put a product into another resource group of its account."""
    changed = update(products).where(*_of(product.account_id, product.key))
    txn.connection.execute(changed.values(resource_group_id=resource_group_id))
    txn.changed(scope(product.account_id, product.key))


def created(txn: Transaction, account_id: str, keys: Sequence[str]) -> dict[str, int]:
    """Return when the account's products of those keys were created, in epoch milliseconds."""
    statement = select(products.c.key, products.c.created_ms)
    rows = txn.connection.execute(
        statement.where(products.c.account_id == account_id, products.c.key.in_(keys))
    )
    return {row.key: row.created_ms for row in rows}


def remove(txn: Transaction, account_id: str, key: str) -> None:
    """Delete a product and with it all its devices.

    Raises:
        ApiError: ``iot.prod.NotExistedProduct``.
    """
    owned = select(products.c.key).where(*_of(account_id, key))
    txn.connection.execute(delete(devices).where(devices.c.product_key.in_(owned)))
    if txn.connection.execute(delete(products).where(*_of(account_id, key))).rowcount == 0:
        raise errors.PRODUCT_MISSING(key=key[:64])
    txn.changed(scope(account_id, key))


def page(
    txn: Transaction,
    account_id: str,
    *,
    number: int,
    size: int,
    region: str | None = None,
    commodity_code: str | None = None,
    resource_group_id: str | None = None,
) -> Page[Product]:
    """Return a page of an account's products, newest first; each filter that is given must fit."""
    wanted = {
        products.c.account_id: account_id,
        products.c.region: region,
        products.c.commodity_code: commodity_code,
        products.c.resource_group_id: resource_group_id,
    }
    filters = [column == value for column, value in wanted.items() if value is not None]
    ordered = select(products).where(*filters).order_by(products.c.sequence.desc())
    rows = txn.connection.execute(ordered.limit(size).offset((number - 1) * size))
    items = tuple(_record(row, txn) for row in rows)
    return Page(items, number, size, _count(txn, *filters))


def _of(account_id: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (products.c.account_id == account_id, products.c.key == key)


def _count(txn: Transaction, *filters: ColumnElement[bool]) -> int:
    return txn.connection.execute(select(func.count()).select_from(products).where(*filters)).scalar_one()


def _refuse_name(txn: Transaction, account_id: str, name: str) -> None:
    if _count(txn, products.c.account_id == account_id, products.c.name == name):
        raise errors.PRODUCT_NAME_TAKEN(name=name)


def _row(product: Product, txn: Transaction) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(product.settings),
        "key": product.key,
        "account_id": product.account_id,
        "region": product.region,
        "name": product.name,
        "description": product.description,
        "sealed_secret": txn.seal(
            products.name, "sealed_secret", product.key, product.secret.reveal().encode()
        ),
        "resource_group_id": product.resource_group_id,
        "device_count": product.device_count,
        "created_ms": product.created_ms,
    }


def _record(row: Row[Any], txn: Transaction) -> Product:
    plain = txn.unseal(products.name, "sealed_secret", row.key, row.sealed_secret)
    return Product(
        row.key,
        row.account_id,
        row.region,
        row.name,
        row.description,
        Secret(plain.decode()),
        ProductSettings(**{name: getattr(row, name) for name in _SETTINGS}),
        row.resource_group_id,
        row.device_count,
        row.created_ms,
    )
