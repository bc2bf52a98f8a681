"""Control policies limit what members may do, on a real server."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from daypass import main
from daypass.client import Client, Credentials
from daypass.secret import Secret
from daypass.testing import Server
from tests.federation import saml
from tests.services.resourcemanager.directory import ADMIN, EXPLICIT, FULL, IMPLICIT, RAM, Directory
from tests.services.sts.anonymous import send
from tests.world import World, allow, deny, document, trusting

IOT = "2018-01-20"


@pytest.fixture
def directory(server: Server) -> Directory:
    return Directory(server, server.new_account()).open()


def _iot(member: World, who: Any, action: str, **parameters: str) -> str:
    answer = Client(member.server.url, who).call(IOT, action, parameters)
    if answer.status == 200:
        return "allowed"
    return str(answer.json().get("AccessDeniedDetail", {}).get("PolicyType", answer.code))


def test_a_deny_on_a_folder_reaches_every_member_below_and_no_other(directory: Directory) -> None:
    outer = directory.folder("outer")
    inner = directory.folder("inner", outer)
    below, beside = directory.member("below", inner), directory.member("beside")
    alice, bob = below.user("Alice", ADMIN), beside.user("Bob", ADMIN)
    own = directory.user("Manager", ADMIN)
    no_ram = directory.control("no-ram", deny("ram:*"))
    assert directory.limited(alice) == "allowed"
    directory.attach(no_ram, outer)
    assert directory.limited(alice) == EXPLICIT
    assert directory.limited(bob) == directory.limited(own) == "allowed"
    directory.told("MoveAccount", AccountId=beside.id, DestinationFolderId=inner)
    assert directory.limited(bob) == EXPLICIT
    directory.told("MoveAccount", AccountId=below.id, DestinationFolderId=directory.root_folder)
    assert directory.limited(alice) == "allowed"
    directory.detach(no_ram, outer)
    assert directory.limited(bob) == "allowed"


def test_a_whitelist_counts_once_full_access_is_detached_beside_it(directory: Directory) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    reads = directory.control("reads", allow("ram:List*"))
    directory.attach(reads, member.id)
    assert directory.limited(alice, "CreateUser", UserName="a") == "allowed"
    directory.detach(FULL, member.id)
    assert directory.limited(alice) == "allowed"
    assert directory.limited(alice, "CreateUser", UserName="b") == IMPLICIT
    directory.told("UpdateControlPolicy", PolicyId=reads, NewPolicyDocument=document(allow("ram:*")))
    assert directory.limited(alice, "CreateUser", UserName="b") == "allowed"


def test_each_level_has_to_allow(directory: Directory) -> None:
    folder = directory.folder("folder")
    member = directory.member("member", folder)
    alice = member.user("Alice", ADMIN)
    users, all_of_ram = (
        directory.control("users", allow("ram:*User*")),
        directory.control("ram", allow("ram:*")),
    )
    directory.attach(users, folder)
    directory.detach(FULL, folder)
    directory.attach(all_of_ram, member.id)
    directory.detach(FULL, member.id)
    assert directory.limited(alice, "ListUsers") == "allowed"
    assert directory.limited(alice, "ListRoles") == IMPLICIT


def test_control_policies_grant_nothing(directory: Directory) -> None:
    nobody = directory.member("member").user("Nobody")
    assert directory.limited(nobody) == "ImplicitDeny by AccountLevelIdentityBasedPolicy"


def test_the_published_example_of_regions_and_services(directory: Directory) -> None:
    member = directory.member("member")
    alice = member.user("Alice", document(allow(["iot:Query*", "ram:*"])))
    regions = ["acs:*:cn-beijing:*:*", "acs:*:cn-shanghai:*:*"]
    directory.attach(directory.control("regions", allow(["iot:*", "rds:*"], regions)), member.id)
    directory.detach(FULL, member.id)
    page = {"CurrentPage": "1", "PageSize": "10"}
    in_both = _iot(member, alice, "QueryProductList", RegionId="cn-beijing", **page)
    other_region = _iot(member, alice, "QueryProductList", RegionId="cn-hangzhou", **page)
    not_alices = _iot(member, alice, "DeleteProduct", RegionId="cn-beijing", ProductKey="a1BwAGxxxxx")
    assert (in_both, other_region) == ("allowed", "ControlPolicy")
    assert not_alices == "AccountLevelIdentityBasedPolicy"
    assert directory.limited(alice) == IMPLICIT


def test_the_root_user_of_a_member_and_the_management_account_are_not_limited(directory: Directory) -> None:
    member = directory.member("member")
    key = Credentials(*_root_key(directory, member.id))
    own = directory.user("Manager", ADMIN)
    alice = member.user("Alice", ADMIN)
    directory.attach(directory.control("nothing", deny("*")), directory.root_folder)
    assert directory.limited(alice) == EXPLICIT
    assert directory.limited(key) == directory.limited(own) == "allowed"


def test_who_manages_enters_a_member_by_its_role_as_far_as_control_policies_allow(
    directory: Directory,
) -> None:
    member = directory.member("member")
    arn = f"acs:ram::{member.id}:role/ResourceDirectoryAccountAccessRole"
    manager = directory.user("Manager", document(allow("sts:AssumeRole")))
    stranger = World(directory.server, directory.server.new_account()).user("Stranger", ADMIN)
    session = directory.session(manager, arn)
    assert directory.limited(session, "CreateUser", UserName="alice") == "allowed"
    assert directory.assume(stranger, arn).code == "NoPermission"
    reads = directory.control("reads", allow("ram:List*"))
    directory.attach(reads, member.id)
    directory.detach(FULL, member.id)
    refused = directory.assume(manager, arn)
    assert (refused.status, refused.code) == (403, "NoPermission")
    detail = refused.json()["AccessDeniedDetail"]
    assert (detail["PolicyType"], detail["NoPermissionType"]) == ("ControlPolicy", "ImplicitDeny")
    assert directory.limited(session, "CreateUser", UserName="bob") == IMPLICIT
    assert directory.limited(session) == "allowed"
    both = document(allow(["ram:List*", "sts:AssumeRole"]))
    directory.told("UpdateControlPolicy", PolicyId=reads, NewPolicyDocument=both)
    assert directory.assume(manager, arn).status == 200


def test_roles_are_limited_by_the_account_that_owns_them(directory: Directory) -> None:
    """Not by the caller's, whose control policies limit what is done in its own account."""
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    outside = World(directory.server, directory.server.new_account())
    arn = outside.role("Guest", trusting(f"acs:ram::{member.id}:root"))
    inside = member.role("Own", trusting(f"acs:ram::{member.id}:root"))
    directory.attach(directory.control("no-roles", deny("sts:AssumeRole")), member.id)
    assert directory.assume(alice, arn).status == 200
    assert directory.assume(alice, inside).json()["AccessDeniedDetail"]["PolicyType"] == "ControlPolicy"


