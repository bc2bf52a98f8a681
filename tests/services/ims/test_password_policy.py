"""The password policy, in RAM and IMS alike, and the operations that hold passwords to it. A real server."""

from __future__ import annotations

import pytest

from tests.services.ims.calls import Ims
from tests.world import allow, document

GOOD = "Correct-Horse-1"
DEFAULT = {
    "MinimumPasswordLength": 8,
    "RequireLowercaseCharacters": False,
    "RequireUppercaseCharacters": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
    "PasswordReusePrevention": 0,
    "MaxPasswordAge": 0,
    "MaxLoginAttemps": 0,
}
# A policy, a password that it refuses, and one that it takes.
MEMBERS = [
    ({"MinimumPasswordLength": "12"}, "Short-pass1", "Longer-pass12"),
    ({"RequireLowercaseCharacters": "true"}, "UPPER-CASE-1", "Upper-Case-1"),
    ({"RequireUppercaseCharacters": "true"}, "lower-case-1", "Lower-case-1"),
    ({"RequireNumbers": "true"}, "No-digits-here", "1-digit-here"),
    ({"RequireSymbols": "true"}, "NoSigns123", "One-sign123"),
    ({"MinimumPasswordDifferentCharacter": "6"}, "aaaa1111bbbb", "abcde111bbbb"),
    ({"PasswordNotContainUserName": "true"}, "xx-ALICE-123", "xx-alicia-123"),
    ({"InterceptRiskPasswordOnApi": "true"}, "P@ssw0rd!23", "Kettle!23moss"),
]


def test_what_was_never_set_is_the_published_default(ims: Ims) -> None:
    assert ims.ram("GetPasswordPolicy")["PasswordPolicy"] == {**DEFAULT, "HardExpiry": False}
    assert ims("GetPasswordPolicy")["PasswordPolicy"] == {
        **DEFAULT,
        "HardExpire": False,
        "InitialPasswordAge": 14,
        "MinimumPasswordDifferentCharacter": 0,
        "PasswordNotContainUserName": False,
        "InterceptRiskPasswordOnApi": False,
    }


def test_ram_and_ims_set_one_policy_and_what_is_absent_stays(ims: Ims) -> None:
    ims("SetPasswordPolicy", HardExpire="true", InitialPasswordAge="3", MaxPasswordAge="90")
    shown = ims.ram("SetPasswordPolicy", RequireNumbers="True", MaxLoginAttemps="5")["PasswordPolicy"]
    assert shown == {
        **DEFAULT,
        "RequireNumbers": True,
        "MaxLoginAttemps": 5,
        "MaxPasswordAge": 90,
        "HardExpiry": True,
    }
    assert ims.ram("GetPasswordPolicy")["PasswordPolicy"] == shown
    assert ims("GetPasswordPolicy")["PasswordPolicy"]["InitialPasswordAge"] == 3
    ims.ram("SetPasswordPolicy", HardExpiry="false")
    assert ims("GetPasswordPolicy")["PasswordPolicy"]["HardExpire"] is False


def test_a_policy_is_one_accounts(ims: Ims) -> None:
    ims("SetPasswordPolicy", MinimumPasswordLength="20")
    other = Ims(ims.server, ims.server.new_account())
    assert other("GetPasswordPolicy")["PasswordPolicy"]["MinimumPasswordLength"] == 8


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("MinimumPasswordLength", "7", "InvalidParameter.MinimumPasswordLength.Range"),
        ("MinimumPasswordLength", "33", "InvalidParameter.MinimumPasswordLength.Range"),
        ("PasswordReusePrevention", "25", "InvalidParameter.PasswordReusePrevention"),
        ("MaxPasswordAge", "1096", "InvalidParameter.MaxPasswordAge"),
        ("MaxLoginAttemps", "33", "InvalidParameter.MaxLoginAttemps"),
        ("RequireNumbers", "perhaps", "InvalidParameter.RequireNumbers"),
    ],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(
    ims: Ims, parameter: str, value: str, code: str
) -> None:
    for product in (ims, ims.ram):
        product.refused("SetPasswordPolicy", code, **{parameter: value})
    assert ims.ram("GetPasswordPolicy")["PasswordPolicy"] == {**DEFAULT, "HardExpiry": False}


