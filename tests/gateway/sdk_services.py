"""Reads of services behind the gateway, each through its official SDK, unmodified.

Imported by tests that are asked for only: the SDKs are in a group of their own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import oss2
from alibabacloud_rds20140815 import models as rds
from alibabacloud_rds20140815.client import Client as RdsClient
from alibabacloud_tea_openapi.models import Config
from aliyun.log import LogClient, LogException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from aliyunsdklinkwan.request.v20190301.CountGatewaysRequest import CountGatewaysRequest
from aliyunsdkrds.request.v20140815.DescribeDBInstancesRequest import DescribeDBInstancesRequest
from darabonba.exceptions import DaraException
from datahub import DataHub
from datahub.exceptions import DatahubException
from mns.account import Account
from mns.mns_exception import MNSServerException
from tablestore import OTSClient
from tablestore.error import OTSServiceError

from daypass.client import Credentials

logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)


class Refused(Exception):  # noqa: N818 (what an SDK was told)
    """What an SDK makes of a refusal."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Read(NamedTuple):
    """A read through an SDK.

    Attributes:
        action: it is authorized for.
        ask: makes it; given the gateway's URL and credentials it returns what the SDK parsed.
        denied: the code the SDK tells of a denial.
    """

    action: str
    ask: Callable[[str, Credentials], Any]
    denied: str


def _acs(url: str, who: Credentials, request: Any) -> Any:
    secret = who.access_key_secret.reveal()
    credential = (
        AccessKeyCredential(who.access_key_id, secret)
        if who.security_token is None
        else StsTokenCredential(who.access_key_id, secret, who.security_token)
    )
    client = AcsClient(region_id="cn-hangzhou", credential=credential)
    request.set_endpoint(url)
    request.set_accept_format("json")
    try:
        return json.loads(client.do_action_with_exception(request))
    except ServerException as error:
        raise Refused(error.get_http_status(), error.get_error_code()) from None


def _tea(url: str, who: Credentials) -> RdsClient:
    return RdsClient(
        Config(
            access_key_id=who.access_key_id,
            access_key_secret=who.access_key_secret.reveal(),
            security_token=who.security_token,
            endpoint=url.removeprefix("http://"),
            protocol="http",
        )
    )


def _rds(call: Callable[[RdsClient], Any]) -> Callable[[str, Credentials], Any]:
    def ask(url: str, who: Credentials) -> Any:
        try:
            return call(_tea(url, who)).body.to_map()
        except DaraException as error:
            raise Refused(getattr(error, "status_code", 0), str(error.code)) from None

    return ask


def _list_instance(url: str, who: Credentials) -> Any:
    request = CommonRequest(domain="", version="2016-06-20", action_name="ListInstance")
    return _acs(url, who, request)


def _packets(url: str, who: Credentials) -> Any:
    request = CommonRequest(domain="", version="2019-03-01", action_name="GetInstancePacketStat")
    return _acs(url, who, request)["Data"]


def _log(call: Callable[[LogClient], Any], version: str) -> Callable[[str, Credentials], Any]:
    def ask(_: str, who: Credentials) -> Any:
        client = LogClient(
            "http://cn-hangzhou.log.aliyuncs.com",
            who.access_key_id,
            who.access_key_secret.reveal(),
            securityToken=who.security_token,
            auth_version=version,
            region="cn-hangzhou",
        )
        try:
            return call(client)
        except LogException as error:
            raise Refused(int(error.get_resp_status()), error.get_error_code()) from None

    return ask


def _topics(url: str, who: Credentials) -> Any:
    account = Account(url, who.access_key_id, who.access_key_secret.reveal(), who.security_token or "")
    try:
        urls, marker = account.list_topic()[:2]
    except MNSServerException as error:
        raise Refused(403, error.type) from None
    return [name.rpartition("/")[2] for name in urls], marker


def _datahub(call: Callable[[DataHub], Any]) -> Callable[[str, Credentials], Any]:
    def ask(url: str, who: Credentials) -> Any:
        more = {} if who.security_token is None else {"security_token": who.security_token}
        client = DataHub(who.access_key_id, who.access_key_secret.reveal(), url, **more)
        try:
            return call(client)
        except DatahubException as error:
            raise Refused(error.status_code, error.error_code) from None

    return ask


def _ots(call: Callable[[OTSClient], Any], region: str | None) -> Callable[[str, Credentials], Any]:
    def ask(url: str, who: Credentials) -> Any:
        client = OTSClient(
            url,
            who.access_key_id,
            who.access_key_secret.reveal(),
            "my-inst",
            sts_token=who.security_token,
            region=region,
            logger_name="quiet",
        )
        try:
            return call(client)
        except OTSServiceError as error:
            raise Refused(error.get_http_status(), error.get_error_code()) from None

    return ask


