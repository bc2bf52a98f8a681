"""Who can assume a role, over the wire of a real server: each answer is tried with AssumeRole itself."""

from __future__ import annotations

from typing import Any

from daypass.services.daypass.candidates import LOOKED_AT
from tests.services.daypass.calls import Own
from tests.world import allow, deny, document, trusting

ASSUME = document(allow("sts:AssumeRole"))
OFFICE = {"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}}


def _assumers(own: Own, **parameters: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    marker = ""
    while True:
        page = own("ListRoleAssumers", RoleName="reader", Marker=marker, **parameters)
        for each in page["Assumers"]["Assumer"]:
            assert each["Principal"] not in found
            found[each["Principal"]] = each
        if not page["IsTruncated"]:
            return found
        marker = page["Marker"]


def _halves(each: dict[str, Any]) -> tuple[str, str, str]:
    return each["Trust"]["Answer"], each["Permission"]["Answer"], each["MayAssume"]


def test_both_halves_are_told_of_each_user_and_are_so(own: Own) -> None:
    users = {
        "both": own.ram.user("both", ASSUME),
        "trusted": own.ram.user("trusted"),
        "denied": own.ram.user("denied", ASSUME, document(deny("sts:*"))),
        "elsewhere": own.ram.user("elsewhere", document(allow("sts:AssumeRole", "acs:ram:*:*:role/other"))),
    }
    arn = own.world.role("reader", trusting(own.ram.everyone))
    found = _assumers(own)
    told = {name: _halves(found[f"acs:ram::{own.id}:user/{name}"]) for name in users}
    assert told == {
        "both": ("Yes", "Yes", "Yes"),
        "trusted": ("Yes", "No", "No"),
        "denied": ("Yes", "No", "No"),
        "elsewhere": ("Yes", "No", "No"),
    }
    for name, user in users.items():
        assert (own.world.assume(user.who, arn).status == 200) is (told[name][2] == "Yes"), name
    (granting,) = found[f"acs:ram::{own.id}:user/both"]["Permission"]["Policies"]
    assert (granting["PolicyName"], granting["Statement"], granting["AttachedEntity"]) == (
        "both-0",
        0,
        "user/both",
    )
    (denying,) = found[f"acs:ram::{own.id}:user/denied"]["Permission"]["Policies"]
    assert denying["Effect"] == "Deny"


def test_who_has_a_permission_but_no_trust_is_shown_as_that(own: Own) -> None:
    own.ram.user("Alice", ASSUME)
    own.ram.user("Bob", ASSUME)
    own.ram.user("Carol")
    own.world.role("reader", trusting(f"acs:ram::{own.id}:user/Alice"))
    found = _assumers(own)
    assert {each["Name"]: (*_halves(each), each["IsNamed"]) for each in found.values()} == {
        "Alice": ("Yes", "Yes", "Yes", True),
        "Bob": ("No", "Yes", "No", False),
    }


def test_conditions_are_told_in_words(own: Own) -> None:
    own.ram.user("Alice", document(allow("sts:AssumeRole", Condition=OFFICE)))
    own.world.role(
        "reader", trusting(own.ram.everyone, Condition={"StringEquals": {"sts:ExternalId": "abcd"}})
    )
    alice = _assumers(own)[f"acs:ram::{own.id}:user/Alice"]
    assert _halves(alice) == ("Conditional", "Conditional", "Conditional")
    assert alice["Trust"]["Conditions"] == ["if sts:ExternalId is 'abcd'"]
    assert alice["Permission"]["Conditions"] == ["if acs:SourceIp is in '203.0.113.0/24'"]
    chinese = _assumers(own, Language="zh")[f"acs:ram::{own.id}:user/Alice"]
    assert chinese["Trust"]["Conditions"] == ["当 sts:ExternalId 等于 'abcd' 时"]


def test_a_condition_on_who_asks_is_no_open_one(own: Own) -> None:
    own.ram.user("Alice", ASSUME)
    own.ram.user("Bob", ASSUME)
    only = {"StringEquals": {"acs:PrincipalARN": f"acs:ram::{own.id}:user/Alice"}}
    own.world.role("reader", trusting(own.ram.everyone, Condition=only))
    found = _assumers(own)
    assert found[f"acs:ram::{own.id}:user/Alice"]["MayAssume"] == "Yes"
    assert _halves(found[f"acs:ram::{own.id}:user/Bob"]) == ("No", "Yes", "No")


def test_others_than_users_are_told_with_what_is_known_of_them(own: Own) -> None:
    other = "1234567890123456"
    text = document(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {
                "RAM": [own.ram.everyone, f"acs:ram::{other}:root", f"acs:ram::{other}:user/eve"],
                "Service": ["ecs.aliyuncs.com", f"{other}@log.aliyuncs.com"],
                "Federated": [f"acs:ram::{own.id}:saml-provider/idp"],
            },
        }
    )
    own.world.role("chained", trusting(own.ram.everyone), ASSUME)
    own.world.role("reader", text)
    found = _assumers(own)
    assert {name: (each["PrincipalType"], *_halves(each)) for name, each in found.items()} == {
        f"acs:ram::{own.id}:root": ("Account", "Yes", "Individual", "Conditional"),
        f"acs:ram::{other}:root": ("Account", "Yes", "NotKnown", "Conditional"),
        f"acs:ram::{other}:user/eve": ("User", "Yes", "NotKnown", "Conditional"),
        "ecs.aliyuncs.com": ("Service", "Yes", "NotNeeded", "Yes"),
        f"{other}@log.aliyuncs.com": ("Service", "Yes", "NotNeeded", "Yes"),
        f"acs:ram::{own.id}:saml-provider/idp": ("SamlProvider", "Yes", "NotNeeded", "Yes"),
        f"acs:ram::{own.id}:role/chained": ("Role", "Yes", "Yes", "Yes"),
        f"acs:ram::{own.id}:role/reader": ("Role", "Yes", "No", "No"),
    }


def test_a_name_given_to_somebody_else_is_not_trusted(own: Own) -> None:
    own.ram("CreateUser", UserName="Alice")
    arn = own.world.role("reader", trusting(f"acs:ram::{own.id}:user/Alice"))
    own.ram("DeleteUser", UserName="Alice")
    gone = _assumers(own)[f"acs:ram::{own.id}:user/alice"]
    assert (gone["Exists"], gone["MayAssume"]) == (False, "No")
    again = own.ram.user("Alice", ASSUME)
    assert _halves(_assumers(own)[f"acs:ram::{own.id}:user/Alice"]) == ("No", "Yes", "No")
    assert own.world.assume(again.who, arn).status == 403


def test_pages_neither_repeat_nor_skip_and_look_at_a_bounded_number(own: Own) -> None:
    count = LOOKED_AT + 30
    with own.ram.server.runtime.database.write() as txn:
        for number in range(count):
            txn.users.create(own.id, f"u{number:04}")
    own.world.role("reader", trusting(own.ram.everyone))
    assert len(_assumers(own, MaxItems="7")) == count + 2
    own.ram(
        "UpdateRole", RoleName="reader", NewAssumeRolePolicyDocument=trusting(f"acs:ram::{own.id}:user/u0129")
    )
    first = own("ListRoleAssumers", RoleName="reader", MaxItems="100")
    assert [each["Name"] for each in first["Assumers"]["Assumer"]] == ["u0129"]
    assert first["IsTruncated"] is True
    assert list(_assumers(own)) == [f"acs:ram::{own.id}:user/u0129"]


def test_the_list_needs_a_permission_on_the_role(own: Own) -> None:
    own.world.role("reader", trusting(own.ram.everyone))
    nobody = Own(own.ram.user("Nobody"))
    nobody.refused("ListRoleAssumers", "NoPermission", RoleName="reader")
    one = document(allow("daypass:ListRoleAssumers", f"acs:ram:*:{own.id}:role/reader"))
    assert Own(own.ram.user("Reviewer", one))("ListRoleAssumers", RoleName="reader")["Arn"].endswith(
        "/reader"
    )


def test_a_role_that_is_not_there_and_a_marker_of_something_else_are_refused(own: Own) -> None:
    own.refused("ListRoleAssumers", "EntityNotExist.Role", RoleName="none")
    own.world.role("reader", trusting(own.ram.everyone))
    own.refused("ListRoleAssumers", "InvalidParameter.Marker", RoleName="reader", Marker="x")


def test_one_principal_is_told_of_whatever_it_has(own: Own) -> None:
    own.ram.user("Alice")
    own.world.role("other", trusting(own.ram.everyone))
    own.world.role("reader", trusting(f"acs:ram::{own.id}:role/other"))
    (alice,) = _assumers(own, Principal=f"acs:ram::{own.id}:user/Alice").values()
    assert (*_halves(alice), alice["IsNamed"]) == ("No", "No", "No", False)
    (other,) = _assumers(own, Principal=f"acs:ram::{own.id}:role/other").values()
    assert (*_halves(other), other["IsNamed"]) == ("Yes", "No", "No", True)
    own.refused("ListRoleAssumers", "InvalidParameter.Principal.Format", RoleName="reader", Principal="alice")