@pytest.mark.parametrize("action", ["SetPasswordPolicy", "GetPasswordPolicy"])
def test_the_policy_is_for_whoever_a_policy_lets(ims: Ims, action: str) -> None:
    nobody = ims.someone("nobody")
    told = nobody.refused(action, "NoPermission")
    assert told["Message"].endswith(f"Resource: acs:ram:*:{ims.id}:* Action: ram:{action}")
    nobody.ram.refused(action, "NoPermission")
    admin = ims.someone("admin", document(allow(f"ram:{action}", f"acs:ram:*:{ims.id}:*")))
    admin(action)
    admin.ram(action)


@pytest.mark.parametrize(("policy", "bad", "good"), MEMBERS)
def test_each_member_is_asked_of_new_and_of_changed_passwords(
    ims: Ims, policy: dict[str, str], bad: str, good: str
) -> None:
    alice = ims.someone("alice")
    ims.ram("CreateLoginProfile", UserName="alice", Password=bad)
    ims.ram("DeleteLoginProfile", UserName="alice")
    ims("SetPasswordPolicy", **policy)
    for action in ("CreateLoginProfile", "UpdateLoginProfile"):
        given = {"UserName": "alice", "Password": bad}
        if action == "UpdateLoginProfile":
            ims.ram("CreateLoginProfile", UserName="alice", Password=good)
        told = ims.ram.refused(action, "InvalidParameter.Password.TooWeak", **given)
        assert bad not in told["Message"]
    weak = {"OldPassword": good, "NewPassword": bad}
    alice.refused("ChangePassword", "InvalidParameter.NewPassword.TooWeak", **weak)
    alice.ram.refused("ChangePassword", "InvalidParameter.NewPassword.TooWeak", **weak)
    alice.ram("ChangePassword", OldPassword=good, NewPassword=good)


def test_the_last_passwords_are_not_used_again(ims: Ims) -> None:
    alice = ims.someone("alice")
    ims.ram("CreateLoginProfile", UserName="alice", Password="First-one-1")
    ims.ram("UpdateLoginProfile", UserName="alice", Password="Second-one-2")
    ims("SetPasswordPolicy", PasswordReusePrevention="2")
    for old in ("First-one-1", "Second-one-2"):
        ims.ram.refused(
            "UpdateLoginProfile",
            "InvalidParameter.Password.ReusePrevention",
            UserName="alice",
            Password=old,
        )
        told = alice.refused(
            "ChangePassword",
            "InvalidParameter.NewPassword.ReusePrevention",
            OldPassword="Second-one-2",
            NewPassword=old,
        )
        assert "last 2" in told["Message"]
    alice("ChangePassword", OldPassword="Second-one-2", NewPassword="Third-one-3")
    ims.ram("UpdateLoginProfile", UserName="alice", Password="First-one-1")


def test_a_deleted_login_profile_does_not_make_old_passwords_new(ims: Ims) -> None:
    ims.someone("alice")
    ims.ram("SetPasswordPolicy", PasswordReusePrevention="1")
    ims.ram("CreateLoginProfile", UserName="alice", Password=GOOD)
    ims.ram("DeleteLoginProfile", UserName="alice")
    ims.ram.refused(
        "CreateLoginProfile",
        "InvalidParameter.Password.ReusePrevention",
        UserName="alice",
        Password=GOOD,
    )


def test_passwords_and_their_hashes_are_on_no_record(ims: Ims) -> None:
    alice = ims.someone("alice")
    ims.ram("CreateLoginProfile", UserName="alice", Password=GOOD)
    alice("ChangePassword", OldPassword=GOOD, NewPassword="Another-Horse-2")
    with ims.server.runtime.database.read() as txn:
        events = txn.audit.list(account_id=ims.id).items
    assert {"CreateLoginProfile", "ChangePassword"} <= {event.action for event in events}
    assert "Horse" not in str(events)
    assert "argon2" not in str(events)


def test_a_user_is_deleted_with_his_old_passwords(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    user_id = ims.ram("GetUser", UserName="alice")["User"]["UserId"]
    ims.ram("CreateLoginProfile", UserName="alice", Password=GOOD)
    ims.ram("DeleteLoginProfile", UserName="alice")
    ims.ram("DeleteUser", UserName="alice")
    with ims.server.runtime.database.read() as txn:
        assert txn.passwords.newest(user_id) == ()
