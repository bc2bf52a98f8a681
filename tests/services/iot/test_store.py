from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from daypass.directory.database import Database
from daypass.directory.errors import StoreError
from daypass.directory.master_key import KeyFile
from daypass.errors import ApiError
from daypass.services.iot import limits
from daypass.services.iot.records import Device, Page, Product, ProductSettings
from daypass.services.iot.store import devices, products, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daypass.directory.database import Transaction

ACCOUNT = "1000000000000100"
OTHER = "1000000000000200"


@pytest.fixture
def txn(tmp_path: Path) -> Iterator[Transaction]:
    master_key = KeyFile(tmp_path / "master.key")
    url = f"sqlite:///{tmp_path}/daypass.db"
    with Database.open(url, master_key=master_key, clock=lambda: 1, entropy=secrets.token_bytes) as database:
        database.create_tables(tables.metadata)
        with database.write() as txn:
            yield txn


def create(
    txn: Transaction,
    name: str = "Light",
    *,
    account_id: str = ACCOUNT,
    region: str = "cn-shanghai",
    settings: ProductSettings | None = None,
    resource_group_id: str | None = None,
    now_ms: int = 1_000,
) -> Product:
    return products.create(
        txn,
        account_id=account_id,
        region=region,
        name=name,
        description="in the hall",
        settings=settings or ProductSettings(),
        resource_group_id=resource_group_id,
        now_ms=now_ms,
    )


def register(txn: Transaction, product: Product, name: str | None = "lamp-1", now_ms: int = 2_000) -> Device:
    return devices.register(txn, product, name=name, nickname="", now_ms=now_ms)


def disable(txn: Transaction, device: Device) -> None:
    """Give a device a status that no operation gives it."""
    one = update(tables.devices).where(tables.devices.c.iot_id == device.iot_id)
    txn.connection.execute(one.values(status="DISABLE"))


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ApiError) as caught:
        call()
    return caught.value.code


def names(page: Page[Device] | Page[Product]) -> list[str]:
    return [item.name for item in page.items]


