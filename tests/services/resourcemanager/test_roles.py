"""Roles through ResourceManager, on a real server: the same roles that RAM has."""

from __future__ import annotations

import re

import pytest

from daypass.client import Answer, Client, Credentials
from daypass.directory.quotas import Quotas
from tests.services.resourcemanager.account import Account
from tests.world import allow, deny, document, trusting

RAM = "2015-05-01"


def in_ram(account: Account, action: str, **parameters: str) -> Answer:
    """Call RAM as root."""
    return Client(account.server.url, account.account.root).call(RAM, action, parameters)


def made(account: Account, name: str = "ECSAdmin", /, **more: str) -> dict[str, object]:
    """Create a role that everybody of the account may assume; return what is said of it."""
    wanted = {"RoleName": name, "AssumeRolePolicyDocument": trusting(account.everyone), **more}
    role = account.told("CreateRole", **wanted)["Role"]
    assert isinstance(role, dict)
    return role


def test_a_new_role_is_shown_as_it_was_made_and_is_ram_s_too(account: Account) -> None:
    role = made(account, Description="Ops only", MaxSessionDuration="7200")
    assert role == {
        "RoleId": role["RoleId"],
        "RoleName": "ECSAdmin",
        "Arn": f"acs:ram::{account.id}:role/ecsadmin",
        "Description": "Ops only",
        "MaxSessionDuration": 7200,
        "RolePrincipalName": f"ECSAdmin@role.{account.id}.onaliyunservice.com",
        "AssumeRolePolicyDocument": trusting(account.everyone),
        "CreateDate": role["CreateDate"],
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(role["CreateDate"]))
    shown = account.told("GetRole", RoleName="ecsadmin", Language="en")["Role"]
    assert shown == {**role, "UpdateDate": role["CreateDate"], "IsServiceLinkedRole": False}
    assert in_ram(account, "GetRole", RoleName="ECSAdmin").json()["Role"]["RoleId"] == role["RoleId"]


def test_an_update_changes_what_is_given_and_decides_the_next_assumption(account: Account) -> None:
    alice = account.user("Alice", document(allow("sts:AssumeRole")))
    account.user("Bob")
    arn = str(made(account, "Reader", Description="of books")["Arn"])
    assert account.assume(alice, arn).status == 200
    only_bob = trusting(f"acs:ram::{account.id}:user/Bob")
    changed = account.told(
        "UpdateRole", RoleName="Reader", NewAssumeRolePolicyDocument=only_bob, NewMaxSessionDuration="43200"
    )["Role"]
    assert (changed["AssumeRolePolicyDocument"], changed["MaxSessionDuration"]) == (only_bob, 43200)
    assert changed["Description"] == "of books"
    assert account.assume(alice, arn).code == "NoPermission"
    again = account.told("UpdateRole", RoleName="Reader", NewDescription="")["Role"]
    assert "Description" not in again


def test_a_role_is_deleted_without_policies_only_and_takes_its_sessions_along(account: Account) -> None:
    alice = account.user("Alice", document(allow("sts:AssumeRole")))
    arn = str(made(account, "Reader")["Arn"])
    policy = account.grant("Role", "Reader", document(allow("ram:GetRole")))
    session = account.session(alice, arn)
    assert account.told("GetRole", session, RoleName="Reader")["Role"]["RoleName"] == "Reader"
    assert account.refused("DeleteRole", RoleName="Reader") == (409, "DeleteConflict.Role.Policy")
    with account.server.runtime.database.write() as txn:
        txn.attachments.detach(account.id, "Role", "Reader", "Custom", policy)
    assert set(account.told("DeleteRole", RoleName="reader")) == {"RequestId"}
    assert account.refused("GetRole", session, RoleName="Reader")[1] == "InvalidSecurityToken.Expired"
    assert account.refused("GetRole", RoleName="Reader") == (404, "EntityNotExist.Role")


