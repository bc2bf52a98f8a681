"""Stand-ins answer a few reads from a file, once policies allow them, and say what they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.client import Credentials
from daypass.gateway.config import ConfigError, read
from daypass.gateway.stand_ins import PLAYED
from daypass.testing import Server
from tests.gateway import signers
from tests.gateway.gateways import Answer, Running, gateway
from tests.world import World, allow, document

FIXTURES = Path(__file__).with_name("fixtures.toml")
SERVICES = ("rds", "linkwan", "mns", "dhs", "ots", "log", "oss")


def _configured(folder: Path, fixtures: Path) -> Path:
    lines = ['region = "cn-hangzhou"']
    for service in SERVICES:
        lines += ["[[upstream]]", f'service = "{service}"', f'stand_in = "{fixtures}"']
    file = folder / "gateway.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def running(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with gateway(server, _configured(tmp_path_factory.mktemp("gateway"), FIXTURES)) as running:
        yield running


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", document(allow("*")))


def _pop(running: Running, who: Credentials, version: str, action: str, **parameters: str) -> Answer:
    return running.ask("POST", f"/?{signers.rpc(who, action, version, **parameters)}")


def _log(running: Running, who: Credentials, target: str, project: str = "") -> Answer:
    host = {"host": f"{project}.localhost"} if project else {}
    return running.ask("GET", target, signers.sls(who, "GET", target) | host)


def test_every_answer_says_that_it_is_a_stand_ins_and_is_on_record(
    running: Running, alice: Credentials
) -> None:
    answer = _pop(running, alice, "2019-03-01", "CountGateways")
    assert (answer.json()["Data"], answer.headers["x-daypass-stand-in"]) == (7, "1")
    record = running.recorded()
    assert (record["requestId"], record["outcome"]) == (answer.json()["RequestId"], "allow")
    table = running.ask("POST", "/ListTable", signers.ots(alice, "POST", "/ListTable"))
    assert table.headers["x-ots-requestid"] == running.recorded()["requestId"]


def test_pop_is_answered_in_xml_where_it_is_asked_for(running: Running, alice: Credentials) -> None:
    target = f"/?{signers.rpc(alice, 'DescribeDBInstances', '2014-08-15', 'GET')}"
    assert "Format=JSON" in target
    host = running.host
    path, headers = signers.acs3(alice, host, "DescribeDBInstances", "2014-08-15")
    answer = running.ask("POST", path, {**headers, "accept": "application/xml"})
    assert answer.status == 400  # the header is signed
    path, headers = signers.acs3(alice, host, "DescribeDBInstances", "2014-08-15", Format="XML")
    answer = running.ask("POST", path, headers)
    assert answer.headers["content-type"] == "text/xml;charset=utf-8"
    root = ET.fromstring(answer.text)  # noqa: S314 (our own answer)
    assert [each.text for each in root.iter("DBInstanceId")] == ["rm-1", "rm-2"]


def test_lists_are_paged_and_narrowed(running: Running, alice: Credentials) -> None:
    page = _pop(running, alice, "2014-08-15", "DescribeDBInstances", PageSize="1", PageNumber="2").json()
    assert (page["TotalRecordCount"], page["PageRecordCount"]) == (2, 1)
    assert page["Items"]["DBInstance"][0]["DBInstanceId"] == "rm-2"
    one = _pop(running, alice, "2014-08-15", "DescribeDBInstances", Engine="MySQL").json()
    assert one["TotalRecordCount"] == 1
    odd = _pop(running, alice, "2014-08-15", "DescribeDBInstances", PageSize="x", PageNumber="-1").json()
    assert odd["PageRecordCount"] == 2
    named = _pop(running, alice, "2014-08-15", "DescribeDatabases", DBInstanceId="rm-1", DBName="stock")
    assert len(named.json()["Databases"]["Database"]) == 1
    stores = _log(running, alice, "/logstores?offset=1&size=1", "p1").json()
    assert stores == {"count": 1, "total": 2, "logstores": ["store-2"]}


def test_topics_are_listed_from_a_marker_on(running: Running, alice: Credentials) -> None:
    headers = signers.mns(alice, "GET", "/topics")
    more = {"x-mns-prefix": "st", "x-mns-ret-number": "1"}
    refused = running.ask("GET", "/topics", headers | more)
    assert refused.status == 403  # such headers are signed
    answer = running.ask("GET", "/topics", headers)
    root = ET.fromstring(answer.text)  # noqa: S314 (our own answer)
    space = "{http://mns.aliyuncs.com/doc/v1/}"
    urls = [each.text for each in root.iter(f"{space}TopicURL")]
    assert urls == [f"http://{running.host}/topics/{name}" for name in ("orders", "stock", "stock-alerts")]


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("rds", 404, "InvalidDBInstanceId.NotFound"),
        ("log project", 404, "ProjectNotExist"),
        ("log store", 404, "LogStoreNotExist"),
        ("dhs project", 404, "NoSuchProject"),
        ("dhs topic", 404, "NoSuchTopic"),
        ("ots instance", 404, "OTSParameterInvalid"),
        ("not played", 501, "NotImplemented"),
        ("pop, not played", 501, "NotImplemented"),
    ],
)
def test_what_is_not_in_the_file_is_refused_in_the_services_own_words(
    running: Running, alice: Credentials, case: str, status: int, code: str
) -> None:
    def datahub(target: str) -> Answer:
        return running.ask("GET", target, signers.datahub(alice, "GET", target))

    answer = {
        "rds": lambda: _pop(running, alice, "2014-08-15", "DescribeAccounts", DBInstanceId="rm-9"),
        "log project": lambda: _log(running, alice, "/logstores", "p9"),
        "log store": lambda: _log(running, alice, "/logstores/none/shards", "p1"),
        "dhs project": lambda: datahub("/projects/none/topics"),
        "dhs topic": lambda: datahub("/projects/proj_a/topics/none"),
        "ots instance": lambda: running.ask("POST", "/ListTable", signers.ots(alice, "POST", "/ListTable")),
        "not played": lambda: running.ask("GET", "/books/a", signers.oss(alice, "GET", "/books/a")),
        "pop, not played": lambda: _pop(running, alice, "2014-08-15", "DescribeRegions"),
    }[case]()
    assert answer.status == status
    assert code in answer.body.decode("latin-1")


def test_a_policy_decides_before_a_stand_in_is_asked(running: Running, world: World) -> None:
    bob = world.user("bob", document(allow("rds:DescribeAccounts", f"acs:rds:*:{world.id}:dbinstance/rm-1")))
    assert _pop(running, bob, "2014-08-15", "DescribeAccounts", DBInstanceId="rm-1").status == 200
    for instance in ("rm-2", "rm-9"):
        assert _pop(running, bob, "2014-08-15", "DescribeAccounts", DBInstanceId=instance).status == 403


def test_every_read_that_the_sample_policies_name_is_played() -> None:
    wanted = {
        *(f"rds:Describe{name}" for name in ("DBInstances", "Databases", "Accounts", "DBInstanceNetInfo")),
        *("mns:ListTopic", "dhs:ListProject", "dhs:ListTopic", "dhs:GetTopic"),
        *("ots:ListTable", "ots:DescribeTable", "ots:ListInstance"),
        *("log:ListProject", "log:ListLogStores", "log:ListShards"),
        *("linkwan:GetInstancePacketStat", "linkwan:CountGateways"),
    }
    assert wanted == PLAYED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[s3]", "s3"),
        ("[[rds.instance]]\nengine = 'MySQL'", "id"),
        ("[[log.project]]\nname = 'p'\nlogstore = [{ name = 's', shards = 0 }]", "shards"),
        ("[rds", "not TOML"),
    ],
)
def test_fixtures_with_a_fault_are_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    fixtures = tmp_path / "fixtures.toml"
    fixtures.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        read(_configured(tmp_path, fixtures))
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)
