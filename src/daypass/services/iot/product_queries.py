"""Showing products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.views import Loaded, View
from daypass.service.operation import Response, Runs
from daypass.services.iot import errors
from daypass.services.iot.access import GroupRequest, on_every_product, on_product, region_of
from daypass.services.iot.parameters import COMMODITY_CODE, CURRENT_PAGE, PRODUCT_PAGE_SIZE
from daypass.services.iot.records import Product
from daypass.services.iot.service import PAGE_SIZE, Answer, ProductRequest, iot
from daypass.services.iot.store import products

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.service.call import Call

NET_TYPE_NUMBERS: Final = {"WIFI": 3, "CELLULAR": 6, "ETHERNET": 7, "OTHER": 8}
"""A request names the network by a word, an answer by a number."""


class ProductDetails(Response, frozen=True, kw_only=True):
    """All that is known of a product, its secret included."""

    aliyun_commodity_code: str
    auth_type: str
    category_key: str | None = None
    data_format: int | None = None
    description: str
    device_count: int
    gmt_create: int
    id2: bool
    net_type: int | None = None
    node_type: int
    owner: bool
    product_key: str
    product_name: str
    product_secret: str
    product_status: str
    protocol_type: str | None = None
    validate_type: int | None = None


class QueryProductResponse(Answer, frozen=True, kw_only=True):
    """The product."""

    data: ProductDetails


def _load_answer(txn: Transaction, key: tuple[str, str]) -> Loaded[QueryProductResponse | None]:
    product = products.find(txn, *key)
    answer = None if product is None else QueryProductResponse(data=_details(product))
    return Loaded(answer, (products.scope(*key),))


# The one operation that is asked all the time: its answer is made once for every change.
ANSWER: Final[View[tuple[str, str], QueryProductResponse | None]] = View("answer on a product", _load_answer)


@iot.operation(
    "QueryProduct",
    ProductRequest,
    QueryProductResponse,
    authorize=on_product("iot:QueryProduct"),
    runs=Runs.INLINE,
    errors=(errors.PRODUCT_MISSING,),
)
def query_product(call: Call, q: ProductRequest) -> QueryProductResponse:
    """Show a product."""
    answer = call.look(ANSWER, (call.account, q.product_key))
    if answer is None:
        raise errors.PRODUCT_MISSING(key=q.product_key)
    return answer


def _details(product: Product) -> ProductDetails:
    settings = product.settings
    return ProductDetails(
        aliyun_commodity_code=settings.commodity_code,
        auth_type=settings.auth_type,
        category_key=settings.category_key,
        data_format=settings.data_format,
        description=product.description,
        device_count=product.device_count,
        gmt_create=product.created_ms,
        id2=settings.id2,
        net_type=NET_TYPE_NUMBERS.get(settings.net_type or ""),
        node_type=settings.node_type,
        owner=True,
        product_key=product.key,
        product_name=product.name,
        product_secret=product.secret.reveal(),
        product_status="DEVELOPMENT_STATUS",
        protocol_type=settings.protocol_type,
        validate_type=settings.validate_type,
    )


class QueryProductListRequest(GroupRequest, frozen=True, kw_only=True):
    """Which of the products, and which page of them."""

    current_page: Annotated[int, CURRENT_PAGE] = 1
    page_size: Annotated[int, PRODUCT_PAGE_SIZE] = PAGE_SIZE
    aliyun_commodity_code: Annotated[str | None, COMMODITY_CODE] = None


class ProductInfo(Response, frozen=True, kw_only=True):
    """A product in a list, without its secret."""

    auth_type: str
    data_format: int | None = None
    description: str
    device_count: int
    gmt_create: int
    node_type: int
    product_key: str
    product_name: str


class ProductInfos(Response, frozen=True, kw_only=True):
    """Products of a page."""

    product_info: tuple[ProductInfo, ...]


class ProductPage(Response, frozen=True, kw_only=True):
    """A page of products, newest first."""

    current_page: int
    page_count: int
    page_size: int
    total: int
    list: ProductInfos


class QueryProductListResponse(Answer, frozen=True, kw_only=True):
    """The page."""

    data: ProductPage


@iot.operation(
    "QueryProductList",
    QueryProductListRequest,
    QueryProductListResponse,
    authorize=on_every_product("iot:QueryProductList"),
    runs=Runs.READ,
)
def query_product_list(call: Call, q: QueryProductListRequest) -> QueryProductListResponse:
    """List the products of a region."""
    page = products.page(
        call.txn,
        call.account,
        number=q.current_page,
        size=q.page_size,
        region=region_of(q, call),
        commodity_code=q.aliyun_commodity_code,
        resource_group_id=q.resource_group_id,
    )
    return QueryProductListResponse(
        data=ProductPage(
            current_page=page.number,
            page_count=page.count,
            page_size=page.size,
            total=page.total,
            list=ProductInfos(product_info=tuple(_info(product) for product in page.items)),
        )
    )


def _info(product: Product) -> ProductInfo:
    return ProductInfo(
        auth_type=product.settings.auth_type,
        data_format=product.settings.data_format,
        description=product.description,
        device_count=product.device_count,
        gmt_create=product.created_ms,
        node_type=product.settings.node_type,
        product_key=product.key,
        product_name=product.name,
    )
