"""Attaching policies through ResourceManager, on a real server."""

from __future__ import annotations

import pytest

from daypass.directory.quotas import Quotas
from tests.services.resourcemanager.account import Account
from tests.world import allow, deny, document, trusting


@pytest.fixture(autouse=True)
def _inhabitants(account: Account) -> None:
    """Give the account Alice, the group IT and the role Reader."""
    account.user("Alice")
    account.role("Reader", trusting(account.everyone))
    with account.server.runtime.database.write() as txn:
        txn.groups.create(account.id, "IT")


def listed(account: Account, **narrowing: str) -> list[tuple[str, str]]:
    """Return what is attached to whom, as policy and principal."""
    body = account.told("ListPolicyAttachments", **narrowing)
    attachments = body["PolicyAttachments"]["PolicyAttachment"]
    assert body["TotalCount"] == len(attachments)
    return [(item["PolicyName"], item["PrincipalName"]) for item in attachments]


def attachment(account: Account, scope: str = "", **changes: str) -> dict[str, str]:
    """Return the parameters of attaching ReadOnlyAccess to Alice."""
    return {
        "PolicyName": "ReadOnlyAccess",
        "PolicyType": "System",
        "PrincipalType": "IMSUser",
        "PrincipalName": f"Alice@{account.id}.onaliyun.com",
        "ResourceGroupId": scope or account.id,
        **changes,
    }


def principals(account: Account, alias: str = "") -> dict[str, str]:
    alias = alias or account.id
    return {
        "IMSUser": f"Alice@{alias}.onaliyun.com",
        "IMSGroup": f"IT@group.{alias}.onaliyun.com",
        "ServiceRole": f"Reader@role.{alias}.onaliyunservice.com",
    }


def test_a_policy_is_attached_to_each_kind_of_principal_and_detached_again(account: Account) -> None:
    for kind, name in principals(account).items():
        wanted = attachment(account, PrincipalType=kind, PrincipalName=name)
        assert set(account.told("AttachPolicy", **wanted)) == {"RequestId"}
        assert listed(account, PrincipalType=kind) == [("ReadOnlyAccess", name)]
        assert set(account.told("DetachPolicy", **wanted)) == {"RequestId"}
    assert listed(account) == []


def test_an_attachment_shows_where_it_holds(account: Account) -> None:
    group = account.create("team")["Id"]
    account.told("AttachPolicy", **attachment(account, group))
    body = account.told("ListPolicyAttachments", ResourceGroupId=group)
    assert (body["PageNumber"], body["PageSize"], body["TotalCount"]) == (1, 10, 1)
    (shown,) = body["PolicyAttachments"]["PolicyAttachment"]
    assert len(shown.pop("AttachDate")) == len("2015-01-23T12:33:18Z")
    assert shown.pop("Description")
    assert shown == {
        "PolicyName": "ReadOnlyAccess",
        "PolicyType": "System",
        "PrincipalName": f"Alice@{account.id}.onaliyun.com",
        "PrincipalType": "IMSUser",
        "ResourceGroupId": group,
    }


def test_names_are_written_with_the_alias_once_there_is_one_and_read_with_either(account: Account) -> None:
    alias = f"team-{account.id}"
    with account.server.runtime.database.write() as txn:
        txn.accounts.set_alias(account.id, alias)
    by_alias, by_id = principals(account, alias), principals(account)
    for kind, name in by_alias.items():
        account.told("AttachPolicy", **attachment(account, PrincipalType=kind, PrincipalName=name.upper()))
        assert listed(account, PrincipalName=by_id[kind]) == [("ReadOnlyAccess", name)]


def test_attachments_are_listed_by_policy_principal_and_scope(account: Account) -> None:
    group = account.create("team")["Id"]
    own = account.grant("User", "Alice", document(allow("ram:*")))
    account.told("AttachPolicy", **attachment(account, group))
    alice = f"Alice@{account.id}.onaliyun.com"
    both = [(own, alice), ("ReadOnlyAccess", alice)]
    assert listed(account) == listed(account, PrincipalName=alice, PrincipalType="IMSUser") == both
    assert listed(account, PolicyType="Custom") == listed(account, ResourceGroupId=account.id) == both[:1]
    assert listed(account, PolicyName="readonlyaccess") == listed(account, ResourceGroupId=group) == both[1:]
    assert listed(account, PrincipalType="IMSGroup") == listed(account, ResourceGroupId="rg-none") == []
    page = account.told("ListPolicyAttachments", PageSize="1", PageNumber="2", Language="en")
    assert (page["TotalCount"], len(page["PolicyAttachments"]["PolicyAttachment"])) == (2, 1)


def test_what_is_attached_acts_at_once_and_only_where_it_holds(account: Account) -> None:
    bob = account.user("Bob")
    group = account.create("team")["Id"]
    to_bob = {"PrincipalName": f"Bob@{account.id}.onaliyun.com", "PolicyName": "AliyunRAMReadOnlyAccess"}
    account.told("AttachPolicy", **attachment(account, group, **to_bob))
    assert account.refused("ListResourceGroups", bob) == (403, "NoPermission")
    account.told("AttachPolicy", **attachment(account, **to_bob))
    assert account.told("ListResourceGroups", bob)["TotalCount"] == 2
    account.told("DetachPolicy", **attachment(account, **to_bob))
    assert account.refused("ListResourceGroups", bob) == (403, "NoPermission")


