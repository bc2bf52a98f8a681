"""Control policies and their attachments as things to manage, on a real server."""

from __future__ import annotations

import re

import pytest

from daypass.directory.quotas import Quotas
from daypass.testing import Server
from tests.services.resourcemanager.directory import FULL, Directory
from tests.world import allow, deny, document

TEXT = document(deny("ram:*"))


@pytest.fixture
def directory(server: Server) -> Directory:
    return Directory(server, server.new_account()).open()


def test_a_control_policy_is_made_shown_changed_and_deleted(directory: Directory) -> None:
    text = TEXT.replace(", ", " ,\n")
    made = directory.told(
        "CreateControlPolicy", PolicyName="no-ram", EffectScope="RAM", PolicyDocument=text, Description="Stop"
    )["ControlPolicy"]
    assert re.fullmatch(r"cp-\w{16}", made["PolicyId"])
    assert {name: made[name] for name in ("PolicyName", "PolicyType", "EffectScope", "Description")} == {
        "PolicyName": "no-ram",
        "PolicyType": "Custom",
        "EffectScope": "RAM",
        "Description": "Stop",
    }
    assert made["AttachmentCount"] == "0"
    shown = directory.told("GetControlPolicy", PolicyId=made["PolicyId"], Language="en")["ControlPolicy"]
    assert shown == {**made, "PolicyDocument": text}
    changed = directory.told(
        "UpdateControlPolicy", PolicyId=made["PolicyId"], NewPolicyName="none", NewDescription=""
    )["ControlPolicy"]
    assert changed["PolicyName"] == "none"
    assert "Description" not in changed
    assert (
        directory.told("GetControlPolicy", PolicyId=made["PolicyId"])["ControlPolicy"]["PolicyDocument"]
        == text
    )
    directory.told("DeleteControlPolicy", PolicyId=made["PolicyId"])
    gone = directory.refused("GetControlPolicy", PolicyId=made["PolicyId"])
    assert gone == (404, "EntityNotExists.ControlPolicy")


def test_full_access_ships_with_the_product_and_is_attached_to_everything_at_first(
    directory: Directory,
) -> None:
    folder = directory.folder("folder")
    member = directory.member("member", folder)
    shown = directory.told("GetControlPolicy", PolicyId=FULL)["ControlPolicy"]
    assert (shown["PolicyType"], shown["PolicyName"], shown["AttachmentCount"]) == ("System", FULL, "3")
    assert '"*"' in shown["PolicyDocument"]
    body = directory.told("ListTargetAttachmentsForControlPolicy", PolicyId=FULL)
    targets = {each["TargetId"]: each for each in body["TargetAttachments"]["TargetAttachment"]}
    assert {target: (each["TargetName"], each["TargetType"]) for target, each in targets.items()} == {
        directory.root_folder: ("Root", "Root"),
        folder: ("folder", "Folder"),
        member.id: ("member", "Account"),
    }
    assert body["TotalCount"] == 3
    page = directory.told(
        "ListTargetAttachmentsForControlPolicy", PolicyId=FULL, PageSize="2", PageNumber="2"
    )
    assert len(page["TargetAttachments"]["TargetAttachment"]) == 1
    for action, more in (("UpdateControlPolicy", {"NewPolicyName": "x"}), ("DeleteControlPolicy", {})):
        assert directory.refused(action, PolicyId=FULL, **more) == (400, "InvalidParameter.PolicyId")


def test_control_policies_are_listed_by_type_in_numbered_pages(directory: Directory) -> None:
    for name in ("c", "B", "a"):
        directory.control(name, allow("*"))

    def names(**parameters: str) -> list[str]:
        body = directory.told("ListControlPolicies", **parameters)
        return [policy["PolicyName"] for policy in body["ControlPolicies"]["ControlPolicy"]]

    assert names() == [FULL, "a", "B", "c"]
    assert names(PolicyType="System") == [FULL]
    assert names(PolicyType="Custom") == ["a", "B", "c"]
    pages = [names(PageSize="2", PageNumber=str(number)) for number in (1, 2, 3)]
    assert pages == [[FULL, "a"], ["B", "c"], []]
    assert directory.told("ListControlPolicies", PageSize="2")["TotalCount"] == 4


