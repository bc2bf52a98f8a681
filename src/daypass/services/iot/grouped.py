"""Products as resources in resource groups, for ResourceManager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.services.grouped import GroupedKind
from daypass.services.iot.access import PRODUCT
from daypass.services.iot.records import product_arn
from daypass.services.iot.store import products

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daypass.directory.database import Transaction
    from daypass.service.call import Call


def _group_of(call: Call, region: str, key: str) -> str | None:
    product = call.look(PRODUCT, (call.account, key))
    return None if product is None or product.region != region else product.resource_group_id


def _move(txn: Transaction, account_id: str, region: str, key: str, resource_group_id: str) -> bool:
    product = products.find(txn, account_id, key)
    if product is None or product.region != region:
        return False
    products.regroup(txn, product, resource_group_id)
    txn.resource_groups.put(account_id, product.arn, resource_group_id)
    return True


def _created(txn: Transaction, account_id: str, keys: Sequence[str]) -> dict[str, int]:
    return {key: created // 1000 for key, created in products.created(txn, account_id, keys).items()}


PRODUCTS: Final = GroupedKind(
    service="iot",
    type="product",
    lists="iot:QueryProductList",
    arn=product_arn,
    group_of=_group_of,
    move=_move,
    created=_created,
)