@pytest.mark.parametrize("action", ["AttachPolicy", "DetachPolicy"])
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"PolicyType": "Own"}, 400, "InvalidParameter.PolicyType"),
        ({"PolicyName": "a b"}, 400, "InvalidParameter.PolicyName.InvalidChars"),
        ({"PolicyName": "a" * 129}, 400, "InvalidParameter.PolicyName.Length"),
        ({"PrincipalType": "User"}, 400, "InvalidParameter.PrincipalType"),
        ({"PrincipalName": "Alice"}, 400, "InvalidParameter.PrincipalName"),
        ({"PrincipalName": "Alice@example.com"}, 400, "InvalidParameter.PrincipalName"),
        ({"PrincipalType": "IMSGroup"}, 400, "InvalidParameter.PrincipalName"),
        ({"PrincipalName": "Nobody@{id}.onaliyun.com"}, 404, "EntityNotExist.User"),
        ({"PrincipalName": "Alice@1000000000000200.onaliyun.com"}, 404, "EntityNotExist.User"),
        (
            {"PrincipalType": "IMSGroup", "PrincipalName": "No@group.{id}.onaliyun.com"},
            404,
            "EntityNotExist.Group",
        ),
        (
            {"PrincipalType": "ServiceRole", "PrincipalName": "No@role.{id}.onaliyunservice.com"},
            404,
            "EntityNotExist.Role",
        ),
        ({"PolicyName": "NoSuchPolicy"}, 404, "EntityNotExist.Policy"),
        ({"ResourceGroupId": "rg-none"}, 404, "EntityNotExists.ResourceGroup"),
        ({"ResourceGroupId": "1000000000000200"}, 404, "EntityNotExists.ResourceGroup"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    account: Account, action: str, changes: dict[str, str], status: int, code: str
) -> None:
    wanted = {name: value.format(id=account.id) for name, value in changes.items()}
    assert account.refused(action, **attachment(account, **wanted)) == (status, code)


@pytest.mark.parametrize(
    "name", ["PolicyName", "PolicyType", "PrincipalName", "PrincipalType", "ResourceGroupId"]
)
def test_every_parameter_of_an_attachment_is_required(account: Account, name: str) -> None:
    wanted = attachment(account)
    del wanted[name]
    assert account.refused("AttachPolicy", **wanted) == (400, f"MissingParameter.{name}")


@pytest.mark.parametrize("kind", ["User", "Group", "Role"])
def test_a_policy_is_attached_once_in_a_scope_and_detached_once(account: Account, kind: str) -> None:
    by_kind = dict(zip(("User", "Group", "Role"), principals(account).items(), strict=True))
    principal_type, name = by_kind[kind]
    wanted = attachment(account, PrincipalType=principal_type, PrincipalName=name)
    account.told("AttachPolicy", **wanted)
    assert account.refused("AttachPolicy", **wanted) == (409, f"EntityAlreadyExists.{kind}.Policy")
    account.told("AttachPolicy", **wanted | {"ResourceGroupId": account.create("team")["Id"]})
    account.told("DetachPolicy", **wanted)
    assert account.refused("DetachPolicy", **wanted) == (404, f"EntityNotExist.{kind}.Policy")


def test_attachments_in_all_scopes_count_against_one_limit(account: Account) -> None:
    limit = Quotas().system_policies_per_user
    for number in range(limit):
        account.told("AttachPolicy", **attachment(account, account.create(f"team-{number}")["Id"]))
    assert account.refused("AttachPolicy", **attachment(account)) == (409, "LimitExceeded.User.Policy")


def test_a_foreign_principal_or_a_type_that_does_not_fit_lists_nothing(account: Account) -> None:
    foreign = {"PrincipalName": "Alice@1000000000000200.onaliyun.com"}
    assert account.refused("ListPolicyAttachments", **foreign) == (404, "EntityNotExist.User")
    unfit = {"PrincipalName": f"Alice@{account.id}.onaliyun.com", "PrincipalType": "ServiceRole"}
    assert account.refused("ListPolicyAttachments", **unfit) == (400, "InvalidParameter.PrincipalName")
    assert account.refused("ListPolicyAttachments", PageSize="101") == (400, "InvalidParameter.PageSize")
    assert account.refused("ListPolicyAttachments", PageNumber="0") == (400, "InvalidParameter.PageNumber")


@pytest.mark.parametrize(("kind", "product"), [("user", "ims"), ("group", "ims"), ("role", "ram")])
def test_both_the_principals_and_the_policy_must_be_allowed(
    account: Account, kind: str, product: str
) -> None:
    types = {"user": "IMSUser", "group": "IMSGroup", "role": "ServiceRole"}
    name = principals(account)[types[kind]]
    wanted = attachment(account, PrincipalType=types[kind], PrincipalName=name)
    every = f"acs:{product}:*:{account.id}:{kind}/*"
    system = "acs:ram:*:system:policy/ReadOnlyAccess"
    one = f"acs:ram:*:{account.id}:{kind}/{name.partition('@')[0]}"
    for number, resources in enumerate(([every], [system], [one, system])):
        half = account.user(f"Half-{number}", document(allow("ram:AttachPolicy", resources)))
        assert account.refused("AttachPolicy", half, **wanted) == (403, "NoPermission")
    whole = account.user("Whole", document(allow("ram:AttachPolicy", [every, system])))
    assert account.refused("DetachPolicy", whole, **wanted) == (403, "NoPermission")
    assert account.refused("ListPolicyAttachments", whole) == (403, "NoPermission")
    account.told("AttachPolicy", whole, **wanted)
    assert len(listed(account, PrincipalName=wanted["PrincipalName"])) == 1


def test_a_deny_that_guards_a_user_guards_the_name_in_every_case(account: Account) -> None:
    guarded = deny("ram:*", f"acs:ram:*:{account.id}:user/alice")
    admin = account.user("Admin", document(allow("ram:*"), guarded))
    wanted = attachment(account, PrincipalName=f"ALICE@{account.id}.onaliyun.com")
    assert account.refused("AttachPolicy", admin, **wanted) == (403, "NoPermission")
