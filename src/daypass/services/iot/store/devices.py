"""Devices in the store. Names are unique in a product; IotIds are unique everywhere."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from daypass.secret import Secret
from daypass.services.iot import errors, identifiers, limits
from daypass.services.iot.records import Device, DeviceStatus, Page
from daypass.services.iot.store.products import scope as product_scope
from daypass.services.iot.store.tables import devices, products

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row, Select

    from daypass.services.iot.records import Product
    from daypass.services.iot.store import Transaction

_TOKEN: Final = re.compile(r"([A-Za-z0-9]+)/([1-9][0-9]{0,17})", re.ASCII)


def scope(account_id: str, product_key: str, name: str) -> str:
    """Return the name of what a change of the device of that name touches."""
    return f"iot.device:{account_id}/{product_key}/{name}"


def register(
    txn: Transaction,
    product: Product,
    *,
    name: str | None,
    nickname: str,
    now_ms: int,
) -> Device:
    """Register a device, not yet active, and make its secret.

    Args:
        txn: writes.
        product: what it is a device of.
        name: None lets one be made up.
        nickname: "" for none.
        now_ms: epoch milliseconds.

    Raises:
        ApiError: the name is taken, the product was deleted, or it has as many devices
            as it may.
    """
    name = name or identifiers.device_name(txn.entropy)
    if _named(txn, product.key, name):
        raise errors.DEVICE_NAME_TAKEN(name=name)
    _count_one_more(txn, product.key)
    device = Device(
        identifiers.iot_id(txn.entropy),
        product.account_id,
        product.key,
        name,
        nickname,
        Secret(identifiers.device_secret(txn.entropy)),
        "UNACTIVE",
        now_ms,
    )
    txn.connection.execute(insert(devices).values(_row(device, txn)))
    _note(txn, device)
    return device


def by_ids(txn: Transaction, account_id: str, iot_ids: Sequence[str]) -> tuple[Device, ...]:
    """Return those of the account's devices that exist, once each, in the order asked for."""
    wanted = select(devices).where(devices.c.account_id == account_id, devices.c.iot_id.in_(iot_ids))
    found = {device.iot_id: device for device in _read(txn, wanted)}
    return tuple(found[iot_id] for iot_id in dict.fromkeys(iot_ids) if iot_id in found)


def by_names(txn: Transaction, product: Product, names: Sequence[str]) -> tuple[Device, ...]:
    """Return those of the product's devices that exist, once each, in the order asked for."""
    wanted = select(devices).where(devices.c.product_key == product.key, devices.c.name.in_(names))
    found = {device.name: device for device in _read(txn, wanted)}
    return tuple(found[name] for name in dict.fromkeys(names) if name in found)


def remove(txn: Transaction, device: Device) -> None:
    """Delete a device.

    Raises:
        ApiError: ``iot.device.NotExistedDevice``, it is gone already.
    """
    if txn.connection.execute(delete(devices).where(devices.c.iot_id == device.iot_id)).rowcount == 0:
        raise errors.DEVICE_MISSING(device=device.name)
    fewer = update(products).where(products.c.key == device.product_key)
    txn.connection.execute(fewer.values(device_count=products.c.device_count - 1))
    _note(txn, device)


def page_of_product(
    txn: Transaction,
    product: Product,
    *,
    number: int,
    size: int,
    token: str | None = None,
) -> Page[Device]:
    """Return a page of a product's devices, newest first.

    Args:
        txn: reads or writes.
        product: whose devices.
        number: of the page, from 1; only repeated in the answer if there is a token.
        size: entries on a page.
        token: an earlier page's ``next_token``: goes on right after it, at any depth.

    Raises:
        ApiError: ``iot.common.InvalidPageParams``, the page lies too deep to be shown by
            number, or the token is not one of this list.
    """
    wanted = select(devices).where(devices.c.product_key == product.key)
    if token is not None:
        wanted = wanted.where(devices.c.sequence < _read_token(product.key, token))
    elif number * size > limits.PAGED_ENTRIES:
        raise errors.BAD_PAGE(reason=f"beyond {limits.PAGED_ENTRIES} entries NextToken is needed")
    else:
        wanted = wanted.offset((number - 1) * size)
    rows = txn.connection.execute(wanted.order_by(devices.c.sequence.desc()).limit(size + 1)).all()
    shown = rows[:size]
    going_on = _make_token(product.key, shown[-1].sequence) if len(rows) > size else None
    items = tuple(_record(row, txn) for row in shown)
    return Page(items, number, size, product.device_count, going_on)