class TestProducts:
    def test_a_product_is_read_back_as_it_was_created(self, txn: Transaction) -> None:
        settings = ProductSettings(
            node_type=1,
            commodity_code="iothub_senior",
            auth_type="x509",
            id2=True,
            data_format=0,
            net_type="WIFI",
            protocol_type="modbus",
            category_key="Lighting",
            validate_type=2,
        )
        made = create(txn, settings=settings, resource_group_id="rg-123456789012345")
        assert products.get(txn, ACCOUNT, made.key) == made
        assert made.settings == settings

    def test_keys_and_secrets_have_the_platforms_form(self, txn: Transaction) -> None:
        made = create(txn)
        assert re.fullmatch("a1[A-Za-z0-9]{9}", made.key)
        assert re.fullmatch("[A-Za-z0-9]{16}", made.secret.reveal())
        assert made.key != create(txn, "Other").key

    def test_another_account_sees_nothing_of_a_product(self, txn: Transaction) -> None:
        key = create(txn).key
        assert products.find(txn, OTHER, key) is None
        assert refusal(lambda: products.get(txn, OTHER, key)) == "iot.prod.NotExistedProduct"
        assert refusal(lambda: products.remove(txn, OTHER, key)) == "iot.prod.NotExistedProduct"
        assert products.page(txn, OTHER, number=1, size=10).total == 0
        assert products.get(txn, ACCOUNT, key).key == key

    def test_a_name_is_given_once_in_an_account(self, txn: Transaction) -> None:
        create(txn)
        assert refusal(lambda: create(txn)) == "iot.prod.AlreadyExistedProductName"
        assert create(txn, account_id=OTHER).account_id == OTHER

    def test_a_change_keeps_all_but_name_and_description(self, txn: Transaction) -> None:
        made = create(txn)
        products.change(txn, made, name="Lamp", description="")
        now = products.get(txn, ACCOUNT, made.key)
        assert (now.name, now.description) == ("Lamp", "")
        assert (now.secret, now.created_ms, now.settings) == (made.secret, made.created_ms, made.settings)

    def test_a_change_cannot_take_another_products_name_but_may_keep_its_own(self, txn: Transaction) -> None:
        create(txn, "Lamp")
        made = create(txn)
        taken = refusal(lambda: products.change(txn, made, name="Lamp", description=""))
        assert taken == "iot.prod.AlreadyExistedProductName"
        products.change(txn, made, name=made.name, description="moved")

    def test_a_deleted_product_takes_its_devices_along_and_no_others(self, txn: Transaction) -> None:
        doomed, kept = create(txn), create(txn, "Kept")
        lost, left = register(txn, doomed), register(txn, kept)
        products.remove(txn, ACCOUNT, doomed.key)
        assert products.find(txn, ACCOUNT, doomed.key) is None
        assert devices.by_ids(txn, ACCOUNT, (lost.iot_id, left.iot_id)) == (left,)

    def test_deleting_with_a_wrong_account_deletes_no_devices(self, txn: Transaction) -> None:
        product = create(txn)
        device = register(txn, product)
        refusal(lambda: products.remove(txn, OTHER, product.key))
        assert devices.by_ids(txn, ACCOUNT, (device.iot_id,)) == (device,)

    def test_an_account_that_is_full_gets_no_more_products(
        self, txn: Transaction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "PRODUCTS_PER_ACCOUNT", 1)
        create(txn)
        assert refusal(lambda: create(txn, "More")) == "iot.prod.ProductCountExceedMax"
        assert create(txn, account_id=OTHER).account_id == OTHER

    def test_lists_show_the_newest_first_and_count_all(self, txn: Transaction) -> None:
        for name in ("one1", "two2", "three"):
            create(txn, name)
        first = products.page(txn, ACCOUNT, number=1, size=2)
        second = products.page(txn, ACCOUNT, number=2, size=2)
        assert names(first) == ["three", "two2"]
        assert names(second) == ["one1"]
        assert (first.total, first.count, second.total) == (3, 2, 3)
        assert names(products.page(txn, ACCOUNT, number=9, size=2)) == []

    def test_an_empty_list_has_no_pages(self, txn: Transaction) -> None:
        empty: Page[Product] = products.page(txn, ACCOUNT, number=1, size=10)
        assert (empty.items, empty.total, empty.count) == ((), 0, 0)

    def test_lists_are_filtered_by_region_edition_and_resource_group(self, txn: Transaction) -> None:
        create(txn, "north", region="cn-beijing")
        create(txn, "model", settings=ProductSettings(commodity_code="iothub_senior"))
        create(txn, "group", resource_group_id="rg-1")

        def shown(region: str | None = None, code: str | None = None, group: str | None = None) -> list[str]:
            page = products.page(
                txn, ACCOUNT, number=1, size=10, region=region, commodity_code=code, resource_group_id=group
            )
            assert page.total == len(page.items)
            return names(page)

        assert shown(region="cn-beijing") == ["north"]
        assert shown(code="iothub_senior") == ["model"]
        assert shown(group="rg-1") == ["group"]
        assert shown(region="cn-beijing", group="rg-1") == []


