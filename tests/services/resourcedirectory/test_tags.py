"""The newer interface to resource directories, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daypass import main
from daypass.client import Answer, Client, Credentials
from daypass.testing import Server
from tests.services.resourcemanager.directory import Directory
from tests.world import allow, deny, document

VERSION = "2022-04-19"
ACCOUNT, FOLDER, CONTROL_POLICY = "Account", "Folder", "ControlPolicy"
KINDS = pytest.mark.parametrize("kind", [ACCOUNT, FOLDER, CONTROL_POLICY])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def directory(server: Server) -> Directory:
    return Directory(server, server.new_account()).open()


def ask(directory: Directory, action: str, who: Credentials | None = None, /, **parameters: str) -> Answer:
    wire = {name.replace("_", "."): value for name, value in parameters.items()}
    return Client(directory.server.url, who or directory.account.root).call(VERSION, action, wire)


def told(directory: Directory, action: str, who: Credentials | None = None, /, **parameters: str) -> Any:
    answer = ask(directory, action, who, **parameters)
    assert answer.status == 200, answer.text
    return answer.json()


def refused(
    directory: Directory, action: str, who: Credentials | None = None, /, **parameters: str
) -> tuple[int, str]:
    answer = ask(directory, action, who, **parameters)
    return answer.status, answer.code


def made(directory: Directory, kind: str, name: str) -> str:
    """Make one of a kind; return its id."""
    if kind == ACCOUNT:
        return directory.member(name).id
    return directory.folder(name) if kind == FOLDER else directory.control(name, allow("*"))


def tags(directory: Directory, **narrowing: str) -> list[tuple[str, str, str]]:
    body = told(directory, "ListTagResources", **narrowing)
    assert {tag["ResourceType"] for tag in body["TagResources"]} <= {narrowing["ResourceType"]}
    return [(tag["ResourceId"], tag["TagKey"], tag["TagValue"]) for tag in body["TagResources"]]


def test_the_directory_is_the_one_that_resource_manager_shows(directory: Directory) -> None:
    shown = told(directory, "GetResourceDirectory")["ResourceDirectory"]
    assert shown.pop("MemberAccountDisplayNameSyncStatus") == "Disabled"
    assert shown == directory.told("GetResourceDirectory")["ResourceDirectory"]


def test_there_is_no_directory_before_it_is_enabled(server: Server) -> None:
    outsider = Directory(server, server.new_account())
    assert refused(outsider, "GetResourceDirectory") == (404, "ResourceDirectoryNotInUse")
    named = {"ResourceType": FOLDER, "ResourceId_1": "fd-00000000"}
    assert refused(outsider, "ListTagResources", **named) == (404, "EntityNotExists.ResourceDirectory")


@KINDS
def test_all_kinds_are_tagged_listed_and_untagged(directory: Directory, kind: str) -> None:
    one, two = made(directory, kind, "one"), made(directory, kind, "two")
    both = {"ResourceType": kind, "ResourceId_1": one, "ResourceId_2": two}
    told(directory, "TagResources", **both, Tag_1_Key="env", Tag_1_Value="prod", Tag_2_Key="team")
    told(directory, "TagResources", ResourceType=kind, ResourceId_1=two, Tag_1_Key="env", Tag_1_Value="test")
    whole = [(one, "env", "prod"), (one, "team", ""), (two, "env", "test"), (two, "team", "")]
    assert tags(directory, ResourceType=kind) == whole
    assert tags(directory, ResourceType=kind, ResourceId_1=one) == whole[:2]
    assert tags(directory, ResourceType=kind, Tag_1_Key="env", Tag_1_Value="test") == [whole[2]]
    first = told(directory, "ListTagResources", ResourceType=kind, MaxResults="3")
    assert tags(directory, ResourceType=kind, NextToken=first["NextToken"]) == whole[3:]
    told(directory, "UntagResources", ResourceType=kind, ResourceId_1=one, TagKey_1="team", TagKey_2="none")
    told(directory, "UntagResources", ResourceType=kind, ResourceId_1=two, All="true")
    assert tags(directory, ResourceType=kind) == whole[:1]


def test_tags_go_with_what_carried_them(directory: Directory) -> None:
    folder, policy = made(directory, FOLDER, "folder"), made(directory, CONTROL_POLICY, "policy")
    root = directory.root_folder
    for kind, own_id in ((FOLDER, folder), (FOLDER, root), (CONTROL_POLICY, policy)):
        told(directory, "TagResources", ResourceType=kind, ResourceId_1=own_id, Tag_1_Key="env")
    directory.told("DeleteFolder", FolderId=folder)
    assert tags(directory, ResourceType=FOLDER) == [(root, "env", "")]
    directory.told("DestroyResourceDirectory")
    with main.open_database(directory.server.settings) as database, database.read() as txn:
        assert txn.tags.of([folder, root, policy]) == {}


@pytest.mark.parametrize(
    ("kind", "absent", "code"),
    [
        (ACCOUNT, "1000000000000999", "EntityNotExists.Account"),
        (FOLDER, "fd-00000000", "EntityNotExists.Folder"),
        (CONTROL_POLICY, "cp-0000000000000000", "EntityNotExists.ControlPolicy"),
    ],
)
def test_all_are_tagged_or_none(directory: Directory, kind: str, absent: str, code: str) -> None:
    named = {"ResourceType": kind, "ResourceId_1": made(directory, kind, "one"), "ResourceId_2": absent}
    assert refused(directory, "TagResources", **named, Tag_1_Key="env") == (404, code)
    assert tags(directory, ResourceType=kind) == []
    assert refused(directory, "UntagResources", **named, TagKey_1="env") == (404, code)
    assert refused(directory, "ListTagResources", **named) == (404, code)


@pytest.mark.parametrize(
    ("action", "parameters", "status", "code"),
    [
        ("TagResources", {"ResourceType": "Role", "Tag_1_Key": "a"}, 400, "InvalidParameter.ResourceType"),
        ("TagResources", {"ResourceType": FOLDER}, 400, "MissingParameter.Tag"),
        ("TagResources", {"Tag_1_Key": "a"}, 400, "MissingParameter.ResourceType"),
        ("UntagResources", {"ResourceType": FOLDER}, 400, "MissingParameter.TagKey"),
        ("ListTagResources", {"ResourceType": FOLDER, "MaxResults": "0"}, 400, "InvalidParameter.MaxResults"),
        ("ListTagResources", {"ResourceType": FOLDER, "NextToken": "x"}, 400, "InvalidParameter.NextToken"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    directory: Directory, action: str, parameters: dict[str, str], status: int, code: str
) -> None:
    assert refused(directory, action, ResourceId_1=directory.root_folder, **parameters) == (status, code)


def test_no_directory_tags_the_policy_that_ships(directory: Directory) -> None:
    named = {"ResourceType": CONTROL_POLICY, "ResourceId_1": "FullAliyunAccess", "Tag_1_Key": "a"}
    assert refused(directory, "TagResources", **named) == (400, "InvalidParameter.PolicyId")


def test_permissions_are_asked_for_by_the_path_of_each(directory: Directory) -> None:
    open_, shut = directory.folder("open"), directory.folder("shut")
    inside = directory.folder("inside", open_)
    keeper = directory.user("keeper", document(allow("resourcemanager:TagResources", f"*/{open_}*")))
    named = {"ResourceType": FOLDER, "Tag_1_Key": "env", "Tag_1_Value": "prod"}
    told(directory, "TagResources", keeper, **named, ResourceId_1=open_, ResourceId_2=inside)
    assert refused(directory, "TagResources", keeper, **named, ResourceId_1=inside, ResourceId_2=shut) == (
        403,
        "NoPermission",
    )
    assert {entry[0] for entry in tags(directory, ResourceType=FOLDER)} == {open_, inside}
    assert refused(directory, "ListTagResources", keeper, ResourceType=FOLDER) == (403, "NoPermission")
    assert refused(directory, "GetResourceDirectory", keeper) == (403, "NoPermission")


def test_permissions_see_the_tags_that_are_brought(directory: Directory) -> None:
    folder = directory.folder("folder")
    secret = deny("resourcemanager:*", "*", Condition={"StringEquals": {"acs:RequestTag/level": "secret"}})
    keeper = directory.user("keeper", document(allow("resourcemanager:*"), secret))
    named = {"ResourceType": FOLDER, "ResourceId_1": folder, "Tag_1_Key": "level"}
    told(directory, "TagResources", keeper, **named, Tag_1_Value="open")
    assert refused(directory, "TagResources", keeper, **named, Tag_1_Value="secret") == (403, "NoPermission")
    assert tags(directory, ResourceType=FOLDER) == [(folder, "level", "open")]
