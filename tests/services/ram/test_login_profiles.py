"""Login profiles and passwords. A real server."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from tests.services.ram.calls import Ram

PASSWORD = "Correct-Horse-1"


def _hash(ram: Ram) -> str:
    with ram.server.runtime.database.read() as txn:
        return txn.login_profiles.get(ram.id, "alice").password_hash.reveal()


def test_a_profile_is_shown_without_its_password(ram: Ram) -> None:
    ram("CreateUser", UserName="Alice")
    answer = ram.answer(
        "CreateLoginProfile", UserName="alice", Password=PASSWORD, PasswordResetRequired="true"
    )
    assert answer.status == 200
    assert PASSWORD not in answer.text
    profile = answer.json()["LoginProfile"]
    assert profile == {
        "UserName": "Alice",
        "PasswordResetRequired": True,
        "MFABindRequired": False,
        "CreateDate": profile["CreateDate"],
    }
    assert ram("GetLoginProfile", UserName="alice")["LoginProfile"] == profile


def test_passwords_are_kept_as_argon2id_hashes_only(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    ram("CreateLoginProfile", UserName="alice", Password=PASSWORD)
    stored = _hash(ram)
    assert stored.startswith("$argon2id$")
    assert PasswordHasher().verify(stored, PASSWORD)
    ram("UpdateLoginProfile", UserName="alice", Password="Another-Horse-2")
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(_hash(ram), PASSWORD)
    assert PasswordHasher().verify(_hash(ram), "Another-Horse-2")
    with ram.server.runtime.database.read() as txn:
        assert "Horse" not in str(txn.audit.list(account_id=ram.id).items)


def test_an_update_changes_what_is_given(ram: Ram) -> None:
    ram("CreateUser", UserName="alice")
    ram("CreateLoginProfile", UserName="alice", Password=PASSWORD)
    before = _hash(ram)
    ram("UpdateLoginProfile", UserName="alice", MFABindRequired="True")
    profile = ram("GetLoginProfile", UserName="alice")["LoginProfile"]
    assert (profile["MFABindRequired"], profile["PasswordResetRequired"]) == (True, False)
    assert _hash(ram) == before


def test_a_user_has_one_profile_at_most(ram: Ram) -> None:
    ram.refused("CreateLoginProfile", "EntityNotExist.User", UserName="alice", Password=PASSWORD)
    ram("CreateUser", UserName="alice")
    ram("CreateLoginProfile", UserName="alice", Password=PASSWORD)
    ram.refused(
        "CreateLoginProfile", "EntityAlreadyExists.User.LoginProfile", UserName="alice", Password=PASSWORD
    )
    ram("DeleteLoginProfile", UserName="alice")
    ram("CreateLoginProfile", UserName="alice", Password=PASSWORD)


@pytest.mark.parametrize("action", ["GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"])
def test_what_is_not_there_cannot_be_named(ram: Ram, action: str) -> None:
    ram.refused(action, "EntityNotExist.User", UserName="alice")
    ram("CreateUser", UserName="alice")
    ram.refused(action, "EntityNotExist.User.LoginProfile", UserName="alice")


@pytest.mark.parametrize(
    "password", ["", "Short-1", "x" * 31 + "-1", "onlyletters", "1234567890", "ALLCAPITAL"]
)
@pytest.mark.parametrize("action", ["CreateLoginProfile", "UpdateLoginProfile"])
def test_a_weak_password_is_refused_and_not_repeated(ram: Ram, action: str, password: str) -> None:
    ram("CreateUser", UserName="alice")
    told = ram.refused(action, "InvalidParameter.Password.TooWeak", UserName="alice", Password=password)
    assert not password or password not in str(told)


@pytest.mark.parametrize("password", ["abcdefg1", "x" * 31 + "1", "paß-wort-ohne", "two words here"])
def test_a_password_may_hold_any_character(ram: Ram, password: str) -> None:
    ram("CreateUser", UserName="alice")
    ram("CreateLoginProfile", UserName="alice", Password=password)
    assert PasswordHasher().verify(_hash(ram), password)
