"""AssumeRole: its parameters, who may, and what a session may do afterwards. A real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from daypass.client import Credentials
from daypass.testing import Server
from tests.world import World, allow, deny, document, trusting

ASSUME = document(allow("sts:AssumeRole"))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Server() as server:
        yield World(server)


@pytest.fixture(scope="module")
def alice(world: World) -> Credentials:
    return world.user("Alice", ASSUME)


@pytest.fixture(scope="module")
def role(world: World) -> str:
    return world.role("Reader", trusting(world.everyone))


def test_the_answer_names_the_session_and_its_credentials(
    world: World, alice: Credentials, role: str
) -> None:
    answer = world.assume(alice, role).json()
    user, credentials = answer["AssumedRoleUser"], answer["Credentials"]
    assert user["Arn"] == f"acs:ram::{world.id}:role/Reader/session"
    assert user["AssumedRoleId"].endswith(":session")
    assert credentials["AccessKeyId"].startswith("STS.")
    assert credentials["SecurityToken"].startswith("CAIS")
    expires = datetime.strptime(credentials["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(expires.timestamp() - time.time() - 3600) < 10


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleArn": "x"}, "InvalidParameter.RoleArn"),
        ({"RoleArn": "acs:ram::123:role/x"}, "InvalidParameter.RoleArn"),
        ({"RoleSessionName": "a"}, "InvalidParameter.RoleSessionName"),
        ({"RoleSessionName": "a" * 65}, "InvalidParameter.RoleSessionName"),
        ({"RoleSessionName": "a b"}, "InvalidParameter.RoleSessionName"),
        ({"RoleSessionName": "a=b"}, "InvalidParameter.RoleSessionName"),
        ({"DurationSeconds": "899"}, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "3601"}, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "1e3"}, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "9" * 400}, "InvalidParameter.DurationSeconds"),
        ({"Policy": ""}, "InvalidParameter.PolicySize"),
        ({"Policy": "{" * 2049}, "InvalidParameter.PolicySize"),
        ({"Policy": "{"}, "InvalidParameter.PolicyGrammar"),
        ({"Policy": '{"Version": "2", "Statement": []}'}, "InvalidParameter.PolicyGrammar"),
        ({"ExternalId": "x"}, "InvalidParameter.ExternalId"),
        ({"ExternalId": "a b"}, "InvalidParameter.ExternalId"),
        ({"SourceIdentity": "a b"}, "InvalidParameter.SourceIdentity"),
    ],
)
def test_a_malformed_parameter_is_named(
    world: World, alice: Credentials, role: str, parameters: dict[str, str], code: str
) -> None:
    well_formed = {"RoleArn": role, "RoleSessionName": "session"}
    answer = world.call(alice, "AssumeRole", {**well_formed, **parameters})
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("name", ["RoleArn", "RoleSessionName"])
def test_a_missing_parameter_is_named(world: World, alice: Credentials, role: str, name: str) -> None:
    parameters = {"RoleArn": role, "RoleSessionName": "session"}
    del parameters[name]
    answer = world.call(alice, "AssumeRole", parameters)
    assert (answer.status, answer.code) == (400, f"MissingParameter.{name}")


@pytest.mark.parametrize(("seconds", "longest"), [("900", 3600), ("3600", 3600), ("43200", 43200)])
def test_durations_up_to_the_roles_own_limit_are_granted(
    world: World, alice: Credentials, seconds: str, longest: int
) -> None:
    arn = world.role(f"Lasting{seconds}", trusting(world.everyone), longest=longest)
    assert world.assume(alice, arn, DurationSeconds=seconds).status == 200


def test_the_duration_is_an_hour_unless_said_otherwise_whatever_the_role_allows(
    world: World, alice: Credentials
) -> None:
    arn = world.role("Patient", trusting(world.everyone), longest=7200)
    expiration = world.assume(alice, arn).json()["Credentials"]["Expiration"]
    expires = datetime.strptime(expiration, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(expires.timestamp() - time.time() - 3600) < 10


def test_the_longest_session_policy_is_taken_whatever_its_characters(
    world: World, alice: Credentials, role: str
) -> None:
    frame = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"%s"}]}'
    room = 2048 - len(frame) + 2
    policy = frame % "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(room))
    assert len(policy) == 2048
    session = world.session(alice, role, Policy=policy)
    assert len(session.security_token or "") <= 8192
    assert world.call(session, "GetCallerIdentity").status == 200


def test_root_may_assume_no_role(world: World, role: str) -> None:
    answer = world.assume(world.account.root, role)
    assert (answer.status, answer.code) == (403, "NoPermission")
    assert "root accounts" in answer.json()["Message"]


def test_a_missing_role_is_told_before_the_verdict(world: World) -> None:
    nobody = world.user("Nobody")
    answer = world.assume(nobody, f"acs:ram::{world.id}:role/none")
    assert (answer.status, answer.code) == (404, "EntityNotExist.Role")


def test_the_roles_name_is_found_whatever_its_case_and_region(world: World, alice: Credentials) -> None:
    world.role("MixedCase", trusting(world.everyone))
    for arn in (f"acs:ram::{world.id}:role/MIXEDcase", f"acs:ram:*:{world.id}:role/mixedcase"):
        assert world.assume(alice, arn).status == 200


def test_trust_without_permission_is_not_enough(world: World, role: str) -> None:
    answer = world.assume(world.user("Eve"), role)
    detail = answer.json()["AccessDeniedDetail"]
    assert (answer.status, answer.code) == (403, "NoPermission")
    assert detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert detail["AuthAction"] == "sts:AssumeRole"
    assert detail["AuthPrincipalType"] == "SubUser"
    with world.server.runtime.database.read() as txn:
        assert detail["AuthPrincipalDisplayName"] == txn.users.get(world.id, "Eve").id
    assert detail["AuthPrincipalOwnerId"] == world.id
    assert detail["EncodedDiagnosticMessage"]


def test_permission_without_trust_is_not_enough(world: World, alice: Credentials) -> None:
    arn = world.role("ForBob", trusting(_bob(world)))
    answer = world.assume(alice, arn)
    assert answer.code == "NoPermission"
    assert answer.json()["AccessDeniedDetail"]["PolicyType"] == "AssumeRolePolicy"


def _bob(world: World) -> str:
    world.user("Bob", ASSUME)
    return f"acs:ram::{world.id}:user/bob"


def test_the_sample_that_grants_query_product_on_a_role_permits_no_assuming(world: World, role: str) -> None:
    printed = document(allow("iot:QueryProduct", role))
    answer = world.assume(world.user("Printed", printed), role)
    assert answer.code == "NoPermission"


def test_permission_on_the_pasted_role_arn_is_enough(world: World, role: str) -> None:
    assert world.assume(world.user("Pasted", document(allow("sts:AssumeRole", role))), role).status == 200


def test_a_user_of_another_account_needs_both_halves(world: World, role: str) -> None:
    other = World(world.server, world.server.new_account())
    stranger = other.user("Alice", ASSUME)
    assert world.assume(stranger, role).code == "NoPermission"
    open_role = world.role("CrossAccount", trusting(f"acs:ram::{other.id}:root"))
    session = world.session(stranger, open_role)
    assert world.call(session, "GetCallerIdentity").json()["AccountId"] == world.id
    assert world.assume(other.user("Plain"), open_role).code == "NoPermission"


@pytest.mark.parametrize(("given", "status"), [(None, 403), ("wrong-one", 403), ("abcd1234", 200)])
def test_an_external_id_the_trust_policy_wants_must_be_the_right_one(
    world: World, alice: Credentials, given: str | None, status: int
) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "abcd1234"}}
    name = f"External{status}{given}".replace("-", "")
    arn = world.role(name, trusting(world.everyone, Condition=condition))
    more = {} if given is None else {"ExternalId": given}
    assert world.assume(alice, arn, **more).status == status


def test_a_session_may_assume_another_role_that_trusts_its_role(world: World, alice: Credentials) -> None:
    first = world.role("First", trusting(world.everyone), ASSUME)
    second = world.role("Second", trusting(f"acs:ram::{world.id}:role/first"))
    assert world.assume(alice, second).code == "NoPermission"
    assert world.assume(world.session(alice, first), second).status == 200


def test_a_session_policy_without_sts_ends_the_chain(world: World, alice: Credentials) -> None:
    link = world.role("Link", trusting(world.everyone), ASSUME)
    narrowed = world.session(alice, link, Policy=document(allow("iot:*")))
    answer = world.assume(narrowed, link)
    assert answer.json()["AccessDeniedDetail"]["PolicyType"] == "SessionPolicy"


def test_a_source_identity_is_inherited_and_cannot_be_changed(world: World, alice: Credentials) -> None:
    base = world.role("Base", trusting(world.everyone), ASSUME)
    given = world.assume(alice, base, SourceIdentity="alice@example")
    assert given.json()["SourceIdentity"] == "alice@example"
    session = Credentials.of(given.json()["Credentials"])
    assert world.assume(session, base).json()["SourceIdentity"] == "alice@example"
    assert world.assume(session, base, SourceIdentity="mallory").code == "InvalidParameter.SourceIdentity"


def test_changing_the_roles_policies_acts_on_live_sessions_at_once(world: World, alice: Credentials) -> None:
    target = world.role("Target", trusting(world.everyone))
    link = world.role("Changing", trusting(world.everyone))
    session = world.session(alice, link)
    assert world.assume(session, target).code == "NoPermission"
    policy = world.grant("Role", "Changing", ASSUME)
    assert world.assume(session, target).status == 200
    with world.server.runtime.database.write() as txn:
        txn.attachments.detach(world.id, "Role", "Changing", "Custom", policy)
    assert world.assume(session, target).code == "NoPermission"


def test_narrowing_the_trust_policy_stops_new_sessions_and_leaves_live_ones(
    world: World, alice: Credentials
) -> None:
    arn = world.role("Narrowing", trusting(world.everyone))
    session = world.session(alice, arn)
    with world.server.runtime.database.write() as txn:
        elsewhere = trusting(f"acs:ram::{'9' * 16}:root")
        txn.roles.update(world.id, "Narrowing", trust_document=elsewhere, trusted=())
    assert world.assume(alice, arn).code == "NoPermission"
    assert world.call(session, "GetCallerIdentity").status == 200


def test_an_explicit_deny_names_its_statement_in_the_records(world: World, role: str) -> None:
    barred = world.user("Barred", document(allow("*"), deny("sts:*")))
    answer = world.assume(barred, role)
    assert answer.json()["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"


def test_a_user_created_anew_under_a_trusted_name_is_not_trusted(world: World) -> None:
    world.user("Fleeting", ASSUME)
    arn = world.role("ForFleeting", trusting(f"acs:ram::{world.id}:user/Fleeting"))
    with world.server.runtime.database.write() as txn:
        for attachment in txn.attachments.of_principal(world.id, "User", "Fleeting"):
            txn.attachments.detach(world.id, "User", "Fleeting", "Custom", attachment.policy_name)
        for key in txn.access_keys.list(world.id, "Fleeting"):
            txn.access_keys.delete(world.id, "Fleeting", key.id)
        txn.users.delete(world.id, "Fleeting")
    again = world.user("Fleeting", ASSUME)
    assert world.assume(again, arn).code == "NoPermission"
