"""The official Python SDKs, unmodified, parse what the IoT service answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_iot20180120 import models
from alibabacloud_iot20180120.client import Client as TeaClient
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkiot.request.v20180120.BatchGetDeviceStateRequest import BatchGetDeviceStateRequest
from aliyunsdkiot.request.v20180120.CreateProductRequest import CreateProductRequest
from aliyunsdkiot.request.v20180120.QueryProductRequest import QueryProductRequest
from Tea.exceptions import TeaException

from tests.services.iot.fleet import Fleet


@pytest.fixture
def tea(fleet: Fleet) -> Any:
    return TeaClient(
        Config(
            access_key_id=fleet.root.access_key_id,
            access_key_secret=fleet.root.access_key_secret.reveal(),
            endpoint=fleet.world.server.endpoint,
            protocol="http",
        )
    )


def test_the_tea_sdk_parses_every_operation(tea: Any) -> None:
    made = tea.create_product(models.CreateProductRequest(product_name="Light", node_type=0)).body
    assert made.success
    assert made.code is None
    assert made.product_key == made.data.product_key
    key = made.product_key
    device = tea.register_device(
        models.RegisterDeviceRequest(product_key=key, device_name="lamp-1")
    ).body.data
    assert tea.query_product(models.QueryProductRequest(product_key=key)).body.data.device_count == 1
    listed = tea.query_product_list(models.QueryProductListRequest(current_page=1, page_size=10)).body.data
    assert [info.product_key for info in listed.list.product_info] == [key]
    devices = tea.query_device(models.QueryDeviceRequest(product_key=key)).body
    assert (devices.total, devices.data.device_info[0].iot_id) == (1, device.iot_id)
    detail = tea.query_device_detail(models.QueryDeviceDetailRequest(iot_id=device.iot_id)).body.data
    assert (detail.device_secret, detail.status) == (device.device_secret, "UNACTIVE")
    by_status = tea.query_device_by_status(models.QueryDeviceByStatusRequest(product_key=key, status=0)).body
    assert by_status.data.simple_device_info[0].device_name == "lamp-1"
    status = tea.get_device_status(models.GetDeviceStatusRequest(iot_id=device.iot_id)).body.data
    assert (status.status, type(status.timestamp)) == ("UNACTIVE", int)
    batch = models.BatchGetDeviceStateRequest(product_key=key, device_name=["lamp-1", "lamp-2"])
    states = tea.batch_get_device_state(batch).body.device_status_list.device_status
    assert [state.iot_id for state in states] == [device.iot_id]
    change = models.UpdateProductRequest(product_key=key, product_name="Lamp")
    assert tea.update_product(change).body.success
    assert tea.delete_device(models.DeleteDeviceRequest(iot_id=device.iot_id)).body.success
    assert tea.delete_product(models.DeleteProductRequest(product_key=key)).body.success


def test_the_tea_sdk_raises_what_the_service_refuses_with(tea: Any) -> None:
    with pytest.raises(TeaException) as refused:
        tea.query_product(models.QueryProductRequest(product_key="a1none"))
    assert refused.value.code == "iot.prod.NotExistedProduct"


@pytest.fixture
def legacy(fleet: Fleet) -> Any:
    secret = fleet.root.access_key_secret.reveal()
    return AcsClient(fleet.root.access_key_id, secret, "cn-shanghai", auto_retry=False)


def send(fleet: Fleet, client: Any, request: Any) -> Any:
    request.set_endpoint(fleet.world.server.endpoint)
    return json.loads(client.do_action_with_exception(request))


def test_the_legacy_sdk_parses_answers_and_raises_refusals(fleet: Fleet, legacy: Any) -> None:
    create = CreateProductRequest()
    create.set_ProductName("Light")
    create.set_NodeType(0)
    key = send(fleet, legacy, create)["ProductKey"]
    query = QueryProductRequest()
    query.set_ProductKey(key)
    body = send(fleet, legacy, query)
    assert (body["Success"], body["Data"]["ProductName"], "Code" in body) == (True, "Light", False)
    fleet.device(key, "lamp-1")
    batch = BatchGetDeviceStateRequest()
    batch.set_ProductKey(key)
    batch.set_DeviceNames(["lamp-1"])
    states = send(fleet, legacy, batch)["DeviceStatusList"]["DeviceStatus"]
    assert [state["DeviceName"] for state in states] == ["lamp-1"]
    query.set_ProductKey("a1none")
    with pytest.raises(ServerException) as refused:
        send(fleet, legacy, query)
    assert refused.value.get_error_code() == "iot.prod.NotExistedProduct"
    assert refused.value.get_http_status() == 404
