"""Network policies of AccessKeys and of the account, checked at authentication. Real servers."""

from __future__ import annotations

import json

import pytest

from tests.services.ims.calls import Ims
from tests.world import allow, document

HERE = ["127.0.0.1", "127.0.0.0/8", "0.0.0.0/0"]
ELSEWHERE = "203.0.113.0/24"
REFUSAL = "Forbidden.AccessKeyPolicy"
NONE = '{"Version":1,"Status":"Inactive","Statements":[]}'


def policy(*addresses: str, status: str = "Active") -> str:
    rules = [{"Type": "ClassicWhiteList", "IPList": list(addresses)}] if addresses else []
    return json.dumps({"Status": status, "Statements": rules})


def _code(who: Ims) -> str:
    answer = who.answer("GetAccessKeyPolicyForAccount")
    return "" if answer.status == 200 else answer.code


@pytest.fixture
def alice(ims: Ims) -> Ims:
    return ims.someone("alice", document(allow("ram:*")))


def _key(ims: Ims) -> dict[str, str]:
    (key,) = ims.ram.names("ListAccessKeys", UserName="alice")
    return {"UserAccessKeyId": key, "UserPrincipalName": ims.name("alice")}


def test_a_key_is_of_no_use_outside_its_policy(ims: Ims, alice: Ims) -> None:
    key = _key(ims)
    ims.refused("GetAccessKeyPolicy", "EntityNotExist.AccessKeyPolicy", **key)
    text = policy(ELSEWHERE)
    answer = ims("SetAccessKeyPolicy", AccessKeyPolicy=text, **key)
    assert (answer["AccessKeyId"], answer["AccessKeyPolicy"]) == (key["UserAccessKeyId"], text)
    assert ims("GetAccessKeyPolicy", **key)["AccessKeyPolicy"] == text
    refused = alice.answer("GetAccessKeyPolicyForAccount")
    assert (refused.status, refused.code) == (403, REFUSAL)
    for here in HERE:
        ims("SetAccessKeyPolicy", AccessKeyPolicy=policy(ELSEWHERE, here), **key)
        assert _code(alice) == ""
    assert _code(ims) == ""


def test_a_policy_is_switched_off_and_taken_away(ims: Ims, alice: Ims) -> None:
    key = _key(ims)
    for off in (policy(ELSEWHERE, status="Inactive"), NONE, "{}"):
        ims("SetAccessKeyPolicy", AccessKeyPolicy=policy(ELSEWHERE), **key)
        assert _code(alice) == REFUSAL
        ims("SetAccessKeyPolicy", AccessKeyPolicy=off, **key)
        assert _code(alice) == ""
    ims.refused("GetAccessKeyPolicy", "EntityNotExist.AccessKeyPolicy", **key)


def test_the_accounts_policy_holds_for_keys_without_one_of_their_own(ims: Ims, alice: Ims) -> None:
    assert ims("GetAccessKeyPolicyForAccount")["AccessKeyPolicy"] == NONE
    bob = ims.someone("bob", document(allow("ram:*")))
    ims("SetAccessKeyPolicy", AccessKeyPolicy=policy("127.0.0.1"), **_key(ims))
    root = ims.ram.names("ListAccessKeys")[0]
    ims("SetAccessKeyPolicy", UserAccessKeyId=root, AccessKeyPolicy=policy("127.0.0.1"))
    text = policy(ELSEWHERE)
    assert ims("SetAccessKeyPolicyForAccount", AccessKeyPolicy=text)["AccessKeyPolicy"] == text
    assert ims("GetAccessKeyPolicyForAccount")["AccessKeyPolicy"] == text
    assert (_code(alice), _code(bob), _code(ims)) == ("", REFUSAL, "")
    ims("SetAccessKeyPolicy", UserAccessKeyId=root, AccessKeyPolicy=policy(ELSEWHERE, status="Inactive"))
    assert _code(ims) == REFUSAL  # the account's own key, now that its policy is off
    alice("SetAccessKeyPolicyForAccount", AccessKeyPolicy="{}")
    assert (_code(bob), _code(ims)) == ("", "")
    assert ims("GetAccessKeyPolicyForAccount")["AccessKeyPolicy"] == NONE


