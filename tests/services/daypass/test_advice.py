"""What of an account deserves a look, over the wire of a real server."""

from __future__ import annotations

from typing import Any

from daypass.authn.passwords import hash_of
from daypass.client import Client
from daypass.directory.advice import NAMED
from daypass.secret import Secret
from daypass.services.daypass.advice import IDLE_DAYS
from daypass.testing import Server
from tests.services.daypass.calls import Own
from tests.world import allow, document, trusting

NOBODY: dict[str, Any] = {"Total": 0, "UserNames": []}
PASSWORD = hash_of(Secret("Correct-horse-9"), bytes)


def test_a_new_account_has_its_own_key_in_use_and_nobody_else(own: Own) -> None:
    found = own("GetAccountAdvice")
    assert found["RootAccessKeys"]["Total"] == 1
    assert found["UsersWithoutMFA"] == NOBODY
    assert found["UsersWithIdleAccessKeys"] == NOBODY
    assert found["RolesWithPolicies"] == {"Total": 0, "RoleNames": []}


def test_a_root_key_is_counted_until_it_is_switched_off(own: Own, server: Server) -> None:
    with server.runtime.database.write() as txn:
        more = txn.access_keys.create(own.id, None)
    assert own("GetAccountAdvice")["RootAccessKeys"]["Total"] == 2
    with server.runtime.database.write() as txn:
        txn.access_keys.set_status(own.id, None, more.id, "Inactive")
    assert own("GetAccountAdvice")["RootAccessKeys"]["Total"] == 1


def test_when_a_root_key_was_last_used_is_told_once_it_is_written(own: Own, server: Server) -> None:
    assert "LastUsedDate" not in own("GetAccountAdvice")["RootAccessKeys"]
    server.runtime.seen_keys.write_all()
    assert own("GetAccountAdvice")["RootAccessKeys"]["LastUsedDate"].startswith("20")


def test_users_who_may_sign_in_need_a_second_factor(own: Own, server: Server) -> None:
    names = [f"u{number}" for number in range(NAMED + 2)]
    with server.runtime.database.write() as txn:
        for name in [*names, "without-password", "off"]:
            txn.users.create(own.id, name)
        for name in [*names, "off"]:
            txn.login_profiles.create(own.id, name, PASSWORD)
    Client(server.url, own.ram.who).call(
        "2019-08-15",
        "UpdateLoginProfile",
        {"UserPrincipalName": f"off@{own.id}.onaliyun.com", "Status": "Inactive"},
    )
    found = own("GetAccountAdvice")["UsersWithoutMFA"]
    assert found == {"Total": NAMED + 2, "UserNames": names[:NAMED]}


def test_an_access_key_is_idle_once_nobody_has_used_it_for_long(own: Own, server: Server) -> None:
    own.ram("CreateUser", UserName="busy")
    own.ram("CreateUser", UserName="idle")
    for name in ("busy", "idle", "idle"):
        own.ram("CreateAccessKey", UserName=name)
    with server.runtime.database.read() as txn:
        soon = txn.advice.of_account(own.id, idle_seconds=IDLE_DAYS * 86_400)
        later = txn.advice.of_account(own.id, idle_seconds=-1)
    assert soon.with_idle_keys.total == 0
    assert later.with_idle_keys.first == ("busy", "idle")


def test_a_role_is_at_work_once_it_has_a_policy(own: Own) -> None:
    trust = trusting(f"acs:ram::{own.id}:root")
    for name in ("reader", "writer"):
        own.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust)
    for policy in ("AliyunRAMReadOnlyAccess", "AdministratorAccess"):
        own.ram("AttachPolicyToRole", RoleName="reader", PolicyType="System", PolicyName=policy)
    assert own("GetAccountAdvice")["RolesWithPolicies"] == {"Total": 1, "RoleNames": ["reader"]}


def test_other_accounts_are_left_out(own: Own, server: Server) -> None:
    other = server.new_account()
    with server.runtime.database.write() as txn:
        txn.users.create(other.id, "stranger")
        txn.login_profiles.create(other.id, "stranger", PASSWORD)
    assert own("GetAccountAdvice")["UsersWithoutMFA"] == NOBODY


def test_advice_needs_its_own_permission(own: Own) -> None:
    policy = document(allow("ram:*"))
    denied = own.acting(own.ram.user("ann", policy)).refused("GetAccountAdvice", "NoPermission")
    assert denied["AccessDeniedDetail"]["AuthAction"] == "daypass:GetAccountAdvice"
    assert own.acting(own.ram.user("bob", document(allow("daypass:GetAccountAdvice"))))("GetAccountAdvice")
