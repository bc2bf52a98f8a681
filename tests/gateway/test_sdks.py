"""The official SDKs read services behind the gateway, as far as the policies in force let them."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from daypass.tokens import Session
from tests.gateway.foreign import Foreign
from tests.gateway.gateways import Running, gateway
from tests.world import World, allow, document, trusting

pytestmark = [
    pytest.mark.gateway,
    pytest.mark.filterwarnings("default"),  # the SDKs' own business
]
FIXTURES = Path(__file__).with_name("fixtures.toml")
STS = "2015-04-01"

NAMES = [
    "rds DescribeDBInstances, the older SDK",
    "rds DescribeDBInstances",
    "rds DescribeDatabases",
    "rds DescribeAccounts",
    "rds DescribeDBInstanceNetInfo",
    "linkwan CountGateways",
    "linkwan GetInstancePacketStat",
    "ots ListInstance",
    "mns ListTopic",
    "dhs ListProject",
    "dhs ListTopic",
    "dhs GetTopic",
    "ots ListTable, version 2",
    "ots ListTable, version 4",
    "ots DescribeTable, version 2",
    "ots DescribeTable, version 4",
    "log ListProject, version 1",
    "log ListProject, version 4",
    "log ListLogStores, version 1",
    "log ListLogStores, version 4",
    "log ListShards, version 1",
    "log ListShards, version 4",
    "oss GetObject, V1",
    "oss GetObject, V4",
]
each_read = pytest.mark.parametrize("name", NAMES)


class Told(NamedTuple):
    """What an SDK came to."""

    action: str
    denied: str
    said: Any


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("gateway")
    with Foreign() as foreign:
        lines = ['region = "cn-hangzhou"']
        for service in ("rds", "linkwan", "mns", "dhs", "ots", "log"):
            lines += ["[[upstream]]", f'service = "{service}"', f'stand_in = "{FIXTURES}"']
        lines += ["[[upstream]]", 'service = "oss"', f'url = "{foreign.url}"']
        (folder / "gateway.toml").write_text("\n".join(lines), encoding="utf-8")
        with gateway(server, folder / "gateway.toml") as running:
            yield running


@pytest.fixture(autouse=True)
def _connections_that_sdks_leave_open() -> Iterator[None]:
    """Let them go where it is known that they do."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(autouse=True)
