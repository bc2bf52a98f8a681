"""Reviews of policies, over the wire of a real server: what is told is what the server then does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.services.daypass.calls import Own
from tests.world import allow, deny, document, trusting

PRINTED = json.dumps(
    {
        "Version": "1",
        "Statement": [{"Effect": "Allow", "Action": "iot:QueryProduct", "Resource": "ARN of a RAM role"}],
    },
    indent=2,
)


def _texts(review: dict[str, Any]) -> list[str]:
    return [each["Text"] for each in review["Comparison"]["Changes"]["Change"]]


def _findings(review: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = review["Findings"]["Finding"]
    return found


def test_each_statement_is_said_in_plain_words_in_either_language(own: Own) -> None:
    text = document(allow("iot:Query*"), deny("iot:*", Condition={"Bool": {"acs:SecureTransport": "false"}}))
    english = own("ReviewPolicy", PolicyDocument=text)
    assert english["PolicyKind"] == "Identity"
    allowing, denying = (each["Meaning"] for each in english["Statements"]["Statement"])
    assert allowing == "Allows actions of iot that begin with Query on every resource."
    assert denying == (
        "Denies every action of iot on every resource if acs:SecureTransport is 'false', "
        "whatever else allows it."
    )
    chinese = own("ReviewPolicy", PolicyDocument=text, Language="zh")
    assert [each["Meaning"] for each in chinese["Statements"]["Statement"]] == [
        "允许对所有资源执行 iot 中以 Query 开头的操作。",
        "当 acs:SecureTransport 为 'false' 时，拒绝对所有资源执行 iot 的所有操作，无论其他策略是否允许。",
    ]
    assert "Comparison" not in english


def test_a_trust_policy_is_known_by_its_principal(own: Own) -> None:
    review = own("ReviewPolicy", PolicyDocument=trusting(own.ram.everyone))
    assert review["PolicyKind"] == "Trust"
    (statement,) = review["Statements"]["Statement"]
    assert statement["Meaning"] == (
        f"Lets every RAM user and role of the account {own.id} (who also need a permission of their own) "
        "assume the role."
    )


def test_the_printed_step_4_is_caught_with_a_fix_that_works(own: Own) -> None:
    review = own("ReviewPolicy", PolicyDocument=PRINTED)
    finding = next(each for each in _findings(review) if each["Code"] == "role-needs-assume-role")
    assert (finding["Line"], finding["Column"]) == (7, 19)
    assert "sts:AssumeRole" in finding["Suggestion"]
    fixed = json.loads(finding["Fix"])["Statement"]
    assert fixed == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"acs:ram:*:{own.id}:role/*"}
    ]
    assert not _findings(own("ReviewPolicy", PolicyDocument=finding["Fix"]))
    arn = own.world.role("reader", trusting(own.ram.everyone))
    alice = own.world.user("Alice", finding["Fix"])
    assert own.world.assume(alice, arn).status == 200


def test_a_role_and_an_action_that_never_meet_are_put_right_in_the_authors_own_text(own: Own) -> None:
    text = document(allow("iot:QueryProduct", f"acs:ram::{own.id}:role/reader")).replace(": ", " :  ")
    (finding,) = _findings(own("ReviewPolicy", PolicyDocument=text))
    assert finding["Fix"] == text.replace("iot:QueryProduct", "sts:AssumeRole")


@pytest.mark.parametrize(
    ("action", "resource", "codes"),
    [
        ("ram:GetUser", "acs:ram:*:1:role/x", {"action-never-matches"}),
        ("sts:AssumeRole", "acs:ram:*:1:user/x", {"action-never-matches"}),
        ("iot:QueryProduct", "acs:oss:*:*:bucket", {"action-never-matches"}),
        ("iot:NotYetKnown", "acs:oss:*:*:bucket", {"action-never-matches"}),
        (["iot:QueryProduct", "oss:GetObject"], ["acs:iot:*:*:product/*", "acs:oss:*:*:bucket"], set()),
        (["ram:GetUser"], ["acs:ram:*:1:user/x", "acs:ram:*:1:group/x"], {"resource-never-matches"}),
        ("ram:ListUsers", "acs:ram:*:1:user/*", set()),
        ("ram:*", "acs:ram:*:1:mfa/x", {"all-of-ram"}),
        ("iot:*", "acs:iot:*:*:product/x", set()),
        ("ecs:Start", "acs:oss:*:*:bucket", set()),
    ],
)
def test_actions_and_resources_that_never_meet_are_told(
    own: Own, action: Any, resource: Any, codes: set[str]
) -> None:
    review = own("ReviewPolicy", PolicyDocument=document(allow(action, resource)))
    assert {each["Code"] for each in _findings(review)} == codes


def test_a_document_that_would_be_refused_is_reviewed_with_its_place(own: Own) -> None:
    text = '{\n  "Version": "1",\n  "Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]\n}'
    review = own("ReviewPolicy", PolicyDocument=text)
    (finding,) = _findings(review)
    assert (finding["Severity"], finding["Code"]) == ("error", "malformed")
    assert (finding["Line"], finding["Column"], finding["EndColumn"]) == (3, 28, 35)
    assert finding["Fix"] == text.replace("allow", "Allow")
    assert review["Statements"]["Statement"] == []
    own.ram.refused("CreatePolicy", "MalformedPolicyDocument", PolicyName="p", PolicyDocument=text)
    (chinese,) = _findings(own("ReviewPolicy", PolicyDocument=text, Language="zh"))
    assert chinese["Message"] == "必须有 Effect，且为 Allow 或 Deny"


@pytest.mark.parametrize("text", ["{", "[]", "null", "x", '{"Version": "1"}', " ", "[" * 3000])
def test_whatever_is_no_policy_gets_a_finding_and_no_error(own: Own, text: str) -> None:
    (finding,) = _findings(own("ReviewPolicy", PolicyDocument=text))
    assert finding["Severity"] == "error"


def test_a_text_that_is_too_long_is_told_so(own: Own) -> None:
    (finding,) = _findings(own("ReviewPolicy", PolicyDocument=document(allow("x" * 7000))))
    assert finding["Code"] == "too-long"
    own.refused("ReviewPolicy", "InvalidParameter.PolicyDocument.Length", PolicyDocument="x" * 20_481)


def test_what_a_new_version_changes_is_told_and_for_whom(own: Own) -> None:
    own.ram("CreatePolicy", PolicyName="read", PolicyDocument=document(allow("iot:Query*")))
    own.ram("CreatePolicy", PolicyName="all", PolicyDocument=document(allow("iot:*")))
    own.ram.user("Alice")
    own.ram.user("Bob")
    own.ram("CreateGroup", GroupName="readers")
    for name in ("Alice", "Bob"):
        own.ram("AttachPolicyToUser", UserName=name, PolicyType="Custom", PolicyName="read")
    own.ram("AttachPolicyToUser", UserName="Bob", PolicyType="Custom", PolicyName="all")
    own.ram("AttachPolicyToGroup", GroupName="readers", PolicyType="Custom", PolicyName="read")
    review = own("ReviewPolicy", PolicyDocument=document(allow("iot:*")), PolicyName="read")
    comparison = review["Comparison"]
    assert _texts(review) == ["Newly allowed: iot:* except iot:Query* on every resource."]
    (change,) = comparison["Changes"]["Change"]
    assert (change["Effect"], change["Actions"], change["Resources"]) == (
        "Gained",
        ["iot:* except iot:Query*"],
        ["*"],
    )
    assert comparison["IsComplete"] is True
    assert comparison["EntityCount"] == 3
    told = {each["Name"]: (each["Basis"], each["Changes"]) for each in comparison["Entities"]["Entity"]}
    assert told == {
        "Alice": ("AllPolicies", [0]),
        "Bob": ("AllPolicies", []),
        "readers": ("ThisPolicy", [0]),
    }


def test_what_is_told_to_be_gained_is_refused_before_and_allowed_after(own: Own) -> None:
    own.ram("CreatePolicy", PolicyName="read", PolicyDocument=document(allow("ram:GetUser")))
    alice = own.ram.user("Alice")
    own.ram("AttachPolicyToUser", UserName="Alice", PolicyType="Custom", PolicyName="read")
    text = document(allow(["ram:GetUser", "ram:ListUsers"]))
    review = own("ReviewPolicy", PolicyDocument=text, PolicyName="read")
    (change,) = review["Comparison"]["Changes"]["Change"]
    assert change["Example"]["Action"] == "ram:ListUsers"
    alice.refused("ListUsers", "NoPermission")
    own.ram("CreatePolicyVersion", PolicyName="read", PolicyDocument=text, SetAsDefault="true")
    assert alice("ListUsers")["Users"]["User"]


def test_an_older_version_can_be_compared_with(own: Own) -> None:
    own.ram("CreatePolicy", PolicyName="p", PolicyDocument=document(allow("iot:Query*")))
    text = document(allow("iot:*"))
    own.ram("CreatePolicyVersion", PolicyName="p", PolicyDocument=text, SetAsDefault="true")
    assert _texts(own("ReviewPolicy", PolicyDocument=text, PolicyName="p")) == []
    assert _texts(own("ReviewPolicy", PolicyDocument=text, PolicyName="p", VersionId="v1")) == [
        "Newly allowed: iot:* except iot:Query* on every resource."
    ]
    own.refused(
        "ReviewPolicy",
        "EntityNotExist.Policy.Version",
        PolicyDocument=text,
        PolicyName="p",
        VersionId="v9",
    )


def test_who_gains_and_loses_a_role_is_told_and_so(own: Own) -> None:
    alice, bob = (
        own.ram.user("Alice", document(allow("sts:AssumeRole"))),
        own.ram.user("Bob", document(allow("sts:AssumeRole"))),
    )
    arn = own.world.role("reader", trusting(f"acs:ram::{own.id}:user/Alice"))
    text = trusting(f"acs:ram::{own.id}:user/Bob")
    review = own("ReviewPolicy", PolicyDocument=text, RoleName="reader")
    assert _texts(review) == [
        f"Newly trusted: the RAM user Bob of the account {own.id}.",
        f"No longer trusted: the RAM user Alice of the account {own.id}.",
    ]
    assert own.world.assume(bob.who, arn).status == 403
    own.ram("UpdateRole", RoleName="reader", NewAssumeRolePolicyDocument=text)
    assert own.world.assume(bob.who, arn).status == 200
    assert own.world.assume(alice.who, arn).status == 403


def test_a_condition_on_trust_says_when(own: Own) -> None:
    own.world.role("reader", trusting(own.ram.everyone))
    text = trusting(own.ram.everyone, Condition={"StringEquals": {"sts:ExternalId": "abcd"}})
    (lost,) = own("ReviewPolicy", PolicyDocument=text, RoleName="reader")["Comparison"]["Changes"]["Change"]
    assert lost["Effect"] == "Lost"
    assert lost["Cases"] == ["unless sts:ExternalId is 'abcd'"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("EntityNotExist.Policy", {"PolicyName": "none"}),
        ("EntityNotExist.Role", {"RoleName": "none"}),
        ("InvalidParameter.RoleName", {"RoleName": "r", "PolicyName": "p"}),
    ],
)
def test_what_is_to_be_replaced_must_be_there_and_be_one_thing(
    own: Own, code: str, names: dict[str, str]
) -> None:
    own.refused("ReviewPolicy", code, PolicyDocument=document(allow("iot:*")), **names)


def test_without_a_permission_a_document_is_reviewed_and_nothing_told_of_others(own: Own) -> None:
    own.world.role("reader", trusting(own.ram.everyone))
    nobody = Own(own.ram.user("Nobody"))
    text = document(allow("iot:*"))
    assert nobody("ReviewPolicy", PolicyDocument=text)["Statements"]["Statement"]
    refusal = nobody.refused(
        "ReviewPolicy", "NoPermission", PolicyDocument=trusting(own.ram.everyone), RoleName="reader"
    )
    assert refusal["AccessDeniedDetail"]["AuthAction"] == "daypass:ReviewPolicy"
    one = document(allow("daypass:ReviewPolicy", f"acs:ram:*:{own.id}:role/reader"))
    reviewer = Own(own.ram.user("Reviewer", one))
    assert reviewer("ReviewPolicy", PolicyDocument=trusting(own.ram.everyone), RoleName="reader")[
        "Comparison"
    ]
    reviewer.refused("ReviewPolicy", "NoPermission", PolicyDocument=text, PolicyName="p")
