"""Login profiles through IMS: the ones that RAM has, and whether they open anything."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from tests.services.ims.calls import Ims
from tests.world import allow, document

PASSWORD = "Correct-Horse-1"
FOUR = ["CreateLoginProfile", "GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"]


@pytest.fixture
def alice(ims: Ims) -> dict[str, str]:
    """The parameter that names Alice, who has no profile yet."""
    ims.ram("CreateUser", UserName="Alice")
    return {"UserPrincipalName": ims.name("Alice")}


def test_a_profile_made_here_is_the_one_that_ram_shows(ims: Ims, alice: dict[str, str]) -> None:
    answer = ims.answer("CreateLoginProfile", Password=PASSWORD, MFABindRequired="true", **alice)
    assert answer.status == 200, answer.text
    assert PASSWORD not in answer.text
    made = answer.json()["LoginProfile"]
    assert made == {
        "UserPrincipalName": ims.name("Alice"),
        "PasswordResetRequired": False,
        "MFABindRequired": True,
        "PasswordStatus": "InitialValid",
        "Status": "Active",
        "UpdateDate": made["UpdateDate"],
    }
    assert ims("GetLoginProfile", **alice)["LoginProfile"] == made
    shown = ims.ram("GetLoginProfile", UserName="Alice")["LoginProfile"]
    assert shown["MFABindRequired"] is True
    with ims.server.runtime.database.read() as txn:
        stored = txn.login_profiles.get(ims.id, "Alice").password_hash.reveal()
        assert "Horse" not in str(txn.audit.list(account_id=ims.id).items)
    assert PasswordHasher().verify(stored, PASSWORD)


def test_a_profile_made_in_ram_is_switched_off_and_on_here(ims: Ims, alice: dict[str, str]) -> None:
    ims.ram("CreateLoginProfile", UserName="Alice", Password=PASSWORD)
    off = ims("UpdateLoginProfile", Status="Inactive", **alice)["LoginProfile"]
    assert (off["Status"], off["PasswordStatus"]) == ("Inactive", "InitialValid")
    other = ims("UpdateLoginProfile", Password="Another-Horse-2", **alice)["LoginProfile"]
    assert (other["Status"], other["PasswordStatus"]) == ("Inactive", "NotInitial")
    on = ims("UpdateLoginProfile", Status="Active", Password="Third-Horse-3", **alice)["LoginProfile"]
    assert (on["Status"], on["PasswordStatus"]) == ("Active", "InitialValid")
    again = ims("UpdateLoginProfile", PasswordResetRequired="true", **alice)["LoginProfile"]
    assert (again["PasswordStatus"], again["PasswordResetRequired"]) == ("InitialValid", True)
    assert ims("GetLoginProfile", **alice)["LoginProfile"] == again


def test_a_profile_tells_when_it_was_last_used(ims: Ims, alice: dict[str, str]) -> None:
    ims("CreateLoginProfile", Password=PASSWORD, Status="Inactive", **alice)
    assert "LastLoginTime" not in ims("GetLoginProfile", **alice)["LoginProfile"]
    with ims.server.runtime.database.write() as txn:
        txn.users.note_login(txn.users.get(ims.id, "Alice").id)
    shown = ims("GetLoginProfile", **alice)["LoginProfile"]
    assert shown["Status"] == "Inactive"
    assert shown["LastLoginTime"] == ims("GetUser", **alice)["User"]["LastLoginDate"]


def test_a_profile_deleted_here_is_gone_in_ram(ims: Ims, alice: dict[str, str]) -> None:
    ims("CreateLoginProfile", Password=PASSWORD, **alice)
    ims.refused("CreateLoginProfile", "EntityAlreadyExists.User.LoginProfile", Password=PASSWORD, **alice)
    ims("DeleteLoginProfile", **alice)
    ims.ram.refused("GetLoginProfile", "EntityNotExist.User.LoginProfile", UserName="Alice")


@pytest.mark.parametrize("action", FOUR[1:])
def test_a_profile_that_is_not_there_is_told_so(ims: Ims, alice: dict[str, str], action: str) -> None:
    ims.refused(action, "EntityNotExist.User.LoginProfile", **alice)


@pytest.mark.parametrize("action", FOUR)
def test_a_user_that_is_not_there_is_told_so(ims: Ims, action: str) -> None:
    for missing in (ims.name("Bob"), "Alice@1.onaliyun.com"):
        ims.refused(action, "EntityNotExist.User", UserPrincipalName=missing, Password=PASSWORD)
    ims.refused(action, "MissingParameter.UserPrincipalName", Password=PASSWORD)


@pytest.mark.parametrize("action", ["CreateLoginProfile", "UpdateLoginProfile"])
def test_a_wrong_value_is_told_so(ims: Ims, alice: dict[str, str], action: str) -> None:
    ims.refused(action, "InvalidParameter.Password.TooWeak", Password="short", **alice)
    ims.refused(action, "InvalidParameter.Status", Status="On", Password=PASSWORD, **alice)
    ims.refused(
        action,
        "InvalidParameter.PasswordResetRequired",
        PasswordResetRequired="1",
        Password=PASSWORD,
        **alice,
    )


def test_a_new_profile_needs_a_password(ims: Ims, alice: dict[str, str]) -> None:
    ims.refused("CreateLoginProfile", "MissingParameter.Password", **alice)


def test_a_profile_is_guarded_whichever_product_is_used(ims: Ims, alice: dict[str, str]) -> None:
    own = f"acs:ram:*:{ims.id}:user/Alice"
    keeper = ims.someone("Keeper", document(allow("ram:*LoginProfile", own)))
    for action in FOUR:
        ims.someone(f"Nobody-{action}").refused(action, "NoPermission", Password=PASSWORD, **alice)
        keeper(action, Password=PASSWORD, **alice)
    keeper.refused("GetLoginProfile", "NoPermission", UserPrincipalName=ims.name("Keeper"))