def test_temporary_credentials_are_not_limited(ims: Ims, alice: Ims) -> None:
    ims.ram("CreatePolicy", PolicyName="assume", PolicyDocument=document(allow("sts:AssumeRole")))
    ims.ram("AttachPolicyToUser", UserName="alice", PolicyType="Custom", PolicyName="assume")
    ims.ram.role("keeper")
    keeper = ims.ram.session(alice.ram, "keeper")
    ims("SetAccessKeyPolicyForAccount", AccessKeyPolicy=policy(ELSEWHERE))
    keeper.refused("ListUsers", "NoPermission")
    assert _code(alice) == REFUSAL


def test_a_request_from_elsewhere_is_refused_before_anything_else_is_looked_at(ims: Ims, alice: Ims) -> None:
    ims("SetAccessKeyPolicy", AccessKeyPolicy=policy(ELSEWHERE), **_key(ims))
    answer = alice.answer("SetAccessKeyPolicyForAccount", AccessKeyPolicy="broken")
    assert answer.code == REFUSAL
    assert "AccessDeniedDetail" not in answer.json()


@pytest.mark.parametrize("text", ["", "[]", policy(), policy("everywhere"), '{"Status":"Active"}'])
def test_a_text_that_is_no_policy_is_refused_and_changes_nothing(ims: Ims, alice: Ims, text: str) -> None:
    key = _key(ims)
    code = "InvalidParameter.AccessKeyPolicy"
    ims.refused("SetAccessKeyPolicy", code, AccessKeyPolicy=text, **key)
    ims.refused("SetAccessKeyPolicyForAccount", code, AccessKeyPolicy=text)
    assert _code(alice) == ""


def test_keys_are_somebodys(ims: Ims, alice: Ims) -> None:
    ims.ram("CreateUser", UserName="bob")
    (key,) = alice.ram.names("ListAccessKeys")
    for action in ("SetAccessKeyPolicy", "GetAccessKeyPolicy"):
        given = {"UserAccessKeyId": key, "AccessKeyPolicy": policy("127.0.0.1")}
        ims.refused(action, "EntityNotExist.User.AccessKey", UserPrincipalName=ims.name("bob"), **given)
        ims.refused(action, "EntityNotExist.User", UserPrincipalName=ims.name("nobody"), **given)
        ims.refused(action, "EntityNotExist.User.AccessKey", **given)
    own = alice("SetAccessKeyPolicy", UserAccessKeyId=key, AccessKeyPolicy=policy("127.0.0.1"))
    assert own["AccessKeyId"] == key


@pytest.mark.usefixtures("alice")
def test_policies_of_keys_are_for_whoever_a_policy_lets(ims: Ims) -> None:
    key, nobody = _key(ims), ims.someone("nobody")
    for action in ("SetAccessKeyPolicy", "GetAccessKeyPolicy"):
        told = nobody.refused(action, "NoPermission", AccessKeyPolicy="{}", **key)
        assert told["Message"].endswith(f"Resource: acs:ram:*:{ims.id}:user/alice Action: ram:{action}")
    for action in ("SetAccessKeyPolicyForAccount", "GetAccessKeyPolicyForAccount"):
        told = nobody.refused(action, "NoPermission", AccessKeyPolicy="{}")
        assert told["Message"].endswith(f"Resource: acs:ram:*:{ims.id}:* Action: ram:{action}")
    ims("SetSecurityPreference", AllowUserToManageAccessKeys="true")
    own = {"UserAccessKeyId": nobody.ram.names("ListAccessKeys")[0], "AccessKeyPolicy": "{}"}
    nobody.refused("SetAccessKeyPolicy", "NoPermission", **own)


def test_a_key_is_deleted_with_its_policy_and_its_last_use(ims: Ims, alice: Ims) -> None:
    key = _key(ims)
    ims("SetAccessKeyPolicy", AccessKeyPolicy=policy("127.0.0.1"), **key)
    assert _code(alice) == ""
    ims("DeleteAccessKey", **key)
    with ims.server.runtime.database.read() as txn:
        assert txn.key_policies.find(key["UserAccessKeyId"]) is None
