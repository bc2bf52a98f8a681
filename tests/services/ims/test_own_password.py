"""ChangePassword: a RAM user replaces his own password, in RAM and in IMS. A real server."""

from __future__ import annotations

import pytest

from daypass.authn.passwords import matches
from daypass.secret import Secret
from tests.services.ims.calls import Ims
from tests.world import allow, deny, document

OLD, NEW = "Correct-Horse-1", "Another-Horse-2"
GIVEN = {"OldPassword": OLD, "NewPassword": NEW}


@pytest.fixture
def alice(ims: Ims) -> Ims:
    """A user with a password and no policies."""
    alice = ims.someone("alice")
    ims.ram("CreateLoginProfile", UserName="alice", Password=OLD, PasswordResetRequired="true")
    return alice


def _is(ims: Ims, password: str) -> bool:
    with ims.server.runtime.database.read() as txn:
        return matches(txn.login_profiles.get(ims.id, "alice").password_hash, Secret(password))


@pytest.mark.parametrize("product", ["Ram", "Ims"])
def test_a_user_replaces_his_password_and_needs_no_reset_any_more(ims: Ims, alice: Ims, product: str) -> None:
    (alice if product == "Ims" else alice.ram)("ChangePassword", **GIVEN)
    assert _is(ims, NEW)
    assert not _is(ims, OLD)
    assert ims.ram("GetLoginProfile", UserName="alice")["LoginProfile"]["PasswordResetRequired"] is False


def test_the_old_password_has_to_be_right(ims: Ims, alice: Ims) -> None:
    wrong = {"OldPassword": "Wrong-Horse-1", "NewPassword": NEW}
    told = alice.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **wrong)
    assert "Horse" not in told["Message"]
    alice.ram.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **wrong)
    assert _is(ims, OLD)


def test_a_preference_that_does_not_let_users_leaves_it_to_nobody(ims: Ims, alice: Ims) -> None:
    powerful = ims.someone("bob", document(allow("*")))
    ims.ram("CreateLoginProfile", UserName="bob", Password=OLD)
    ims("SetSecurityPreference", AllowUserToChangePassword="false")
    for user in (alice, powerful):
        user.refused("ChangePassword", "NoPermission", **GIVEN)
        user.ram.refused("ChangePassword", "NoPermission", **GIVEN)
    ims("SetSecurityPreference", AllowUserToChangePassword="true")
    alice("ChangePassword", **GIVEN)


def test_a_deny_wins_over_the_preference(ims: Ims) -> None:
    bound = ims.someone("bob", document(deny("ram:ChangePassword")))
    ims.ram("CreateLoginProfile", UserName="bob", Password=OLD)
    told = bound.refused("ChangePassword", "NoPermission", **GIVEN)
    assert told["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"


def test_only_a_ram_user_with_a_login_profile_has_a_password(ims: Ims) -> None:
    ims.refused("ChangePassword", "NotSupport.Account", **GIVEN)
    ims.ram.role("keeper")
    alice = ims.someone("alice", document(allow("sts:AssumeRole")))
    ims.ram("AttachPolicyToRole", RoleName="keeper", PolicyType="System", PolicyName="AdministratorAccess")
    ims.ram.session(alice.ram, "keeper").refused("ChangePassword", "NotSupport.Account", **GIVEN)
    alice.refused("ChangePassword", "EntityNotExist.User.LoginProfile", **GIVEN)


def test_both_passwords_have_to_be_given(alice: Ims) -> None:
    alice.refused("ChangePassword", "MissingParameter.OldPassword", NewPassword=NEW)
    alice.refused("ChangePassword", "MissingParameter.NewPassword", OldPassword=OLD)


def test_a_password_that_is_too_old_is_changed_unless_the_policy_is_hard(ims: Ims, alice: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        user = txn.users.get(ims.id, "alice")
        txn.connection.exec_driver_sql(
            "UPDATE passwords SET set_at = set_at - 100 * 86400 WHERE user_id = ?",
            (user.id,),
        )
    ims("SetPasswordPolicy", InitialPasswordAge="0", MaxPasswordAge="90", HardExpire="true")
    alice.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **GIVEN)
    ims("SetPasswordPolicy", HardExpire="false")
    alice("ChangePassword", **GIVEN)