class TestDevices:
    def test_a_device_is_read_back_by_either_of_its_names(self, txn: Transaction) -> None:
        product = create(txn)
        made = devices.register(txn, product, name="lamp-1", nickname="hall", now_ms=5)
        assert devices.by_ids(txn, ACCOUNT, (made.iot_id,)) == (made,)
        assert devices.by_names(txn, product, ("lamp-1",)) == (made,)
        assert (made.status, made.nickname, made.created_ms) == ("UNACTIVE", "hall", 5)

    def test_ids_and_secrets_have_the_platforms_form(self, txn: Transaction) -> None:
        made = register(txn, create(txn))
        assert re.fullmatch("[A-Za-z0-9]{24}000100", made.iot_id)
        assert re.fullmatch("[A-Za-z0-9]{32}", made.secret.reveal())

    def test_a_device_registered_without_a_name_gets_one(self, txn: Transaction) -> None:
        product = create(txn)
        first, second = register(txn, product, None), register(txn, product, None)
        assert limits.device_name(first.name)
        assert first.name != second.name

    def test_a_name_is_given_once_in_a_product(self, txn: Transaction) -> None:
        product = create(txn)
        register(txn, product)
        assert refusal(lambda: register(txn, product)) == "iot.device.AlreadyExistedDeviceName"
        assert products.get(txn, ACCOUNT, product.key).device_count == 1
        assert register(txn, create(txn, "Other")).name == "lamp-1"

    def test_another_account_sees_nothing_of_a_device(self, txn: Transaction) -> None:
        made = register(txn, create(txn))
        assert devices.by_ids(txn, OTHER, (made.iot_id,)) == ()
        assert devices.page_by_status(txn, OTHER, "UNACTIVE", number=1, size=10).total == 0

    def test_a_product_knows_how_many_devices_it_has(self, txn: Transaction) -> None:
        product = create(txn)
        first = register(txn, product, "lamp-1")
        register(txn, product, "lamp-2")
        assert products.get(txn, ACCOUNT, product.key).device_count == 2
        devices.remove(txn, first)
        assert products.get(txn, ACCOUNT, product.key).device_count == 1

    def test_a_device_is_deleted_once(self, txn: Transaction) -> None:
        product = create(txn)
        made = register(txn, product)
        devices.remove(txn, made)
        assert refusal(lambda: devices.remove(txn, made)) == "iot.device.NotExistedDevice"
        assert products.get(txn, ACCOUNT, product.key).device_count == 0
        assert register(txn, product).iot_id != made.iot_id

    def test_a_full_product_gets_no_more_devices(
        self, txn: Transaction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "DEVICES_PER_PRODUCT", 1)
        product = create(txn)
        register(txn, product, "lamp-1")
        assert refusal(lambda: register(txn, product, "lamp-2")) == "iot.device.DeviceCountExceeded"

    def test_a_product_deleted_meanwhile_gets_no_devices(self, txn: Transaction) -> None:
        product = create(txn)
        products.remove(txn, ACCOUNT, product.key)
        assert refusal(lambda: register(txn, product)) == "iot.prod.NotExistedProduct"

    def test_several_devices_come_in_the_order_asked_for_and_once_each(self, txn: Transaction) -> None:
        product = create(txn)
        first, second = register(txn, product, "lamp-1"), register(txn, product, "lamp-2")
        by_name = devices.by_names(txn, product, ("lamp-2", "none", "lamp-1", "lamp-2"))
        by_id = devices.by_ids(txn, ACCOUNT, (second.iot_id, "none", first.iot_id, second.iot_id))
        assert by_name == by_id == (second, first)

    def test_devices_are_listed_by_status_product_group_and_region(self, txn: Transaction) -> None:
        hall = create(txn, "Hall", resource_group_id="rg-1")
        roof = create(txn, "Roof", region="cn-beijing")
        register(txn, hall, "hall-1")
        disable(txn, register(txn, hall, "hall-2"))
        register(txn, roof, "roof-1")

        def shown(key: str | None = None, group: str | None = None, region: str | None = None) -> list[str]:
            page = devices.page_by_status(
                txn,
                ACCOUNT,
                "UNACTIVE",
                number=1,
                size=10,
                product_key=key,
                resource_group_id=group,
                region=region,
            )
            assert page.total == len(page.items)
            return names(page)

        assert shown() == ["roof-1", "hall-1"]
        assert shown(key=hall.key) == ["hall-1"]
        assert shown(group="rg-1") == ["hall-1"]
        assert shown(region="cn-beijing") == ["roof-1"]
        assert shown(group="rg-1", region="cn-beijing") == []
        disabled = devices.page_by_status(txn, ACCOUNT, "DISABLE", number=1, size=10)
        assert names(disabled) == ["hall-2"]