def test_a_target_keeps_its_last_control_policy(directory: Directory) -> None:
    member = directory.member("member")
    last = {"PolicyId": FULL, "TargetId": member.id}
    refused = directory.refused("DetachControlPolicy", **last)
    assert refused == (409, "DeleteConflict.ControlPolicyAttachment.Last")
    rule = directory.control("rule", allow("*"))
    directory.attach(rule, member.id)
    assert directory.attached(member.id) == {FULL, "rule"}
    directory.detach(FULL, member.id)
    assert directory.attached(member.id) == {"rule"}
    assert directory.refused("DetachControlPolicy", **last) == (
        404,
        "EntityNotExists.ControlPolicyAttachment",
    )
    in_use = directory.refused("DeleteControlPolicy", PolicyId=rule)
    assert in_use == (409, "DeleteConflict.ControlPolicy.Attachment")
    directory.attach(FULL, member.id)
    directory.detach(rule, member.id)
    directory.told("DeleteControlPolicy", PolicyId=rule)


def test_nothing_is_attached_as_long_as_control_policies_are_off(directory: Directory) -> None:
    rule = directory.control("rule", allow("*"))
    directory.told("DisableControlPolicy")
    assert directory.told("GetControlPolicyEnablementStatus")["EnablementStatus"] == "Disabled"
    wanted = {"PolicyId": rule, "TargetId": directory.root_folder}
    for action in ("AttachControlPolicy", "DetachControlPolicy"):
        assert directory.refused(action, **wanted) == (409, "Invalid.ControlPolicy.Status")
    assert directory.attached(directory.root_folder) == set()
    folder = directory.folder("made-while-off")
    assert directory.attached(folder) == set()
    directory.told("EnableControlPolicy")
    assert directory.told("GetControlPolicyEnablementStatus")["EnablementStatus"] == "Enabled"
    assert directory.told("GetResourceDirectory")["ResourceDirectory"]["ControlPolicyStatus"] == "Enabled"
    assert directory.attached(folder) == {FULL}
    directory.attach(rule, directory.root_folder)


