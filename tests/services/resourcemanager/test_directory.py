"""Resource directories, folders and members, on a real server."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from daypass.directory.quotas import Quotas
from daypass.testing import Server
from tests.services.resourcemanager.directory import FULL, Directory
from tests.world import allow, document

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")


@pytest.fixture
def directory(server: Server) -> Directory:
    return Directory(server, server.new_account()).open()


@pytest.fixture
def outsider(server: Server) -> Directory:
    """An account without a directory."""
    return Directory(server, server.new_account())


@pytest.mark.parametrize(
    ("action", "parameters"),
    [("EnableResourceDirectory", {"EnableMode": "CurrentAccount"}), ("InitResourceDirectory", {})],
)
def test_a_directory_is_enabled_once_and_shown(
    outsider: Directory, action: str, parameters: dict[str, str]
) -> None:
    assert outsider.refused("GetResourceDirectory") == (404, "ResourceDirectoryNotInUse")
    made = outsider.told(action, **parameters)["ResourceDirectory"]
    assert re.fullmatch(r"rd-\w{6}", made["ResourceDirectoryId"])
    assert re.fullmatch(r"r-\w{6}", made["RootFolderId"])
    assert MOMENT.fullmatch(made["CreateTime"])
    assert (made["MasterAccountId"], made["MasterAccountName"]) == (outsider.id, outsider.id)
    off = {"ControlPolicyStatus": "Disabled", "MemberDeletionStatus": "Disabled"}
    assert outsider.told("GetResourceDirectory")["ResourceDirectory"] == {**made, **off}
    assert outsider.refused(action, **parameters) == (409, "EntityAlreadyExists.ResourceDirectory")


def test_a_directory_is_destroyed_once_it_is_empty(directory: Directory) -> None:
    folder = directory.folder("folder")
    member = directory.member("member")
    directory.control("unused", allow("*"))
    assert directory.refused("DestroyResourceDirectory") == (409, "DeleteConflict.ResourceDirectory.Account")
    directory.told("UpdateAccount", AccountId=member.id, NewAccountType="CloudAccount")
    directory.told("RemoveCloudAccount", AccountId=member.id)
    assert directory.refused("DestroyResourceDirectory") == (409, "DeleteConflict.ResourceDirectory.Folder")
    directory.told("DeleteFolder", FolderId=folder)
    directory.told("DestroyResourceDirectory")
    assert directory.refused("DestroyResourceDirectory") == (404, "EntityNotExists.ResourceDirectory")
    assert directory.open().told("ListControlPolicies", PolicyType="Custom")["TotalCount"] == 0


def test_members_see_their_directory_and_manage_nothing(directory: Directory) -> None:
    member = directory.member("member")
    admin = member.user("Admin", document(allow("*")))
    shown = directory.told("GetResourceDirectory", admin)["ResourceDirectory"]
    assert shown["MasterAccountId"] == directory.id
    assert directory.refused("ListAccounts", admin) == (404, "EntityNotExists.ResourceDirectory")
    assert directory.refused("DisableControlPolicy", admin) == (404, "EntityNotExists.ResourceDirectory")
    assert directory.refused("InitResourceDirectory", admin) == (
        409,
        "NotSupport.AccountInAnotherResourceDirectory",
    )


def test_folders_are_made_renamed_listed_and_deleted(directory: Directory) -> None:
    outer = directory.told("CreateFolder", FolderName="Outer")["Folder"]
    assert outer["ParentFolderId"] == directory.root_folder
    assert re.fullmatch(r"fd-\w{10}", outer["FolderId"])
    inner = directory.folder("Inner", outer["FolderId"])
    shown = directory.told("GetFolder", FolderId=inner)["Folder"]
    rd = directory.told("GetResourceDirectory")["ResourceDirectory"]["ResourceDirectoryId"]
    assert shown["ResourceDirectoryPath"] == f"{rd}/{directory.root_folder}/{outer['FolderId']}/{inner}"
    root = directory.told("GetFolder", FolderId=directory.root_folder)["Folder"]
    assert (root["FolderName"], "ParentFolderId" in root) == ("Root", False)
    ancestors = directory.told("ListAncestors", ChildId=inner)["Folders"]["Folder"]
    assert [each["FolderName"] for each in ancestors] == ["Root", "Outer"]
    renamed = directory.told("UpdateFolder", FolderId=inner, NewFolderName="Inmost")["Folder"]
    assert renamed["FolderName"] == "Inmost"
    directory.folder("another")
    assert directory.attached(inner) == {FULL}
    listed = directory.told("ListFoldersForParent", PageSize="1", PageNumber="2")
    assert ([each["FolderName"] for each in listed["Folders"]["Folder"]], listed["TotalCount"]) == (
        ["Outer"],
        2,
    )
    found = directory.told("ListFoldersForParent", ParentFolderId=outer["FolderId"], QueryKeyword="MOST")
    assert [each["FolderId"] for each in found["Folders"]["Folder"]] == [inner]
    refused = directory.refused("DeleteFolder", FolderId=outer["FolderId"])
    assert refused == (409, "DeleteConflict.Folder.SubFolder")
    member = directory.member("member", inner)
    assert directory.refused("DeleteFolder", FolderId=inner) == (409, "DeleteConflict.Folder.Account")
    directory.told("MoveAccount", AccountId=member.id, DestinationFolderId=directory.root_folder)
    directory.told("DeleteFolder", FolderId=inner)
    assert directory.refused("GetFolder", FolderId=inner) == (404, "EntityNotExists.Folder")
    assert directory.refused("ListControlPolicyAttachmentsForTarget", TargetId=inner) == (
        404,
        "EntityNotExists.Target",
    )


def test_folders_are_five_deep_at_most(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    deepest = ""
    for depth in range(5):
        deepest = directory.folder(f"at-{depth}", deepest)
    wanted = {"FolderName": "deeper", "ParentFolderId": deepest}
    assert directory.refused("CreateFolder", **wanted) == (409, "LimitExceeded.Folder.Depth")
    monkeypatch.setattr(directory.server.runtime.database, "_quotas", Quotas(folders=5))
    assert directory.refused("CreateFolder", FolderName="more") == (409, "QuotaExceeded.Folder.Count")


def test_a_member_is_a_new_account_with_a_role_for_who_manages_it(directory: Directory) -> None:
    folder = directory.folder("folder")
    made = directory.told(
        "CreateResourceAccount",
        DisplayName="Team one",
        AccountNamePrefix="team-1",
        ParentFolderId=folder,
        Tag_1_Key="env",
        Tag_1_Value="prod",
    )["Account"]
    rd = made["ResourceDirectoryId"]
    assert re.fullmatch(r"\d{16}", made["AccountId"])
    assert made["AccountName"] == f"team-1@{rd.lower()}.aliyunid.com"
    assert (made["DisplayName"], made["FolderId"], made["Type"]) == ("Team one", folder, "ResourceAccount")
    assert (made["JoinMethod"], made["Status"]) == ("created", "CreateSuccess")
    shown = directory.told("GetAccount", AccountId=made["AccountId"], IncludeTags="true")["Account"]
    path = f"{rd}/{directory.root_folder}/{folder}/{made['AccountId']}"
    assert shown == {**made, "ResourceDirectoryPath": path, "Tags": [{"Key": "env", "Value": "prod"}]}
    with directory.server.runtime.database.read() as txn:
        role = txn.roles.get(made["AccountId"], "ResourceDirectoryAccountAccessRole")
        (attached,) = txn.attachments.of_principal(made["AccountId"], "Role", role.name)
    trust = json.loads(role.trust_document)["Statement"][0]
    assert trust["Principal"] == {"RAM": [f"acs:ram::{directory.id}:root"]}
    assert attached.policy_name == "AdministratorAccess"
    ancestors = directory.told("ListAncestors", ChildId=made["AccountId"])["Folders"]["Folder"]
    assert [each["FolderId"] for each in ancestors] == [directory.root_folder, folder]


def test_members_are_listed_everywhere_or_in_one_folder(directory: Directory) -> None:
    folder = directory.folder("folder")
    directory.member("charlie", Tag_1_Key="env", Tag_1_Value="prod")
    directory.member("Bravo", folder)
    directory.member("alpha", folder, Tag_1_Key="env", Tag_1_Value="test")

    def names(action: str, **parameters: str) -> list[str]:
        accounts = directory.told(action, **parameters)["Accounts"]["Account"]
        return [each["DisplayName"] for each in accounts]

    assert names("ListAccounts") == ["alpha", "Bravo", "charlie"]
    assert names("ListAccounts", PageSize="2", PageNumber="2") == ["charlie"]
    assert names("ListAccounts", Tag_1_Key="env") == ["alpha", "charlie"]
    assert names("ListAccountsForParent") == ["charlie"]
    assert names("ListAccountsForParent", ParentFolderId=folder) == ["alpha", "Bravo"]
    assert names("ListAccountsForParent", ParentFolderId=folder, QueryKeyword="RAV") == ["Bravo"]
    assert names("ListAccountsForParent", ParentFolderId=folder, Tag_1_Key="env") == ["alpha"]
    (alpha, *_) = directory.told("ListAccounts", IncludeTags="true")["Accounts"]["Account"]
    assert alpha["Tags"] == {"Tag": [{"Key": "env", "Value": "test"}]}
    assert alpha["ResourceDirectoryPath"].endswith(f"/{folder}/{alpha['AccountId']}")


def test_a_member_is_renamed_or_changes_its_type_but_not_both(directory: Directory) -> None:
    member = directory.member("member")
    directory.member("other")
    renamed = directory.told("UpdateAccount", AccountId=member.id, NewDisplayName="renamed")["Account"]
    assert (renamed["DisplayName"], renamed["Type"]) == ("renamed", "ResourceAccount")
    assert directory.refused("RemoveCloudAccount", AccountId=member.id) == (
        409,
        "AccountTypeOrStatusMismatch",
    )
    changed = directory.told("UpdateAccount", AccountId=member.id, NewAccountType="CloudAccount")["Account"]
    assert (changed["DisplayName"], changed["Type"]) == ("renamed", "CloudAccount")
    directory.told("RemoveCloudAccount", AccountId=member.id)
    assert directory.refused("GetAccount", AccountId=member.id) == (404, "EntityNotExists.Account")
    user = member.user("Alice", document(allow("*")))
    assert directory.refused("GetResourceDirectory", user) == (404, "ResourceDirectoryNotInUse")


@pytest.mark.parametrize(
    ("action", "parameters", "status", "code"),
    [
        (
            "EnableResourceDirectory",
            {"EnableMode": "NewManagementAccount"},
            400,
            "InvalidParameter.EnableMode",
        ),
        ("CreateFolder", {}, 400, "MissingParameter.Folder.Name"),
        ("CreateFolder", {"FolderName": "a" * 25}, 400, "InvalidParameter.Folder.Name.Length"),
        ("CreateFolder", {"FolderName": "a/b"}, 400, "InvalidParameter.Folder.Name"),
        ("CreateFolder", {"FolderName": "FOLDER"}, 400, "InvalidParameter.Folder.Name.AlreadyUsed"),
        ("CreateFolder", {"FolderName": "x", "ParentFolderId": "?"}, 400, "InvalidParameter.ParentFolderId"),
        ("CreateFolder", {"FolderName": "x", "ParentFolderId": "fd-none"}, 404, "EntityNotExists.Folder"),
        ("GetFolder", {"FolderId": "none"}, 400, "InvalidParameter.FolderId"),
        ("GetFolder", {"FolderId": "fd-none"}, 404, "EntityNotExists.Folder"),
        ("UpdateFolder", {"FolderId": "fd-none", "NewFolderName": "x"}, 404, "EntityNotExists.Folder"),
        ("UpdateFolder", {"FolderId": "{root}", "NewFolderName": "x"}, 400, "InvalidParameter.FolderId"),
        ("DeleteFolder", {"FolderId": "fd-none"}, 404, "EntityNotExists.Folder"),
        ("DeleteFolder", {"FolderId": "{root}"}, 400, "InvalidParameter.FolderId"),
        ("ListFoldersForParent", {"ParentFolderId": "fd-none"}, 404, "EntityNotExists.Folder"),
        ("ListAncestors", {"ChildId": "fd-none"}, 404, "EntityNotExists.Target"),
        ("CreateResourceAccount", {"DisplayName": "a"}, 400, "InvalidParameter.DisplayName.Length"),
        ("CreateResourceAccount", {"DisplayName": "a/b"}, 400, "InvalidParameter.DisplayName.InvalidChars"),
        ("CreateResourceAccount", {"DisplayName": "MEMBER"}, 400, "InvalidParameter.DisplayName.AlreadyUsed"),
        (
            "CreateResourceAccount",
            {"DisplayName": "new", "AccountNamePrefix": "Taken"},
            400,
            "InvalidParameter.AccountNamePrefix.AlreadyUsed",
        ),
        (
            "CreateResourceAccount",
            {"DisplayName": "new", "AccountNamePrefix": "a..b"},
            400,
            "InvalidParameter.AccountNamePrefix.InvalidChars",
        ),
        (
            "CreateResourceAccount",
            {"DisplayName": "new", "ParentFolderId": "fd-none"},
            404,
            "EntityNotExists.Folder",
        ),
        ("GetAccount", {"AccountId": "1"}, 400, "InvalidParameter.AccountId"),
        ("GetAccount", {"AccountId": "1000000000000001"}, 404, "EntityNotExists.Account"),
        ("ListAccounts", {"PageSize": "101"}, 400, "InvalidParameter.PageSize"),
        ("ListAccountsForParent", {"ParentFolderId": "fd-none"}, 404, "EntityNotExists.Folder"),
        (
            "MoveAccount",
            {"AccountId": "1000000000000001", "DestinationFolderId": "{root}"},
            404,
            "EntityNotExists.Account",
        ),
        (
            "MoveAccount",
            {"AccountId": "{member}", "DestinationFolderId": "fd-none"},
            404,
            "EntityNotExists.Folder",
        ),
        ("UpdateAccount", {"AccountId": "{member}"}, 400, "InvalidParameter.NewAccountType"),
        (
            "UpdateAccount",
            {"AccountId": "{member}", "NewDisplayName": "other"},
            400,
            "InvalidParameter.DisplayName.AlreadyUsed",
        ),
        ("RemoveCloudAccount", {"AccountId": "1000000000000001"}, 404, "EntityNotExists.Account"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    directory: Directory, action: str, parameters: dict[str, str], status: int, code: str
) -> None:
    directory.folder("folder")
    known = {
        "{root}": directory.root_folder,
        "{member}": directory.member("member", AccountNamePrefix="taken").id,
    }
    directory.member("other")
    wanted = {name: known.get(value, value) for name, value in parameters.items()}
    assert directory.refused(action, **wanted) == (status, code)


def test_a_directory_has_as_many_members_as_its_quota(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory.server.runtime.database, "_quotas", Quotas(members=1))
    directory.member("one")
    assert directory.refused("CreateResourceAccount", DisplayName="two") == (409, "LimitExceeded.Account")


def test_a_branch_can_be_left_to_somebody(directory: Directory) -> None:
    """As the published guide to hierarchical management writes it."""
    unit = directory.folder("unit")
    elsewhere = directory.folder("elsewhere")
    stranger = directory.member("stranger", elsewhere)
    path = directory.told("GetFolder", FolderId=unit)["Folder"]["ResourceDirectoryPath"]
    branch = [
        f"acs:resourcemanager:*:*:account/{path}/*",
        f"acs:resourcemanager:*:*:folder/{path}/*",
        f"acs:resourcemanager:*:*:folder/{path}",
        "acs:resourcemanager:*:*:policy/controlpolicy/*",
    ]
    actions = [f"resourcemanager:*{part}*" for part in ("Account", "Folder", "ControlPolicy", "Parent")]
    head = directory.user("Head", document(allow(actions, branch)))

    def done(action: str, **parameters: str) -> Any:
        return directory.told(action, head, **parameters)

    inner = done("CreateFolder", FolderName="inner", ParentFolderId=unit)["Folder"]["FolderId"]
    made = done("CreateResourceAccount", DisplayName="own", ParentFolderId=inner)["Account"]["AccountId"]
    done("MoveAccount", AccountId=made, DestinationFolderId=unit)
    done("ListAccountsForParent", ParentFolderId=unit)
    done("UpdateAccount", AccountId=made, NewDisplayName="ours")
    rule = done("CreateControlPolicy", PolicyName="r", EffectScope="RAM", PolicyDocument=document(allow("*")))
    done("AttachControlPolicy", PolicyId=rule["ControlPolicy"]["PolicyId"], TargetId=unit)
    for action, parameters in (
        ("CreateFolder", {"FolderName": "x"}),
        ("CreateFolder", {"FolderName": "x", "ParentFolderId": elsewhere}),
        ("GetFolder", {"FolderId": elsewhere}),
        ("UpdateFolder", {"FolderId": elsewhere, "NewFolderName": "x"}),
        ("DeleteFolder", {"FolderId": elsewhere}),
        ("CreateResourceAccount", {"DisplayName": "other", "ParentFolderId": elsewhere}),
        ("GetAccount", {"AccountId": stranger.id}),
        ("UpdateAccount", {"AccountId": stranger.id, "NewDisplayName": "x-x"}),
        ("RemoveCloudAccount", {"AccountId": stranger.id}),
        ("MoveAccount", {"AccountId": stranger.id, "DestinationFolderId": unit}),
        ("MoveAccount", {"AccountId": made, "DestinationFolderId": elsewhere}),
        ("ListAccounts", {}),
        ("ListFoldersForParent", {}),
        ("AttachControlPolicy", {"PolicyId": FULL, "TargetId": elsewhere}),
        ("DetachControlPolicy", {"PolicyId": FULL, "TargetId": stranger.id}),
        ("DestroyResourceDirectory", {}),
    ):
        assert directory.refused(action, head, **parameters) == (403, "NoPermission"), action


def test_other_directories_folders_and_members_do_not_exist(directory: Directory, server: Server) -> None:
    other = Directory(server, server.new_account()).open()
    folder, member = other.folder("folder"), other.member("member")
    assert directory.refused("GetFolder", FolderId=folder) == (404, "EntityNotExists.Folder")
    assert directory.refused("GetAccount", AccountId=member.id) == (404, "EntityNotExists.Account")
    rule = directory.control("rule", allow("*"))
    for target in (folder, member.id, other.root_folder, directory.id):
        wanted = {"PolicyId": rule, "TargetId": target}
        assert directory.refused("AttachControlPolicy", **wanted) == (404, "EntityNotExists.Target")
    assert other.refused("GetControlPolicy", PolicyId=rule) == (404, "EntityNotExists.ControlPolicy")


def test_what_was_done_is_on_record(directory: Directory) -> None:
    directory.member("member")
    with directory.server.runtime.database.read() as txn:
        events = txn.audit.list(account_id=directory.id, limit=10).items
    newest = events[0]
    assert (newest.action, newest.product) == ("CreateResourceAccount", "ResourceManager")
    assert json.loads(newest.parameters)["DisplayName"] == "member"
