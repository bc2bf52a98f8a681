"""ChangePassword: a RAM user replaces his own password, in RAM and in IMS. A real server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import update

from daypass.authn import new_passwords
from daypass.authn.passwords import hash_of as hash_of_password
from daypass.authn.passwords import matches
from daypass.directory.schema import passwords as password_rows
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
        older = update(password_rows).values(set_at=password_rows.c.set_at - 100 * 86400)
        txn.run(older.where(password_rows.c.user_id == user.id))
    ims("SetPasswordPolicy", InitialPasswordAge="0", MaxPasswordAge="90", HardExpire="true")
    alice.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **GIVEN)
    ims("SetPasswordPolicy", HardExpire="false")
    alice("ChangePassword", **GIVEN)


def test_wrong_old_passwords_are_counted_and_lock_in_the_end(ims: Ims, alice: Ims) -> None:
    ims("SetPasswordPolicy", MaxLoginAttemps="3")
    wrong = {"OldPassword": "Wrong-Horse-1", "NewPassword": NEW}
    for number in range(1, 4):
        alice.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **wrong)
        with ims.server.runtime.database.read() as txn:
            assert txn.login_profiles.get(ims.id, "alice").failures == number
    told = alice.refused("ChangePassword", "InvalidParameter.OldPassword.Incorrect", **GIVEN)
    assert "too many wrong passwords" in told["Message"]
    with ims.server.runtime.database.read() as txn:
        events = [
            event for event in txn.audit.list(account_id=ims.id).items if event.action == "ChangePassword"
        ]
    assert [event.outcome for event in events] == ["InvalidParameter.OldPassword.Incorrect"] * 3
    assert "Horse" not in str(events)
    ims.ram("UpdateLoginProfile", UserName="alice", Password=OLD)
    alice("ChangePassword", **GIVEN)


def test_passwords_are_hashed_on_a_reader_while_no_write_waits(
    ims: Ims, alice: Ims, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    known = hash_of_password

    def hash_of(password: Secret, entropy: Callable[[int], bytes]) -> Secret:
        # The one writer is free: a write begins and ends in the meantime.
        made = ims.answer("CreateUser", UserPrincipalName=ims.name(f"u{len(seen)}"), DisplayName="U")
        seen.append((threading.current_thread().name.partition("_")[0], made.status))
        return known(password, entropy)

    monkeypatch.setattr(new_passwords, "hash_of", hash_of)
    alice("ChangePassword", **GIVEN)
    ims.ram("UpdateLoginProfile", UserName="alice", Password="Third-Horse-333")
    ims("CreateUser", UserPrincipalName=ims.name("bob"), DisplayName="Bob")
    ims("CreateLoginProfile", UserPrincipalName=ims.name("bob"), Password=OLD)
    assert seen == [("reader", 200)] * 3


def test_who_may_not_change_it_makes_nobody_hash(
    ims: Ims, alice: Ims, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Secret] = []
    monkeypatch.setattr(new_passwords, "hash_of", lambda password, _: hashed.append(password))
    alice.ram.refused("UpdateLoginProfile", "NoPermission", UserName="alice", Password=NEW)
    ims("SetSecurityPreference", AllowUserToChangePassword="false")
    alice.refused("ChangePassword", "NoPermission", **GIVEN)
    assert hashed == []