def _oss(version: int) -> Callable[[str, Credentials], Any]:
    def ask(url: str, who: Credentials) -> Any:
        words = (who.access_key_id, who.access_key_secret.reveal())
        if version == 4:
            made = oss2.ProviderAuthV4(oss2.credentials.StaticCredentialsProvider(*words, who.security_token))
        elif who.security_token is None:
            made = oss2.Auth(*words)
        else:
            made = oss2.StsAuth(*words, who.security_token)
        bucket = oss2.Bucket(made, url, "my-bucket", region="cn-hangzhou")
        try:
            return bucket.get_object("dir a/中.txt").read()
        except oss2.exceptions.OssError as error:
            raise Refused(error.status, error.code) from None

    return ask


READS = {
    "rds DescribeDBInstances, the older SDK": Read(
        "rds:DescribeDBInstances",
        lambda url, who: _acs(url, who, DescribeDBInstancesRequest())["Items"]["DBInstance"][0][
            "DBInstanceId"
        ],
        "NoPermission",
    ),
    "rds DescribeDBInstances": Read(
        "rds:DescribeDBInstances",
        _rds(lambda client: client.describe_dbinstances(rds.DescribeDBInstancesRequest())),
        "NoPermission",
    ),
    "rds DescribeDatabases": Read(
        "rds:DescribeDatabases",
        _rds(lambda client: client.describe_databases(rds.DescribeDatabasesRequest(dbinstance_id="rm-1"))),
        "NoPermission",
    ),
    "rds DescribeAccounts": Read(
        "rds:DescribeAccounts",
        _rds(lambda client: client.describe_accounts(rds.DescribeAccountsRequest(dbinstance_id="rm-1"))),
        "NoPermission",
    ),
    "rds DescribeDBInstanceNetInfo": Read(
        "rds:DescribeDBInstanceNetInfo",
        _rds(
            lambda client: client.describe_dbinstance_net_info(
                rds.DescribeDBInstanceNetInfoRequest(dbinstance_id="rm-1")
            )
        ),
        "NoPermission",
    ),
    "linkwan CountGateways": Read(
        "linkwan:CountGateways",
        lambda url, who: _acs(url, who, CountGatewaysRequest())["Data"],
        "NoPermission",
    ),
    "linkwan GetInstancePacketStat": Read("linkwan:GetInstancePacketStat", _packets, "NoPermission"),
    "ots ListInstance": Read("ots:ListInstance", _list_instance, "NoPermission"),
    "mns ListTopic": Read("mns:ListTopic", _topics, "AccessDenied"),
    "dhs ListProject": Read(
        "dhs:ListProject", _datahub(lambda client: client.list_project().project_names), "NoPermission"
    ),
    "dhs ListTopic": Read(
        "dhs:ListTopic", _datahub(lambda client: client.list_topic("proj_a").topic_names), "NoPermission"
    ),
    "dhs GetTopic": Read(
        "dhs:GetTopic", _datahub(lambda client: client.get_topic("proj_a", "tuples")), "NoPermission"
    ),
    "ots ListTable, version 2": Read(
        "ots:ListTable", _ots(lambda client: client.list_table(), None), "OTSNoPermissionAccess"
    ),
    "ots ListTable, version 4": Read(
        "ots:ListTable", _ots(lambda client: client.list_table(), "cn-hangzhou"), "OTSNoPermissionAccess"
    ),
    "ots DescribeTable, version 2": Read(
        "ots:DescribeTable", _ots(lambda client: client.describe_table("t1"), None), "OTSNoPermissionAccess"
    ),
    "ots DescribeTable, version 4": Read(
        "ots:DescribeTable",
        _ots(lambda client: client.describe_table("t1"), "cn-hangzhou"),
        "OTSNoPermissionAccess",
    ),
    "log ListProject, version 1": Read(
        "log:ListProject", _log(lambda client: client.list_project().get_projects(), "v1"), "Unauthorized"
    ),
    "log ListProject, version 4": Read(
        "log:ListProject", _log(lambda client: client.list_project().get_projects(), "v4"), "Unauthorized"
    ),
    "log ListLogStores, version 1": Read(
        "log:ListLogStores",
        _log(lambda client: client.list_logstore("p1").get_logstores(), "v1"),
        "Unauthorized",
    ),
    "log ListLogStores, version 4": Read(
        "log:ListLogStores",
        _log(lambda client: client.list_logstore("p1").get_logstores(), "v4"),
        "Unauthorized",
    ),
    "log ListShards, version 1": Read(
        "log:ListShards",
        _log(lambda client: client.list_shards("p1", "store-1").shards, "v1"),
        "Unauthorized",
    ),
    "log ListShards, version 4": Read(
        "log:ListShards",
        _log(lambda client: client.list_shards("p1", "store-1").shards, "v4"),
        "Unauthorized",
    ),
    "oss GetObject, V1": Read("oss:GetObject", _oss(1), "AccessDenied"),
    "oss GetObject, V4": Read("oss:GetObject", _oss(4), "AccessDenied"),
}
