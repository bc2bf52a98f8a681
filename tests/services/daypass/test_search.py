"""Search: what begins with a text, of what the caller may list. A real server."""

from __future__ import annotations

from typing import Any

from daypass.testing import Server
from tests.services.daypass.calls import Own
from tests.services.ram.calls import READ, Ram
from tests.world import allow, document, trusting


def _found(own: Own, text: str, **more: str) -> list[tuple[str, str]]:
    return [(each["Kind"], each["Name"]) for each in own("Search", Text=text, **more)["Results"]]


def _furnish(own: Own) -> None:
    own.ram("CreateUser", UserName="Red-user")
    own.ram("CreateGroup", GroupName="red-group")
    own.ram("CreateRole", RoleName="red-role", AssumeRolePolicyDocument=trusting(own.ram.everyone))
    own.ram("CreatePolicy", PolicyName="red-policy", PolicyDocument=READ)
    with own.ram.server.runtime.database.write() as txn:
        txn.resource_groups.create(own.id, "red-resources", "Red")
        txn.users.create(own.id, "blue")


def test_names_of_all_kinds_are_found_by_how_they_begin(own: Own) -> None:
    _furnish(own)
    assert _found(own, "RED-") == [
        ("User", "Red-user"),
        ("Group", "red-group"),
        ("Role", "red-role"),
        ("Policy", "red-policy"),
        ("ResourceGroup", "red-resources"),
    ]
    assert _found(own, "red-u") == [("User", "Red-user")]
    assert _found(own, "user") == []
    assert _found(own, "re%") == []


def test_system_policies_are_found_too(own: Own) -> None:
    found = own("Search", Text="AdministratorA")["Results"]
    assert [(each["Name"], each["PolicyType"]) for each in found] == [("AdministratorAccess", "System")]


def test_arns_lead_to_what_they_name(own: Own) -> None:
    _furnish(own)
    (user,) = own("Search", Text=f"acs:ram::{own.id}:user/Red-user")["Results"]
    assert (user["Kind"], user["Name"], user["Arn"]) == (
        "User",
        "Red-user",
        f"acs:ram::{own.id}:user/Red-user",
    )
    assert _found(own, f"acs:ram:*:{own.id}:role/RED") == [("Role", "red-role")]
    assert _found(own, "acs:ram::1000000000000001:user/Red-user") == []


def test_keys_and_groups_are_found_by_their_ids(own: Own) -> None:
    _furnish(own)
    key = own.ram("CreateAccessKey", UserName="blue")["AccessKey"]["AccessKeyId"]
    (found,) = own("Search", Text=key)["Results"]
    assert (found["Kind"], found["Name"], found["UserName"]) == ("AccessKey", key, "blue")
    assert _found(own, key[:12]) == [("AccessKey", key)]
    assert _found(own, "LTAI") == []
    root = own.ram.account.root.access_key_id
    (found,) = own("Search", Text=root)["Results"]
    assert "UserName" not in found
    with own.ram.server.runtime.database.read() as txn:
        group = next(
            each for each in txn.resource_groups.numbered(own.id).items if each.name == "red-resources"
        )
    (found,) = own("Search", Text=group.id)["Results"]
    assert (found["Name"], found["ResourceGroupId"]) == ("red-resources", group.id)


def test_request_ids_are_recognised(own: Own) -> None:
    request = own.ram("ListUsers")["RequestId"]
    assert _found(own, request.lower()) == [("Request", request)]
    assert _found(own, request[:20]) == []


def test_only_what_the_caller_may_list_is_found(own: Own) -> None:
    _furnish(own)
    key = own.ram("CreateAccessKey", UserName="blue")["AccessKey"]["AccessKeyId"]
    limited = own.acting(own.ram.user("limited", document(allow(["ram:ListUsers", "ram:ListRoles"]))))
    assert _found(limited, "red-") == [("User", "Red-user"), ("Role", "red-role")]
    answer: dict[str, Any] = limited("Search", Text="red-")
    assert {"Group", "Policy", "ResourceGroup"} <= set(answer["NotPermitted"])
    assert _found(limited, key) == []
    assert _found(limited, answer["RequestId"]) == []
    assert _found(limited, f"acs:ram::{own.id}:group/red-group") == []
    nobody = own.acting(own.ram.user("nobody"))
    assert _found(nobody, "red-") == []


def test_another_account_s_names_are_not_found(own: Own, server: Server) -> None:
    _furnish(own)
    key = own.ram("CreateAccessKey", UserName="blue")["AccessKey"]["AccessKeyId"]
    other = Own(Ram(server, server.new_account()))
    assert _found(other, "red-") == []
    assert _found(other, key) == []


def test_as_many_as_asked_for_are_found_of_each_kind(own: Own) -> None:
    with own.ram.server.runtime.database.write() as txn:
        for number in range(8):
            txn.users.create(own.id, f"many{number}")
    assert [name for _, name in _found(own, "many")] == [f"many{number}" for number in range(5)]
    assert len(_found(own, "many", MaxItems="2")) == 2
    assert len(_found(own, "many", MaxItems="50")) == 8
    own.refused("Search", "InvalidParameter.MaxItems", Text="many", MaxItems="51")
    own.refused("Search", "InvalidParameter.Text.Length", Text="")
