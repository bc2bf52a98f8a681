"""The account's alias and default domain, and the names read and printed with them. A real server."""

from __future__ import annotations

import base64
import secrets
from typing import Any

import pytest

from daypass.client import Client
from tests.services.ims.calls import Ims
from tests.world import allow, document


@pytest.fixture
def alias() -> str:
    """An alias that no other test has taken."""
    return f"corp-{secrets.token_hex(4)}"


def _upn(ims: Ims, **named: str) -> str:
    return str(ims("GetUser", **named)["User"]["UserPrincipalName"])


def test_names_are_printed_with_the_alias_and_read_with_it_or_the_id(ims: Ims, alias: str) -> None:
    ims.ram("CreateUser", UserName="alice")
    ims.ram.refused("GetAccountAlias", "EntityNotExist")
    ims.ram("SetAccountAlias", AccountAlias=alias)
    assert ims.ram("GetAccountAlias")["AccountAlias"] == alias
    for named in (f"alice@{alias}.onaliyun.com", f"alice@{alias.upper()}.onaliyun.com", ims.name("alice")):
        assert _upn(ims, UserPrincipalName=named) == f"alice@{alias}.onaliyun.com"
    ims.ram("ClearAccountAlias")
    ims.ram.refused("GetAccountAlias", "EntityNotExist")
    assert _upn(ims, UserPrincipalName=ims.name("alice")) == ims.name("alice")
    ims.refused("GetUser", "EntityNotExist.User", UserPrincipalName=f"alice@{alias}.onaliyun.com")


def test_alias_and_default_domain_are_one(ims: Ims, alias: str) -> None:
    assert ims("GetDefaultDomain")["DefaultDomainName"] == f"{ims.id}.onaliyun.com"
    domain = f"{alias}.onaliyun.com"
    assert ims("SetDefaultDomain", DefaultDomainName=domain.title())["DefaultDomainName"] == domain
    assert ims("GetDefaultDomain")["DefaultDomainName"] == domain
    assert ims.ram("GetAccountAlias")["AccountAlias"] == alias
    ims.ram("CreateUser", UserName="alice")
    assert _upn(ims, UserPrincipalName=f"alice@{domain}") == f"alice@{domain}"
    own = f"{ims.id}.onaliyun.com"
    assert ims("SetDefaultDomain", DefaultDomainName=own)["DefaultDomainName"] == own
    ims.ram.refused("GetAccountAlias", "EntityNotExist")


def test_an_alias_is_one_accounts(ims: Ims, alias: str) -> None:
    other = Ims(ims.server, ims.server.new_account())
    other.ram("SetAccountAlias", AccountAlias=alias)
    other.ram("SetAccountAlias", AccountAlias=alias)
    for taken in (alias, other.id):
        ims.ram.refused("SetAccountAlias", "EntityAlreadyExists.AccountAlias", AccountAlias=taken)
        ims.refused(
            "SetDefaultDomain",
            "EntityAlreadyExists.AccountAlias",
            DefaultDomainName=f"{taken}.onaliyun.com",
        )
    other.ram("ClearAccountAlias")
    ims.ram("SetAccountAlias", AccountAlias=alias)


@pytest.mark.parametrize("alias", ["-abc", "abc-", "a--b", "Abc", "a.b", "a_b", "äbc"])
def test_an_alias_of_another_form_is_refused(ims: Ims, alias: str) -> None:
    ims.ram.refused("SetAccountAlias", "InvalidParameter.AccountAlias.Format", AccountAlias=alias)


@pytest.mark.parametrize("alias", ["", "ab", "a" * 33])
def test_an_alias_of_another_length_is_refused(ims: Ims, alias: str) -> None:
    ims.ram.refused("SetAccountAlias", "InvalidParameter.AccountAlias.Length", AccountAlias=alias)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "corp",
        "corp.example.com",
        ".onaliyun.com",
        "-a.onaliyun.com",
        "a--b.onaliyun.com",
        "a..b.onaliyun.com",
        "a-.onaliyun.com",
        "group.corp.onaliyun.com",
        f"{'a' * 52}.onaliyun.com",
    ],
)
def test_a_domain_of_another_form_is_refused(ims: Ims, domain: str) -> None:
    ims.refused("SetDefaultDomain", "InvalidParameter.DefaultDomainName.Format", DefaultDomainName=domain)


def test_alias_and_domain_are_for_whoever_a_policy_lets(ims: Ims, alias: str) -> None:
    nobody = ims.someone("nobody")
    for action in ("SetAccountAlias", "GetAccountAlias", "ClearAccountAlias"):
        nobody.ram.refused(action, "NoPermission", AccountAlias=alias)
    for action in ("SetDefaultDomain", "GetDefaultDomain"):
        nobody.refused(action, "NoPermission", DefaultDomainName=f"{alias}.onaliyun.com")
    admin = ims.someone("admin", document(allow("ram:*AccountAlias", f"acs:ram:*:{ims.id}:*")))
    admin.ram("SetAccountAlias", AccountAlias=alias)
    admin.refused("GetDefaultDomain", "NoPermission")


def test_every_product_reads_and_prints_the_domain_in_force(ims: Ims, alias: str) -> None:
    root = Client(ims.server.url, ims.account.root)

    def resource_manager(action: str, **parameters: str) -> dict[str, Any]:
        policy = {"PolicyType": "System", "PolicyName": "ReadOnlyAccess"}
        answer = root.call("2020-03-31", action, {**policy, **parameters})
        assert answer.status == 200, answer.text
        return answer.json()

    ims.ram("CreateUser", UserName="alice")
    ims.ram("CreateGroup", GroupName="staff")
    ims.ram.role("keeper")
    ims.ram("SetAccountAlias", AccountAlias=alias)
    by_alias = {
        "IMSUser": f"alice@{alias}.onaliyun.com",
        "IMSGroup": f"staff@group.{alias}.onaliyun.com",
        "ServiceRole": f"keeper@role.{alias}.onaliyunservice.com",
    }
    for kind, name in by_alias.items():
        given = {"PrincipalType": kind, "ResourceGroupId": ims.id}
        resource_manager("AttachPolicy", PrincipalName=name.replace(alias, ims.id), **given)
        listed = resource_manager("ListPolicyAttachments", PrincipalType=kind, PrincipalName=name)
        assert [each["PrincipalName"] for each in listed["PolicyAttachments"]["PolicyAttachment"]] == [name]
        resource_manager("DetachPolicy", PrincipalName=name, **given)
    assert ims.ram("GetRole", RoleName="keeper")["Role"]["RolePrincipalName"] == by_alias["ServiceRole"]
    assert ims("ListUsers")["Users"]["User"][0]["UserPrincipalName"] == by_alias["IMSUser"]
    members = {"GroupName": "staff", "UserPrincipalName": by_alias["IMSUser"]}
    ims("AddUserToGroup", **members)
    shown = ims("ListUsersForGroup", GroupName="staff")["Users"]["User"][0]
    assert shown["UserPrincipalName"] == by_alias["IMSUser"]
    ims("GenerateCredentialReport")
    assert by_alias["IMSUser"] in base64.b64decode(ims("GetCredentialReport")["Content"]).decode()