def test_a_denial_explains_which_control_policy_decided(directory: Directory) -> None:
    folder = directory.folder("folder")
    member = directory.member("member", folder)
    alice = member.user("Alice", ADMIN)
    directory.attach(directory.control("no-users", deny("ram:ListUsers")), folder)
    answer = Client(directory.server.url, alice).call(RAM, "ListUsers", {})
    message = {"EncodedDiagnosticMessage": answer.json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"]}
    told = Client(directory.server.url, alice).call(RAM, "DecodeDiagnosticMessage", message).json()
    decoded = told["DecodedDiagnosticMessage"]
    assert (decoded["NoPermissionPolicyType"], decoded["ExplicitDeny"]) == ("ControlPolicy", True)
    (matched,) = decoded["MatchedPolicies"]
    assert (matched["PolicyIdentifier"], matched["Effect"]) == ("no-users", "Deny")
    assert matched["AttachedEntity"] == f"folder/{folder}"
    assert matched["AttachedScope"].startswith("rd-")


def _explained(who: Credentials, directory: Directory, encoded: str) -> dict[str, Any]:
    told = Client(directory.server.url, who).call(
        RAM, "DecodeDiagnosticMessage", {"EncodedDiagnosticMessage": encoded}
    )
    explained = told.json()["DecodedDiagnosticMessage"]
    assert isinstance(explained, dict)
    return explained


def test_the_texts_of_control_policies_are_told_to_no_member_and_their_names_to_no_stranger(
    directory: Directory,
) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    near = allow("ram:ListUsers", Condition={"IpAddress": {"acs:SourceIp": "203.0.113.7"}})
    directory.attach(directory.control("office", near), member.id)
    directory.detach(FULL, member.id)
    refused = Client(directory.server.url, alice).call(RAM, "ListUsers", {})
    encoded = refused.json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    admin = Credentials(*_root_key(directory, member.id))
    explained = _explained(admin, directory, encoded)
    assert explained["NoPermissionPolicyType"] == "ControlPolicy"
    assert "203.0.113.7" not in str(explained.get("NearlyMatchedPolicies"))
    arn = member.role("Guest", trusting(directory.everyone))
    directory.attach(directory.control("no-guests", deny("sts:AssumeRole")), member.id)
    stranger = World(directory.server, directory.server.new_account())
    bob = stranger.user("Bob", ADMIN)
    encoded = directory.assume(bob, arn).json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    assert _explained(bob, directory, encoded)["MatchedPolicies"] == []
    carol = member.user("Carol", ADMIN)
    encoded = directory.assume(carol, arn).json()["AccessDeniedDetail"]["EncodedDiagnosticMessage"]
    (matched,) = _explained(admin, directory, encoded)["MatchedPolicies"]
    assert matched["PolicyIdentifier"] == "no-guests"


def _root_key(directory: Directory, account_id: str) -> tuple[str, Secret]:
    with directory.server.runtime.database.write() as txn:
        key = txn.access_keys.create(account_id)
    return key.id, key.secret


def test_policies_can_ask_where_in_a_directory_the_caller_is(directory: Directory) -> None:
    folder = directory.folder("folder")
    inside, beside = directory.member("inside", folder), directory.member("beside")
    rd = directory.told("GetResourceDirectory")["ResourceDirectory"]["ResourceDirectoryId"]
    path = f"{rd}/{directory.root_folder}/{folder}/*"
    anyone = {"RAM": [f"acs:ram::{world.id}:root" for world in (inside, beside)]}
    target = World(directory.server, directory.server.new_account())
    for name, condition in (
        ("of-directory", {"StringEquals": {"acs:PrincipalRDId": rd}}),
        ("of-folder", {"StringLike": {"acs:PrincipalRDPath": path}}),
    ):
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": anyone}
        target.role(name, document({**statement, "Condition": condition}))
    may = document(allow("sts:AssumeRole"))
    alice, bob = inside.user("Alice", may), beside.user("Bob", may)
    arn = f"acs:ram::{target.id}:role/"
    assert [directory.assume(who, f"{arn}of-directory").status for who in (alice, bob)] == [200, 200]
    assert [directory.assume(who, f"{arn}of-folder").status for who in (alice, bob)] == [200, 403]
    directory.told("MoveAccount", AccountId=inside.id, DestinationFolderId=directory.root_folder)
    assert directory.assume(alice, f"{arn}of-folder").status == 403


def test_an_account_outside_of_any_directory_carries_no_place(directory: Directory) -> None:
    outside = World(directory.server, directory.server.new_account())
    condition = {"StringLike": {"acs:PrincipalRDId": "*"}}
    alice = outside.user("Alice", document(allow("ram:*", Condition=condition)))
    assert directory.limited(alice) == "ImplicitDeny by AccountLevelIdentityBasedPolicy"


def test_switched_off_control_policies_limit_nobody(directory: Directory) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    no_ram = directory.control("no-ram", deny("ram:*"))
    directory.attach(no_ram, member.id)
    assert directory.limited(alice) == EXPLICIT
    assert directory.told("DisableControlPolicy")["EnablementStatus"] == "Disabled"
    assert directory.limited(alice) == "allowed"
    directory.told("EnableControlPolicy")
    assert directory.limited(alice) == "allowed"
    assert directory.attached(member.id) == {FULL}


def test_an_account_that_left_is_limited_no_more(directory: Directory) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    directory.attach(directory.control("no-ram", deny("ram:*")), directory.root_folder)
    assert directory.limited(alice) == EXPLICIT
    directory.told("UpdateAccount", AccountId=member.id, NewAccountType="CloudAccount")
    assert directory.limited(alice) == EXPLICIT
    directory.told("RemoveCloudAccount", AccountId=member.id)
    assert directory.limited(alice) == "allowed"


def test_a_control_policy_attached_by_another_worker_acts_on_the_next_decision(directory: Directory) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    no_ram = directory.control("no-ram", deny("ram:*"))
    assert directory.limited(alice) == "allowed"
    with main.open_database(directory.server.settings) as other, other.write() as txn:
        own = txn.resource_directories.managed_by(directory.id)
        txn.control_policies.attach(own, no_ram, member.id)
    assert directory.limited(alice) == EXPLICIT


def test_a_control_policy_attached_while_requests_run_lets_none_through_afterwards(
    directory: Directory,
) -> None:
    member = directory.member("member")
    alice = member.user("Alice", ADMIN)
    no_ram = directory.control("no-ram", deny("ram:*"))
    attached, running = threading.Event(), threading.Barrier(5)
    seen: list[list[str]] = []

    def ask() -> None:
        """Call until the attachment is acknowledged, and once more then."""
        answers = [directory.limited(alice)]
        running.wait(30)
        while not attached.is_set():
            answers.append(directory.limited(alice))
        seen.append([*answers, directory.limited(alice)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    running.wait(30)
    directory.attach(no_ram, directory.root_folder)
    attached.set()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    for answers in seen:
        assert (answers[0], answers[-1]) == ("allowed", EXPLICIT)
        # Once denied, never allowed again: no answer rests on what was before.
        assert answers == sorted(answers, key=lambda answer: answer != "allowed")


def test_a_write_that_waited_is_decided_again_under_the_new_control_policy(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = directory.member("member")
    mallory = member.user("Mallory", ADMIN)
    no_ram = directory.control("no-ram", deny("ram:*"))
    assert directory.limited(mallory) == "allowed"
    database = directory.server.runtime.database
    write, admitted, answers = database.write, threading.Event(), []

    def queued() -> Any:
        admitted.set()
        return write()

    monkeypatch.setattr(database, "write", queued)
    thread = threading.Thread(
        target=lambda: answers.append(directory.limited(mallory, "CreateUser", UserName="backdoor"))
    )
    with main.open_database(directory.server.settings) as other, other.write() as txn:
        thread.start()
        assert admitted.wait(30)
        txn.control_policies.attach(txn.resource_directories.managed_by(directory.id), no_ram, member.id)
    thread.join()
    assert answers == [EXPLICIT]
    with database.read() as txn:
        assert txn.users.find(member.id, "backdoor") is None


def test_control_policies_come_before_what_an_identity_provider_vouches_for(directory: Directory) -> None:
    member = directory.member("member")
    provider = f"acs:ram::{member.id}:saml-provider/idp"
    metadata = {"EncodedSAMLMetadataDocument": saml.encoded(saml.metadata())}
    admin = Client(member.server.url, member.user("Admin", ADMIN))
    made = admin.call("2019-08-15", "CreateSAMLProvider", {"SAMLProviderName": "idp", **metadata})
    assert made.status == 200, made.text
    federated = {"Federated": [provider]}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": federated})
    role = member.role("Reader", trust)

    def assume(number: int) -> tuple[int, dict[str, Any]]:
        element = saml.assertion(int(time.time()), [f"{role},{provider}"], id=f"_{member.id}-{number}")
        response = saml.sent(saml.response(saml.signed(element)))
        parameters = {"SAMLProviderArn": provider, "RoleArn": role, "SAMLAssertion": response}
        return send(member.server.url, "AssumeRoleWithSAML", parameters)

    assert assume(1)[0] == 200
    directory.attach(directory.control("no-sessions", deny("sts:AssumeRole")), member.id)
    status, body = assume(2)
    assert (status, body["Code"]) == (401, "AuthenticationFail.NoPermission")
    detail = body["AccessDeniedDetail"]
    assert (detail["PolicyType"], detail["NoPermissionType"]) == ("ControlPolicy", "ExplicitDeny")