def page_by_status(
    txn: Transaction,
    account_id: str,
    status: DeviceStatus,
    *,
    number: int,
    size: int,
    product_key: str | None = None,
    resource_group_id: str | None = None,
    region: str | None = None,
) -> Page[Device]:
    """Return a page of an account's devices of one status, newest first.

    Filters narrow it to a product, or to the products of a resource group or region.
    """
    filters = [devices.c.account_id == account_id, devices.c.status == status]
    if product_key is not None:
        filters.append(devices.c.product_key == product_key)
    filters.extend(_in_products(resource_group_id, region))
    newest = select(devices).where(*filters).order_by(devices.c.sequence.desc())
    items = _read(txn, newest.limit(size).offset((number - 1) * size))
    counted = select(func.count()).select_from(devices).where(*filters)
    return Page(items, number, size, txn.connection.execute(counted).scalar_one())


def _in_products(resource_group_id: str | None, region: str | None) -> list[ColumnElement[bool]]:
    of_products: list[ColumnElement[bool]] = []
    if resource_group_id is not None:
        of_products.append(products.c.resource_group_id == resource_group_id)
    if region is not None:
        of_products.append(products.c.region == region)
    if not of_products:
        return []
    return [devices.c.product_key.in_(select(products.c.key).where(*of_products))]


def _named(txn: Transaction, product_key: str, name: str) -> bool:
    named = select(devices.c.sequence).where(devices.c.product_key == product_key, devices.c.name == name)
    return txn.connection.execute(named).first() is not None


def _note(txn: Transaction, device: Device) -> None:
    """Note that a device, and with it the number of its product's devices, changed."""
    product = product_scope(device.account_id, device.product_key)
    txn.changed(product, scope(device.account_id, device.product_key, device.name))


def _count_one_more(txn: Transaction, product_key: str) -> None:
    """Count a device in one statement, so that concurrent writers cannot pass the limit."""
    limit = limits.DEVICES_PER_PRODUCT
    room = update(products).where(products.c.key == product_key, products.c.device_count < limit)
    if txn.connection.execute(room.values(device_count=products.c.device_count + 1)).rowcount == 0:
        exists = txn.connection.execute(select(products.c.key).where(products.c.key == product_key)).first()
        raise (
            errors.PRODUCT_MISSING(key=product_key)
            if exists is None
            else errors.TOO_MANY_DEVICES(limit=limit)
        )


def _make_token(product_key: str, sequence: int) -> str:
    return base64.urlsafe_b64encode(f"{product_key}/{sequence}".encode()).decode()


def _read_token(product_key: str, token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token.encode("ascii")).decode()
    except (binascii.Error, ValueError):
        text = ""
    found = _TOKEN.fullmatch(text)
    if found is None or found[1] != product_key or _make_token(product_key, int(found[2])) != token:
        raise errors.BAD_PAGE(reason="NextToken is not one that this list gave")
    return int(found[2])


def _read(txn: Transaction, wanted: Select[Any]) -> tuple[Device, ...]:
    return tuple(_record(row, txn) for row in txn.connection.execute(wanted))


def _row(device: Device, txn: Transaction) -> dict[str, Any]:
    return {
        "iot_id": device.iot_id,
        "account_id": device.account_id,
        "product_key": device.product_key,
        "name": device.name,
        "nickname": device.nickname,
        "sealed_secret": txn.seal(
            devices.name, "sealed_secret", device.iot_id, device.secret.reveal().encode()
        ),
        "status": device.status,
        "created_ms": device.created_ms,
    }


def _record(row: Row[Any], txn: Transaction) -> Device:
    plain = txn.unseal(devices.name, "sealed_secret", row.iot_id, row.sealed_secret)
    return Device(
        row.iot_id,
        row.account_id,
        row.product_key,
        row.name,
        row.nickname,
        Secret(plain.decode()),
        row.status,
        row.created_ms,
    )