def _through_the_gateway(running: Running, monkeypatch: pytest.MonkeyPatch, _own_environment: None) -> None:
    """Log Service puts the project before its host, so it is reached as a proxy."""
    monkeypatch.setenv("http_proxy", running.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def _read(running: Running, name: str, who: Credentials) -> Any:
    from tests.gateway.sdk_services import READS  # noqa: PLC0415 (the SDKs are in a group of their own)

    assert set(READS) == set(NAMES)
    return READS[name].ask(running.url, who)


def _refusal(running: Running, name: str, who: Credentials) -> tuple[int, str]:
    from tests.gateway.sdk_services import READS, Refused  # noqa: PLC0415 (as above)

    with pytest.raises(Refused) as refusal:
        READS[name].ask(running.url, who)
    return refusal.value.status, refusal.value.code


def _of(name: str) -> tuple[str, str]:
    from tests.gateway.sdk_services import READS  # noqa: PLC0415 (as above)

    return READS[name].action, READS[name].denied


def _session(world: World, alice: Credentials, **more: str) -> Credentials:
    parameters = {"RoleArn": f"acs:ram::{world.id}:role/reader", "RoleSessionName": "alice", **more}
    answer = world.server.client(alice).call(STS, "AssumeRole", parameters)
    return Credentials.of(answer.json()["Credentials"])


SAID: dict[str, Any] = {
    "rds DescribeDBInstances, the older SDK": "rm-1",
    "linkwan CountGateways": 7,
    "linkwan GetInstancePacketStat": {"UplinkCount": 120, "DownlinkCount": 45},
    "mns ListTopic": (["orders", "stock", "stock-alerts"], ""),
    "dhs ListProject": ["proj_a"],
    "dhs ListTopic": ["tuples", "blobs"],
    "ots ListTable, version 2": ("t1", "表 t+2"),
    "ots ListTable, version 4": ("t1", "表 t+2"),
    "log ListLogStores, version 1": ["store-1", "store-2"],
    "log ListLogStores, version 4": ["store-1", "store-2"],
    "oss GetObject, V1": b"hello",
    "oss GetObject, V4": b"hello",
}


@each_read
def test_an_sdk_reads_with_long_term_keys_and_after_detaching_it_may_not(
    running: Running, world: World, name: str
) -> None:
    action, denied = _of(name)
    alice = world.user("alice")
    policy = world.grant("User", "alice", document(allow(action)))
    said = _read(running, name, alice)
    if name in SAID:
        assert said == SAID[name]
    with world.server.runtime.database.write() as txn:
        txn.attachments.detach(world.id, "User", "alice", "Custom", policy)
    assert _refusal(running, name, alice)[1] == denied


@each_read
def test_an_sdk_reads_with_a_session_and_a_narrowed_one_may_not(
    running: Running, world: World, name: str
) -> None:
    action, denied = _of(name)
    alice = world.user("alice", document(allow("sts:AssumeRole")))
    world.role("reader", trusting(world.everyone), document(allow(action)))
    _read(running, name, _session(world, alice))
    narrowed = _session(world, alice, Policy=document(allow("iot:*")))
    assert _refusal(running, name, narrowed)[1] == denied


@each_read
def test_a_session_that_has_ended_reads_nothing(running: Running, world: World, name: str) -> None:
    world.role("reader", trusting(world.everyone), document(allow("*")))
    with world.server.runtime.database.read() as txn:
        role = txn.roles.get(world.id, "reader")
    now = int(time.time())
    made = world.server.runtime.issuer.issue(
        Session(
            account_id=world.id,
            kind="role",
            role_id=role.id,
            role_name="reader",
            session_name="alice",
            authenticated_at=now - 901,
            issued_at=now - 901,
            expires_at=now - 1,
            session_id="0" * 32,
            issuer_access_key_id=world.account.root.access_key_id,
            issuer="",
        )
    )
    ended = Credentials(made.access_key_id, made.access_key_secret, made.security_token)
    status, _ = _refusal(running, name, ended)
    assert status in {400, 401, 403}
    assert running.recorded()["code"] == "InvalidSecurityToken.Expired"


def test_what_the_sdks_parse_is_what_the_file_says(running: Running, world: World) -> None:
    root = world.account.root
    instances = _read(running, "rds DescribeDBInstances", root)
    assert [each["Engine"] for each in instances["Items"]["DBInstance"]] == ["MySQL", "PostgreSQL"]
    databases = _read(running, "rds DescribeDatabases", root)["Databases"]["Database"]
    assert [each["DBDescription"] for each in databases] == ["订单", ""]
    accounts = _read(running, "rds DescribeAccounts", root)["Accounts"]["DBInstanceAccount"]
    assert [each["AccountType"] for each in accounts] == ["Normal", "Super"]
    nets = _read(running, "rds DescribeDBInstanceNetInfo", root)["DBInstanceNetInfos"]["DBInstanceNetInfo"]
    assert [(each["IPAddress"], each["Port"]) for each in nets] == [("10.0.0.5", "3306")]
    assert (
        _read(running, "ots ListInstance", root)["InstanceInfos"]["InstanceInfo"][0]["InstanceName"]
        == "my-inst"
    )
    for version in ("2", "4"):
        table = _read(running, f"ots DescribeTable, version {version}", root)
        assert table.table_meta.schema_of_primary_key == [("pk", "INTEGER"), ("sk", "STRING")]
        assert (table.table_options.max_version, table.table_options.time_to_live) == (2, -1)
    topic = _read(running, "dhs GetTopic", root)
    assert (topic.shard_count, topic.comment) == (3, "注释")
    assert [field.name for field in topic.record_schema.field_list] == ["id", "text"]
    for version in ("1", "4"):
        projects = _read(running, f"log ListProject, version {version}", root)
        assert [each["projectName"] for each in projects] == ["p1", "p2"]
        shards = _read(running, f"log ListShards, version {version}", root)
        assert [each["shardID"] for each in shards] == [0, 1, 2, 3]
        assert [shards[at]["exclusiveEndKey"] for at in range(3)] == [
            shards[at]["inclusiveBeginKey"] for at in range(1, 4)
        ]