class Listed(NamedTuple):
    txn: Transaction
    product: Product


class TestDeviceLists:
    @pytest.fixture
    def listed(self, txn: Transaction) -> Listed:
        product = create(txn)
        for number in range(5):
            register(txn, product, f"lamp-{number}")
        register(txn, create(txn, "Other"), "elsewhere")
        return Listed(txn, products.get(txn, ACCOUNT, product.key))

    def test_pages_by_number_show_every_device_once_newest_first(self, listed: Listed) -> None:
        pages = [devices.page_of_product(*listed, number=n, size=2) for n in (1, 2, 3, 4)]
        assert [names(page) for page in pages] == [["lamp-4", "lamp-3"], ["lamp-2", "lamp-1"], ["lamp-0"], []]
        assert {(page.total, page.count) for page in pages} == {(5, 3)}

    def test_tokens_lead_through_the_whole_list_and_end(self, listed: Listed) -> None:
        seen, token = [], None
        while True:
            page = devices.page_of_product(*listed, number=1, size=2, token=token)
            seen += names(page)
            token = page.next_token
            if token is None:
                break
        assert seen == [f"lamp-{number}" for number in (4, 3, 2, 1, 0)]

    def test_a_token_neither_repeats_nor_skips_while_devices_come_and_go(self, listed: Listed) -> None:
        txn, product = listed
        first = devices.page_of_product(txn, product, number=1, size=2)
        register(txn, product, "newcomer")
        devices.remove(txn, first.items[1])
        following = devices.page_of_product(txn, product, number=2, size=2, token=first.next_token)
        assert names(following) == ["lamp-2", "lamp-1"]

    @pytest.mark.parametrize(
        "token", ["", "nonsense", "////", "a1xxxxxxxxx/3", "YTF4eHh4eHh4eHgvMw==", "é", "\0", "=" * 5000]
    )
    def test_a_token_of_no_list_is_refused(self, listed: Listed, token: str) -> None:
        refused = refusal(lambda: devices.page_of_product(*listed, number=1, size=2, token=token))
        assert refused == "iot.common.InvalidPageParams"

    @pytest.mark.parametrize("sequence", ["0", "-1", "9" * 19, "9" * 30, "+3", "03", " 3", "three", ""])
    def test_a_forged_token_is_refused(self, listed: Listed, sequence: str) -> None:
        token = base64.urlsafe_b64encode(f"{listed.product.key}/{sequence}".encode()).decode()
        refused = refusal(lambda: devices.page_of_product(*listed, number=1, size=2, token=token))
        assert refused == "iot.common.InvalidPageParams"

    def test_a_token_of_another_products_list_is_refused(self, listed: Listed) -> None:
        txn, product = listed
        token = devices.page_of_product(txn, product, number=1, size=2).next_token
        other = create(txn, "Third")
        refused = refusal(lambda: devices.page_of_product(txn, other, number=1, size=2, token=token))
        assert refused == "iot.common.InvalidPageParams"

    def test_a_page_too_deep_for_numbers_is_refused_without_a_token(self, listed: Listed) -> None:
        deep = limits.PAGED_ENTRIES // 50
        assert names(devices.page_of_product(*listed, number=deep, size=50)) == []
        refused = refusal(lambda: devices.page_of_product(*listed, number=deep + 1, size=50))
        assert refused == "iot.common.InvalidPageParams"


