"""IMS with its official SDK: the users, groups and keys that RAM's shows, at every server of a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from alibabacloud_ims20190815 import models
from alibabacloud_ims20190815.client import Client as ImsClient

from daypass.client import Credentials
from daypass.testing import Server
from tests.cli.processes import serving
from tests.sdk.clients.tea import Tea, TeaV2
from tests.sdk.scenario import Body, Caller, Value, refusal
from tests.world import World, allow, document

PASSWORD = "Correct-Horse-1"


class Products:
    """RAM and IMS as one caller sees them with one client."""

    def __init__(self, caller: Caller, who: Credentials, account: str) -> None:
        self.caller = caller
        self.who = who
        self.account = account

    def ram(self, action: str, **parameters: Value) -> Body:
        return self.caller.call(self.who, "Ram", action, parameters)

    def ims(self, action: str, **parameters: Value) -> Body:
        return self.caller.call(self.who, "Ims", action, parameters)

    def refused(self, product: str, action: str, **parameters: Value) -> tuple[int | None, str]:
        """Return status and code of a call that must be refused."""
        error = refusal(lambda: self.caller.call(self.who, product, action, parameters))
        return error.status, error.code

    def name(self, user: str) -> str:
        return f"{user}@{self.account}.onaliyun.com"

    def acting(self, who: Credentials) -> Products:
        return Products(self.caller, who, self.account)


@pytest.fixture(params=[Tea, TeaV2])
def products(request: pytest.FixtureRequest, server: Server, world: World) -> Products:
    return Products(request.param(server.url), world.account.root, world.id)


def test_every_operation_on_users_groups_and_keys_is_called(products: Products) -> None:
    ims, alice = products.ims, {"UserPrincipalName": products.name("Alice")}
    made = ims("CreateUser", DisplayName="Alice", Comments="an engineer", **alice)["User"]
    assert ims("GetUser", UserId=made["UserId"])["User"]["UserName"] == "Alice"
    assert ims("UpdateUser", NewDisplayName="A. L.", **alice)["User"]["DisplayName"] == "A. L."
    assert [user["Status"] for user in ims("ListUsers", MaxItems=1)["Users"]["User"]] == ["active"]
    assert ims("ListUserBasicInfos")["UserBasicInfos"]["UserBasicInfo"][0]["DisplayName"] == "A. L."

    ims("CreateGroup", GroupName="IT", DisplayName="I. T.")
    ims("UpdateGroup", GroupName="IT", NewComments="they know")
    assert ims("GetGroup", GroupName="IT")["Group"]["Comments"] == "they know"
    ims("AddUserToGroup", GroupName="IT", **alice)
    assert ims("ListGroupsForUser", **alice)["Groups"]["Group"][0]["DisplayName"] == "I. T."
    members = ims("ListUsersForGroup", GroupName="IT")["Users"]["User"]
    assert [member["UserPrincipalName"] for member in members] == [products.name("Alice")]

    key = ims("CreateAccessKey", **alice)["AccessKey"]
    ims("UpdateAccessKey", UserAccessKeyId=key["AccessKeyId"], Status="Inactive", **alice)
    (listed,) = ims("ListAccessKeys", **alice)["AccessKeys"]["AccessKey"]
    assert (listed["Status"], "AccessKeySecret" in listed) == ("Inactive", False)

    ims("CreateLoginProfile", Password=PASSWORD, **alice)
    ims("UpdateLoginProfile", Status="Inactive", **alice)
    assert ims("GetLoginProfile", **alice)["LoginProfile"]["Status"] == "Inactive"

    ims("DeleteLoginProfile", **alice)
    ims("DeleteAccessKey", UserAccessKeyId=key["AccessKeyId"], **alice)
    ims("RemoveUserFromGroup", GroupName="IT", **alice)
    ims("DeleteGroup", GroupName="IT")
    ims("DeleteUser", **alice)
    assert ims("ListUsers")["Users"]["User"] == ims("ListGroups")["Groups"]["Group"] == []


def test_a_refusal_has_its_code_and_status(products: Products, world: World) -> None:
    alice = products.name("Alice")
    named = {"UserPrincipalName": alice}
    assert products.refused("Ims", "GetUser", **named) == (404, "EntityNotExist.User")
    assert products.refused("Ims", "CreateUser", **named) == (400, "MissingParameter.DisplayName")
    nobody = products.acting(world.user("Nobody"))
    denied = refusal(lambda: nobody.ims("CreateUser", UserPrincipalName=alice, DisplayName="Alice"))
    assert (denied.status, denied.code) == (403, "NoPermission")
    assert (denied.detail or {})["AuthAction"] == "ram:CreateUser"


def test_tags_of_a_new_user_come_as_the_sdk_sends_them(server: Server, world: World) -> None:
    tea = Tea(server.url)
    client: ImsClient = tea.client("Ims", tea.config(world.account.root))
    tags = [models.CreateUserRequestTag(key="team", value="red"), models.CreateUserRequestTag(key="site")]
    for name, given in (("Alice", tags), ("Bob", tags[:1])):
        upn = f"{name}@{world.id}.onaliyun.com"
        client.create_user(models.CreateUserRequest(user_principal_name=upn, display_name=name, tag=given))
    wanted = [models.ListUsersRequestTag(key="site")]
    listed = client.list_users(models.ListUsersRequest(tag=wanted)).body.users.user
    assert [(user.display_name, [tag.tag_key for tag in user.tags.tag]) for user in listed] == [
        ("Alice", ["site", "team"])
    ]


def test_the_caller_without_a_name_rotates_its_own_keys(products: Products, world: World) -> None:
    alice = products.acting(world.user("Alice", document(allow("ram:*AccessKey*"))))
    fresh = alice.acting(Credentials.of(alice.ims("CreateAccessKey")["AccessKey"]))
    fresh.ims("DeleteAccessKey", UserAccessKeyId=alice.who.access_key_id)
    assert len(fresh.ims("ListAccessKeys")["AccessKeys"]["AccessKey"]) == 1
    assert alice.refused("Ims", "ListAccessKeys") == (404, "InvalidAccessKeyId.NotFound")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Products, Products]]:
    """The products at two server processes that share a store."""
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(folder, "--data", folder / "data")) for _ in range(2)]
        account = str(servers[0].ready["account_id"])
        first, second = (Products(Tea(server.url), server.root, account) for server in servers)
        yield first, second


def test_what_one_product_writes_the_other_shows_at_another_server(two: tuple[Products, Products]) -> None:
    here, there = two
    for number, (one, other) in enumerate([(here, there), (there, here)] * 3):
        name = f"Alice-{number}"
        made = one.ims("CreateUser", UserPrincipalName=one.name(name), DisplayName="Alice")["User"]
        assert other.ram("GetUser", UserName=name)["User"]["UserId"] == made["UserId"]
        other.ram("UpdateUser", UserName=name, NewDisplayName="A. L.")
        assert one.ims("GetUser", UserId=made["UserId"])["User"]["DisplayName"] == "A. L."
        key = Credentials.of(other.ims("CreateAccessKey", UserPrincipalName=one.name(name))["AccessKey"])
        user = one.acting(key)
        assert user.refused("Ims", "ListUsers") == (403, "NoPermission")
        one.ram("CreateGroup", GroupName=f"Readers-{number}")
        other.ims("AddUserToGroup", GroupName=f"Readers-{number}", UserPrincipalName=one.name(name))
        one.ram(
            "AttachPolicyToGroup",
            GroupName=f"Readers-{number}",
            PolicyType="System",
            PolicyName="AliyunRAMReadOnlyAccess",
        )
        assert user.ims("ListUsers")["Users"]["User"]
        other.ims("RemoveUserFromGroup", GroupName=f"Readers-{number}", UserPrincipalName=one.name(name))
        assert user.refused("Ims", "ListUsers") == (403, "NoPermission")
        other.ims(
            "UpdateAccessKey",
            UserPrincipalName=one.name(name),
            UserAccessKeyId=key.access_key_id,
            Status="Inactive",
        )
        assert user.refused("Ims", "ListUsers") == (400, "InvalidAccessKeyId.Inactive")
        one.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=key.access_key_id)
        other.ims("DeleteUser", UserId=made["UserId"])
        assert one.refused("Ram", "GetUser", UserName=name) == (404, "EntityNotExist.User")
