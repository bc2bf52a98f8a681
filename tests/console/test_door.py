"""Calls as whoever is signed in take the path of every request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from daypass.console.door import SESSION_ENDED, Browser
from daypass.errors import ApiError
from daypass.testing import Server
from tests.console.people import READER, People
from tests.world import allow, deny, document


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def test_a_call_is_answered_as_a_client_sees_it_that_asks_for_json(people: People) -> None:
    people.user("alice", READER)
    answer = people.call(people.signed_in("alice"), "Ram", "GetUser", UserName="alice")
    assert answer["User"]["UserName"] == "alice"
    assert answer["RequestId"]


def test_the_caller_is_the_user_with_his_own_name(people: People) -> None:
    people.user("alice")
    who = people.signed_in("alice")
    identity = people.call(who, "Sts", "GetCallerIdentity")
    assert (identity["IdentityType"], identity["Arn"]) == ("RAMUser", f"acs:ram::{people.id}:user/alice")
    assert (who.arn, who.user_name, who.account_id, who.is_root) == (
        identity["Arn"],
        "alice",
        people.id,
        False,
    )


def test_root_may_what_its_key_may(people: People) -> None:
    root = people.root()
    assert root.is_root
    assert people.call(root, "Sts", "GetCallerIdentity")["IdentityType"] == "Account"
    people.call(root, "Ram", "CreateUser", UserName="bob")
    assert people.call(root, "Ram", "GetUser", UserName="bob")["User"]["UserName"] == "bob"


def test_what_no_policy_allows_is_refused_with_the_detail_of_the_api(people: People) -> None:
    people.user("alice", READER)
    error = people.refused(people.signed_in("alice"), "Ram", "CreateUser", UserName="bob")
    assert (error.code, error.status) == ("NoPermission", 403)
    detail = error.extra["AccessDeniedDetail"]
    assert isinstance(detail, dict)
    assert detail["AuthAction"] == "ram:CreateUser"
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert error.extra["RequestId"]
    with people.database.read() as txn:
        assert txn.users.find(people.id, "bob") is None


def test_a_wrong_parameter_and_an_unknown_operation_are_refused_as_by_the_api(people: People) -> None:
    root = people.root()
    assert people.refused(root, "Ram", "GetRole").code == "MissingParameter.RoleName"
    assert people.refused(root, "Ram", "NoSuchThing").code == "InvalidApi.NotFound"
    assert people.refused(root, "Nothing", "GetRole").code == "InvalidApi.NotFound"


def test_a_change_and_its_decision_are_on_record_under_the_session(people: People) -> None:
    people.user("alice", document(allow("ram:*")))
    who = people.signed_in("alice")
    answer = people.call(who, "Ram", "CreateGroup", GroupName="g")
    record = people.world.record_of(answer["RequestId"])
    assert record["sessionId"] == who.session_id
    assert record["principal"] == who.arn
    with people.database.read() as txn:
        (event,) = txn.audit.list(request_id=answer["RequestId"]).items
        session = txn.console_sessions.find(who.digest)
    assert session is not None
    assert (event.principal, event.action, event.access_key_id) == (
        who.arn,
        "CreateGroup",
        session.access_key_id,
    )


def test_a_right_that_is_taken_away_is_gone_with_the_next_call(people: People) -> None:
    people.user("alice", READER)
    who = people.signed_in("alice")
    people.call(who, "Ram", "ListUsers")
    with people.database.write() as txn:
        for attachment in txn.attachments.of_principal(people.id, "User", "alice"):
            txn.attachments.detach(people.id, "User", "alice", attachment.policy_type, attachment.policy_name)
    assert people.refused(who, "Ram", "ListUsers").code == "NoPermission"


@pytest.mark.parametrize("key", ["acs:SourceIp", "acs:SecureTransport", "acs:MFAPresent"])
def test_conditions_see_the_browser(people: People, key: str) -> None:
    operator, value = {
        "acs:SourceIp": ("IpAddress", "10.1.0.0/16"),
        "acs:SecureTransport": ("Bool", "true"),
        "acs:MFAPresent": ("Bool", "false"),
    }[key]
    people.user("alice", document(allow("ram:ListUsers", Condition={operator: {key: [value]}})))
    inside = Browser("10.1.2.3", secure=True)
    people.call(people.signed_in("alice", inside), "Ram", "ListUsers")
    outside = people.signed_in("alice")
    if key == "acs:MFAPresent":
        people.call(outside, "Ram", "ListUsers")
    else:
        assert people.refused(outside, "Ram", "ListUsers").code == "NoPermission"


def test_whether_something_may_be_done_is_told_without_doing_it(people: People) -> None:
    people.user("alice", READER)
    who = people.signed_in("alice")
    assert people.run(people.door.may(who, "Ram", "ListUsers", {})) is None
    refusal = people.run(people.door.may(who, "Ram", "DeleteUser", {"UserName": "bob"}))
    assert refusal is not None
    assert (refusal.action, refusal.resource, refusal.explicit) == (
        "ram:DeleteUser",
        f"acs:ram:*:{people.id}:user/bob",
        False,
    )
    assert refusal.detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([], False),
        ([allow("ram:CreateRole")], True),
        ([allow("ram:CreateRole", "acs:ram:*:*:role/dev-*")], True),
        ([allow("ram:CreateRole", "acs:ram:*:*:role/Dev-?x")], True),
        ([allow("ram:CreateRole", "acs:ram:*:*:user/*")], False),
        ([allow("ram:GetRole")], False),
        ([allow("ram:CreateRole"), deny("ram:CreateRole", "acs:ram:*:*:role/dev-*")], True),
        ([allow("ram:CreateRole"), deny("ram:CreateRole", "acs:ram:*:*:role/*")], False),
        ([allow("ram:CreateRole", Condition={"Bool": {"acs:SecureTransport": "true"}})], False),
    ],
)
def test_whether_there_is_any_role_to_create_is_told_without_its_name(
    people: People, statements: list[dict[str, object]], may: bool
) -> None:
    people.user("alice", *([document(*statements)] if statements else []))
    refusal = people.run(people.door.may(people.signed_in("alice"), "Ram", "CreateRole", {}))
    assert (refusal is None) is may
    if refusal is not None:
        assert refusal.resource == f"acs:ram:*:{people.id}:role/*"


def test_a_refusal_is_told_though_a_condition_rests_on_what_is_not_known(people: People) -> None:
    people.user("alice", READER)
    refusal = people.run(people.door.may(people.signed_in("alice"), "Ims", "CreateOIDCProvider", {}))
    assert refusal is not None
    assert (refusal.action, refusal.explicit) == ("ram:CreateOIDCProvider", False)


def test_what_is_known_and_wrong_is_refused_when_asked_what_may_be_done(people: People) -> None:
    with pytest.raises(ApiError, match="InvalidParameter"):
        people.run(people.door.may(people.root(), "Ram", "CreateRole", {"RoleName": "a b"}))


def test_a_session_that_has_ended_calls_no_more(people: People) -> None:
    people.user("alice", READER)
    who = people.signed_in("alice")
    people.run(people.door.sign_out(who))
    with pytest.raises(ApiError) as refusal:
        people.call(who, "Ram", "ListUsers")
    assert refusal.value.declared is SESSION_ENDED
    with pytest.raises(ApiError) as refusal:
        people.run(people.door.may(who, "Ram", "ListUsers", {}))
    assert refusal.value.declared is SESSION_ENDED
