"""Creating, changing and deleting products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import RESOURCE_GROUP_MISSING
from daypass.service.operation import Response, Runs
from daypass.services.iot import errors
from daypass.services.iot.access import GroupRequest, on_every_product, on_product, region_of
from daypass.services.iot.parameters import (
    AUTH_TYPE,
    CATEGORY_KEY,
    COMMODITY_CODE,
    DATA_FORMAT,
    DESCRIPTION,
    ID2,
    JOIN_PERMISSION_ID,
    NET_TYPE,
    NODE_TYPE,
    PRODUCT_NAME,
    PROTOCOL_TYPE,
    PUBLISH_AUTO,
    VALIDATE_TYPE,
)
from daypass.services.iot.records import ProductSettings
from daypass.services.iot.service import Answer, ProductRequest, iot
from daypass.services.iot.store import products

if TYPE_CHECKING:
    from daypass.service.call import Call


class CreateProductRequest(GroupRequest, frozen=True, kw_only=True):
    """What to call the product, and what its devices are like."""

    product_name: Annotated[str, PRODUCT_NAME]
    node_type: Annotated[int, NODE_TYPE] = 0
    aliyun_commodity_code: Annotated[str, COMMODITY_CODE] = "iothub"
    auth_type: Annotated[str, AUTH_TYPE] = "secret"
    category_key: Annotated[str | None, CATEGORY_KEY] = None
    data_format: Annotated[int | None, DATA_FORMAT] = None
    description: Annotated[str, DESCRIPTION] = ""
    id2: Annotated[bool, ID2] = False
    join_permission_id: Annotated[str | None, JOIN_PERMISSION_ID] = None
    net_type: Annotated[str, NET_TYPE] = "WIFI"
    protocol_type: Annotated[str | None, PROTOCOL_TYPE] = None
    publish_auto: Annotated[bool, PUBLISH_AUTO] = True
    validate_type: Annotated[int, VALIDATE_TYPE] = 1


class NewProduct(Response, frozen=True, kw_only=True):
    """A product as it is shown when it was created."""

    aliyun_commodity_code: str
    auth_type: str
    data_format: int | None = None
    description: str
    id2: bool
    node_type: int
    product_key: str
    product_name: str
    product_secret: str
    protocol_type: str | None = None


class CreateProductResponse(Answer, frozen=True, kw_only=True):
    """The product, its key also at the top."""

    product_key: str
    data: NewProduct


@iot.operation(
    "CreateProduct",
    CreateProductRequest,
    CreateProductResponse,
    authorize=on_every_product("iot:CreateProduct"),
    runs=Runs.WRITE,
    errors=(RESOURCE_GROUP_MISSING, errors.PRODUCT_NAME_TAKEN, errors.TOO_MANY_PRODUCTS),
)
def create_product(call: Call, q: CreateProductRequest) -> CreateProductResponse:
    """Create a product in a resource group, the account's default one if none is named."""
    groups = call.txn.resource_groups
    group = (
        groups.get(call.account, q.resource_group_id) if q.resource_group_id else groups.default(call.account)
    )
    product = products.create(
        call.txn,
        account_id=call.account,
        region=region_of(q, call),
        name=q.product_name,
        description=q.description,
        settings=_settings(q),
        resource_group_id=group.id,
        now_ms=call.now * 1000,
    )
    groups.put(call.account, product.arn, group.id)
    shown = NewProduct(
        aliyun_commodity_code=q.aliyun_commodity_code,
        auth_type=q.auth_type,
        data_format=q.data_format,
        description=q.description,
        id2=q.id2,
        node_type=q.node_type,
        product_key=product.key,
        product_name=product.name,
        product_secret=product.secret.reveal(),
        protocol_type=q.protocol_type,
    )
    return CreateProductResponse(product_key=product.key, data=shown)


def _settings(q: CreateProductRequest) -> ProductSettings:
    return ProductSettings(
        node_type=q.node_type,
        commodity_code=q.aliyun_commodity_code,
        auth_type=q.auth_type,
        id2=q.id2,
        data_format=q.data_format,
        net_type=q.net_type,
        protocol_type=q.protocol_type,
        category_key=q.category_key,
        validate_type=q.validate_type,
    )


class UpdateProductRequest(ProductRequest, frozen=True, kw_only=True):
    """The product, its name from now on and, if it changes, its description."""

    product_name: Annotated[str, PRODUCT_NAME]
    description: Annotated[str | None, DESCRIPTION] = None


@iot.operation(
    "UpdateProduct",
    UpdateProductRequest,
    Answer,
    authorize=on_product("iot:UpdateProduct"),
    runs=Runs.WRITE,
    errors=(errors.PRODUCT_MISSING, errors.PRODUCT_NAME_TAKEN),
)
def update_product(call: Call, q: UpdateProductRequest) -> Answer:
    """Give a product a name and a description; without one it keeps its own."""
    product = products.get(call.txn, call.account, q.product_key)
    description = product.description if q.description is None else q.description
    products.change(call.txn, product, name=q.product_name, description=description)
    return Answer()


@iot.operation(
    "DeleteProduct",
    ProductRequest,
    Answer,
    authorize=on_product("iot:DeleteProduct"),
    runs=Runs.WRITE,
    errors=(errors.PRODUCT_MISSING,),
)
def delete_product(call: Call, q: ProductRequest) -> Answer:
    """Delete a product and all its devices."""
    product = products.get(call.txn, call.account, q.product_key)
    products.remove(call.txn, call.account, product.key)
    call.txn.resource_groups.take_out(product.arn)
    return Answer()