class TestSecrets:
    def test_no_secret_is_readable_in_the_store_or_in_a_record(self, txn: Transaction) -> None:
        product = create(txn)
        device = register(txn, product)
        rows = [
            tuple(txn.connection.execute(select(table)).one()) for table in (tables.products, tables.devices)
        ]
        for secret in (product.secret.reveal(), device.secret.reveal()):
            assert secret.encode() not in b"".join(
                cell for row in rows for cell in row if isinstance(cell, bytes)
            )
            assert secret not in f"{rows} {product} {device!r}"

    def test_a_sealed_secret_copied_to_another_device_does_not_open(self, txn: Transaction) -> None:
        product = create(txn)
        first, second = register(txn, product, "lamp-1"), register(txn, product, "lamp-2")
        theirs = select(tables.devices.c.sealed_secret).where(tables.devices.c.iot_id == first.iot_id)
        copied = update(tables.devices).where(tables.devices.c.iot_id == second.iot_id)
        txn.connection.execute(copied.values(sealed_secret=theirs.scalar_subquery()))
        with pytest.raises(StoreError, match="sealed_secret"):
            devices.by_names(txn, product, ("lamp-2",))


class TestChanges:
    def test_every_write_names_the_product_and_the_device_it_touches(self, txn: Transaction) -> None:
        product = create(txn)
        device = register(txn, product)
        scope = f"iot.product:{ACCOUNT}/{product.key}"
        of_device = f"iot.device:{ACCOUNT}/{product.key}"
        writes: tuple[tuple[Callable[[], object], list[str]], ...] = (
            (lambda: register(txn, product, "lamp-2"), [scope, f"{of_device}/lamp-2"]),
            (lambda: products.change(txn, product, name="Lamp", description=""), [scope]),
            (lambda: devices.remove(txn, device), [scope, f"{of_device}/lamp-1"]),
            (lambda: products.remove(txn, ACCOUNT, product.key), [scope]),
        )
        for write, touched in writes:
            txn._changed.clear()
            write()
            assert list(txn._changed) == touched

    def test_reads_and_refused_writes_touch_nothing(self, txn: Transaction) -> None:
        product = create(txn)
        txn._changed.clear()
        refusal(lambda: create(txn))
        products.page(txn, ACCOUNT, number=1, size=1)
        devices.page_of_product(txn, product, number=1, size=1)
        assert not txn._changed

    def test_the_store_itself_keeps_devices_of_no_product_out(self, txn: Transaction) -> None:
        row = {
            "iot_id": "x",
            "account_id": ACCOUNT,
            "product_key": "none",
            "name": "lamp",
            "nickname": "",
            "sealed_secret": b"",
            "status": "ONLINE",
            "created_ms": 0,
        }
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            txn.connection.execute(insert(tables.devices).values(row))


def admits(form: Callable[[str], str], name: str) -> bool:
    try:
        return form(name) == name
    except ValueError:
        return False


class TestNames:
    @pytest.mark.parametrize("name", ["Lamp", "灯光", "a-b_(c)@", "x" * 30, "灯" * 15, "ランプ"])
    def test_these_are_names_of_products(self, name: str) -> None:
        assert admits(limits.product_name, name)

    @pytest.mark.parametrize(
        "name", ["", "abc", "灯", "x" * 31, "灯" * 15 + "x", "a b c d", "a/bcd", "lamp\n"]
    )
    def test_these_are_not(self, name: str) -> None:
        assert not admits(limits.product_name, name)

    def test_a_nickname_may_be_longer(self) -> None:
        assert admits(limits.nickname, "x" * 64)
        assert not admits(limits.nickname, "x" * 65)

    @pytest.mark.parametrize("name", ["lamp", "L_a-m@p.1:2", "x" * 32])
    def test_these_are_names_of_devices(self, name: str) -> None:
        assert admits(limits.device_name, name)

    @pytest.mark.parametrize("name", ["abc", "x" * 33, "lamp 1", "灯光灯光", "lamp\n"])
    def test_these_are_no_names_of_devices(self, name: str) -> None:
        assert not admits(limits.device_name, name)
