"""ApsaraDB RDS, Link WAN, and the control plane of Tablestore: answers as their SDKs model them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from daypass.gateway.shapes import Answer, Native
from daypass.service import render

if TYPE_CHECKING:
    from daypass.gateway.stand_ins.asked import Asked
    from daypass.gateway.stand_ins.fixtures import DbInstance, Fixtures

_PAGE: Final = 30
_LARGEST_PAGE: Final = 100
_NO_INSTANCE: Final = Native("InvalidDBInstanceId.NotFound", 404, "The DBInstanceId provided does not exist.")


def describe_db_instances(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the instances, a page of them, or one."""
    wanted = asked.query.get("DBInstanceId")
    engine = asked.query.get("Engine")
    found = [
        each
        for each in fixtures.rds.instance
        if wanted in {None, "", each.id} and engine in {None, "", each.engine}
    ]
    number, size = (
        max(asked.number("PageNumber", 1, 10**6), 1),
        asked.number("PageSize", _PAGE, _LARGEST_PAGE),
    )
    page = found[(number - 1) * size :][:size]
    return _said(
        "DescribeDBInstances",
        asked,
        {
            "PageNumber": number,
            "PageRecordCount": len(page),
            "TotalRecordCount": len(found),
            "Items": {"DBInstance": [_instance(each, asked) for each in page]},
        },
    )


def describe_databases(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the databases of an instance."""
    instance = _named(fixtures, asked)
    wanted = asked.query.get("DBName")
    databases = [
        {
            "DBInstanceId": instance.id,
            "DBName": each.name,
            "DBStatus": "Running",
            "DBDescription": each.description,
            "Engine": instance.engine,
            "CharacterSetName": each.character_set,
        }
        for each in instance.database
        if wanted in {None, "", each.name}
    ]
    return _said("DescribeDatabases", asked, {"Databases": {"Database": databases}})


def describe_accounts(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the accounts of an instance."""
    instance = _named(fixtures, asked)
    wanted = asked.query.get("AccountName")
    accounts = [
        {
            "DBInstanceId": instance.id,
            "AccountName": each.name,
            "AccountStatus": "Available",
            "AccountType": each.type,
            "AccountDescription": each.description,
            "DatabasePrivileges": {"DatabasePrivilege": []},
        }
        for each in instance.account
        if wanted in {None, "", each.name}
    ]
    return _said("DescribeAccounts", asked, {"Accounts": {"DBInstanceAccount": accounts}})


def describe_db_instance_net_info(fixtures: Fixtures, asked: Asked) -> Answer:
    """List where an instance is reached."""
    instance = _named(fixtures, asked)
    addresses = [
        {
            "ConnectionString": each.connection_string,
            "ConnectionStringType": "Normal",
            "IPAddress": each.ip,
            "IPType": each.type,
            "Port": str(each.port),
        }
        for each in instance.address
    ]
    members = {"InstanceNetworkType": "VPC", "DBInstanceNetInfos": {"DBInstanceNetInfo": addresses}}
    return _said("DescribeDBInstanceNetInfo", asked, members)


def count_gateways(fixtures: Fixtures, asked: Asked) -> Answer:
    """Tell how many gateways there are."""
    return _said("CountGateways", asked, {"Success": True, "Data": fixtures.linkwan.gateways})


def get_instance_packet_stat(fixtures: Fixtures, asked: Asked) -> Answer:
    """Tell how many packets went up and down."""
    data = {"UplinkCount": fixtures.linkwan.packets_up, "DownlinkCount": fixtures.linkwan.packets_down}
    return _said("GetInstancePacketStat", asked, {"Success": True, "Data": data})


def list_instance(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the instances of Tablestore."""
    number, size = max(asked.number("PageNum", 1, 10**6), 1), asked.number("PageSize", 10, _LARGEST_PAGE)
    every = fixtures.ots.instance
    page = [
        {"InstanceName": each.name, "Description": each.description, "Status": 1, "Network": "NORMAL"}
        for each in every[(number - 1) * size :][:size]
    ]
    members = {"TotalCount": len(every), "PageNum": number, "PageSize": size}
    return _said("ListInstance", asked, {**members, "InstanceInfos": {"InstanceInfo": page}})


def _named(fixtures: Fixtures, asked: Asked) -> DbInstance:
    wanted = asked.query.get("DBInstanceId")
    for each in fixtures.rds.instance:
        if each.id == wanted:
            return each
    raise _NO_INSTANCE()


def _instance(each: DbInstance, asked: Asked) -> dict[str, Any]:
    return {
        "DBInstanceId": each.id,
        "DBInstanceDescription": each.description or each.id,
        "DBInstanceStatus": each.status,
        "DBInstanceClass": each.instance_class,
        "DBInstanceType": "Primary",
        "DBInstanceNetType": "Intranet",
        "InstanceNetworkType": "VPC",
        "PayType": "Postpaid",
        "Engine": each.engine,
        "EngineVersion": each.engine_version,
        "RegionId": asked.region,
        "ZoneId": f"{asked.region}-a",
    }


def _said(action: str, asked: Asked, members: dict[str, Any]) -> Answer:
    body = render.members(asked.format, f"{action}Response", {"RequestId": asked.request_id, **members})
    headers = [
        (b"content-type", render.content_type(asked.format).encode()),
        (b"x-acs-request-id", asked.request_id.encode()),
    ]
    return Answer(200, headers, body)