def test_roles_are_listed_by_name_in_numbered_pages(account: Account) -> None:
    for name in ("c", "B", "a", "e", "D"):
        made(account, name)
    seen = []
    for number in ("1", "2", "3", "4"):
        page = account.told("ListRoles", PageNumber=number, PageSize="2")
        assert (page["PageNumber"], page["PageSize"], page["TotalCount"]) == (int(number), 2, 5)
        seen.append([role["RoleName"] for role in page["Roles"]["Role"]])
    assert seen == [["a", "B"], ["c", "D"], ["e"], []]
    listed = account.told("ListRoles")["Roles"]["Role"]
    assert len(listed) == 5
    assert "AssumeRolePolicyDocument" not in listed[0]
    assert listed[1]["RolePrincipalName"] == f"B@role.{account.id}.onaliyunservice.com"


@pytest.mark.parametrize(
    ("action", "changes", "status", "code"),
    [
        ("CreateRole", {"RoleName": "a b"}, 400, "InvalidParameter.RoleName.InvalidChars"),
        ("CreateRole", {"RoleName": "a" * 65}, 400, "InvalidParameter.RoleName.Length"),
        (
            "CreateRole",
            {"AssumeRolePolicyDocument": " " * 6145},
            400,
            "InvalidParameter.AssumeRolePolicyDocument.Length",
        ),
        ("CreateRole", {"AssumeRolePolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        (
            "CreateRole",
            {"AssumeRolePolicyDocument": trusting("acs:ram::{id}:user/nobody")},
            400,
            "MalformedPolicyDocument",
        ),
        ("CreateRole", {"RoleName": "READER"}, 409, "EntityAlreadyExists.Role"),
        ("CreateRole", {"MaxSessionDuration": "60"}, 400, "InvalidParameter.MaxSessionDuration"),
        ("GetRole", {"RoleName": "none"}, 404, "EntityNotExist.Role"),
        ("GetRole", {"RoleName": "Reader", "Language": "fr"}, 400, "InvalidParameter.Language"),
        ("UpdateRole", {"RoleName": "none"}, 404, "EntityNotExist.Role"),
        ("UpdateRole", {"NewAssumeRolePolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        ("DeleteRole", {"RoleName": "none"}, 404, "EntityNotExist.Role"),
        ("ListRoles", {"PageNumber": "0"}, 400, "InvalidParameter.PageNumber"),
        ("ListRoles", {"PageSize": "101"}, 400, "InvalidParameter.PageSize"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    account: Account, action: str, changes: dict[str, str], status: int, code: str
) -> None:
    made(account, "Reader")
    given = {name: value.replace("{id}", account.id) for name, value in changes.items()}
    wanted = {"RoleName": "Reader" if action != "CreateRole" else "Writer", **given}
    if action == "CreateRole":
        wanted = {"AssumeRolePolicyDocument": trusting(account.everyone), **wanted}
    if action == "ListRoles":
        del wanted["RoleName"]
    assert account.refused(action, **wanted) == (status, code)


def test_an_account_has_as_many_roles_as_its_quota(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account.server.runtime.database, "_quotas", Quotas(roles=1))
    made(account, "a")
    wanted = {"RoleName": "b", "AssumeRolePolicyDocument": trusting(account.everyone)}
    assert account.refused("CreateRole", **wanted) == (409, "LimitExceeded.Role")


def test_permissions_are_those_of_ram_and_a_deny_holds_for_every_spelling(account: Account) -> None:
    made(account, "Admin")
    guarded = deny("ram:*", f"acs:ram:*:{account.id}:role/Admin")
    clerk = account.user("Clerk", document(allow(["ram:GetRole", "ram:ListRoles"]), guarded))
    made(account, "Reader")
    assert account.told("GetRole", clerk, RoleName="Reader")["Role"]["RoleName"] == "Reader"
    for name in ("Admin", "admin", "ADMIN"):
        assert account.refused("GetRole", clerk, RoleName=name) == (403, "NoPermission")
    refused: list[tuple[str, Credentials]] = [("UpdateRole", clerk), ("DeleteRole", clerk)]
    for action, who in refused:
        assert account.refused(action, who, RoleName="Reader") == (403, "NoPermission")
    one = account.user("One", document(allow("ram:ListRoles", f"acs:ram:*:{account.id}:role/reader")))
    assert account.refused("ListRoles", one) == (403, "NoPermission")
    assert account.told("ListRoles", clerk)["TotalCount"] == 2