def test_control_policies_and_attachments_have_quotas(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas = Quotas(control_policies=1, control_policies_per_target=1)
    monkeypatch.setattr(directory.server.runtime.database, "_quotas", quotas)
    rule = directory.control("rule", allow("*"))
    wanted = {"PolicyName": "more", "EffectScope": "RAM", "PolicyDocument": TEXT}
    assert directory.refused("CreateControlPolicy", **wanted) == (409, "LimitExceeded.ControlPolicy")
    attachment = {"PolicyId": rule, "TargetId": directory.root_folder}
    refused = directory.refused("AttachControlPolicy", **attachment)
    assert refused == (409, "LimitExceeded.ControlPolicyAttachment")


@pytest.mark.parametrize(
    ("action", "changes", "status", "code"),
    [
        ("CreateControlPolicy", {"PolicyName": "1st"}, 400, "InvalidParameter.PolicyName.InvalidChars"),
        ("CreateControlPolicy", {"PolicyName": "a" * 129}, 400, "InvalidParameter.PolicyName.Length"),
        ("CreateControlPolicy", {"PolicyName": "RULE"}, 409, "EntityAlreadyExists.ControlPolicy"),
        ("CreateControlPolicy", {"PolicyName": FULL.lower()}, 409, "EntityAlreadyExists.ControlPolicy"),
        ("CreateControlPolicy", {"EffectScope": "All"}, 400, "InvalidParameter.EffectScope"),
        (
            "CreateControlPolicy",
            {"PolicyDocument": " " * 4097},
            400,
            "InvalidParameter.PolicyDocument.Length",
        ),
        ("CreateControlPolicy", {"PolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        (
            "CreateControlPolicy",
            {"PolicyDocument": document({**allow("*"), "Principal": {"RAM": "*"}})},
            400,
            "MalformedPolicyDocument",
        ),
        ("GetControlPolicy", {"PolicyId": "cp-none"}, 404, "EntityNotExists.ControlPolicy"),
        ("UpdateControlPolicy", {"PolicyId": "cp-none"}, 404, "EntityNotExists.ControlPolicy"),
        ("UpdateControlPolicy", {"NewPolicyName": "other"}, 409, "EntityAlreadyExists.ControlPolicy"),
        ("UpdateControlPolicy", {"NewPolicyDocument": "{}"}, 400, "MalformedPolicyDocument"),
        ("DeleteControlPolicy", {"PolicyId": "cp-none"}, 404, "EntityNotExists.ControlPolicy"),
        ("AttachControlPolicy", {"PolicyId": "cp-none"}, 404, "EntityNotExists.ControlPolicy"),
        ("AttachControlPolicy", {"TargetId": "fd-none"}, 404, "EntityNotExists.Target"),
        ("AttachControlPolicy", {"PolicyId": FULL}, 409, "EntityAlreadyExists.ControlPolicyAttachment"),
        ("DetachControlPolicy", {"TargetId": "fd-none"}, 404, "EntityNotExists.Target"),
        ("DetachControlPolicy", {}, 404, "EntityNotExists.ControlPolicyAttachment"),
        ("ListControlPolicyAttachmentsForTarget", {"TargetId": "x"}, 404, "EntityNotExists.Target"),
        (
            "ListTargetAttachmentsForControlPolicy",
            {"PolicyId": "cp-none"},
            404,
            "EntityNotExists.ControlPolicy",
        ),
        ("ListControlPolicies", {"PolicyType": "Own"}, 400, "InvalidParameter.PolicyType"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    directory: Directory, action: str, changes: dict[str, str], status: int, code: str
) -> None:
    rule = directory.control("rule", allow("*"))
    directory.control("other", allow("*"))
    wanted = {"PolicyId": rule, "TargetId": directory.root_folder}
    if action == "CreateControlPolicy":
        wanted = {"PolicyName": "new", "EffectScope": "RAM", "PolicyDocument": TEXT}
    assert directory.refused(action, **{**wanted, **changes}) == (status, code)


ACTIONS = (
    "CreateControlPolicy",
    "GetControlPolicy",
    "UpdateControlPolicy",
    "DeleteControlPolicy",
    "ListControlPolicies",
    "EnableControlPolicy",
    "DisableControlPolicy",
    "GetControlPolicyEnablementStatus",
    "AttachControlPolicy",
    "DetachControlPolicy",
    "ListControlPolicyAttachmentsForTarget",
    "ListTargetAttachmentsForControlPolicy",
)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_account_without_a_directory_has_no_control_policies(server: Server, action: str) -> None:
    outsider = Directory(server, server.new_account())
    wanted = {
        "PolicyId": "cp-none",
        "TargetId": "fd-none",
        "PolicyName": "rule",
        "EffectScope": "RAM",
        "PolicyDocument": TEXT,
    }
    assert outsider.refused(action, **wanted) == (404, "EntityNotExists.ResourceDirectory")


def test_permissions_are_asked_for_the_control_policy_and_the_target(directory: Directory) -> None:
    rule = directory.control("rule", allow("*"))
    prefix = f"acs:resourcemanager:*:{directory.id}:"
    may = allow("resourcemanager:*", f"{prefix}policy/controlpolicy/{rule}")
    clerk = directory.user("Clerk", document(may))
    assert directory.told("GetControlPolicy", clerk, PolicyId=rule)["ControlPolicy"]["PolicyName"] == "rule"
    wanted = {"PolicyId": rule, "TargetId": directory.root_folder}
    for action in ("AttachControlPolicy", "DetachControlPolicy", "ListControlPolicyAttachmentsForTarget"):
        assert directory.refused(action, clerk, **wanted) == (403, "NoPermission")
    for action in ("EnableControlPolicy", "DisableControlPolicy", "ListControlPolicies"):
        assert directory.refused(action, clerk) == (403, "NoPermission")
    assert directory.refused("GetControlPolicy", clerk, PolicyId=FULL) == (403, "NoPermission")
