"""Passwords: the policy against a naive reading of it, hashes, and whether one still lets anyone in."""

from __future__ import annotations

import os
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.authn.passwords import LogonState, hash_of, logon_state, matches, weaknesses
from daypass.directory.records import KeptPassword, LoginProfile
from daypass.directory.settings import PasswordPolicy
from daypass.secret import Secret

NOW = 1_700_000_000
DAY = 24 * 3600

POLICIES = st.builds(
    PasswordPolicy,
    minimum_password_length=st.integers(8, 32),
    require_lowercase_characters=st.booleans(),
    require_uppercase_characters=st.booleans(),
    require_numbers=st.booleans(),
    require_symbols=st.booleans(),
    minimum_password_different_character=st.integers(0, 8),
    password_not_contain_user_name=st.booleans(),
)
TEXTS = st.text(string.ascii_letters + string.digits + "-!@ é", max_size=40)


def _naive(policy: PasswordPolicy, text: str, name: str) -> bool:
    """Read the policy word by word."""
    kinds = [
        any(c in string.ascii_lowercase for c in text),
        any(c in string.ascii_uppercase for c in text),
        any(c in string.digits for c in text),
        any(c not in string.ascii_letters + string.digits for c in text),
    ]
    required = [
        policy.require_lowercase_characters,
        policy.require_uppercase_characters,
        policy.require_numbers,
        policy.require_symbols,
    ]
    return (
        policy.minimum_password_length <= len(text) <= 32
        and all(there or not wanted for there, wanted in zip(kinds, required, strict=True))
        and kinds.count(True) >= 2
        and len(set(text)) >= policy.minimum_password_different_character
        and not (policy.password_not_contain_user_name and name.casefold() in text.casefold())
    )


@given(policy=POLICIES, text=TEXTS, name=st.sampled_from(["alice", "a", "Bob.1"]))
def test_a_password_is_good_exactly_when_every_member_of_the_policy_says_so(
    policy: PasswordPolicy, text: str, name: str
) -> None:
    assert (not list(weaknesses(policy, Secret(text), name))) == _naive(policy, text, name)


@given(policy=POLICIES, text=TEXTS)
def test_what_is_wrong_is_said_without_the_password(policy: PasswordPolicy, text: str) -> None:
    for weakness in weaknesses(policy, Secret(text), "alice"):
        assert len(text) < 4 or text not in weakness


@given(
    word=st.sampled_from(["password", "qwerty", "Admin", "Aliyun", "welcome", "letmein"]),
    before=st.text("0123456789!._", max_size=3),
    after=st.text("0123456789!._", max_size=6),
)
def test_a_word_that_is_tried_first_is_guessed_whatever_stands_around_it(
    word: str, before: str, after: str
) -> None:
    policy = PasswordPolicy(intercept_risk_password_on_api=True)
    said = list(weaknesses(policy, Secret(before + word + after), "nobody"))
    assert "it is one of those that are tried first" in said


@pytest.mark.parametrize("text", ["P@$$w0rd2024", "1qwerty!", "l3tm31n-99", "4dm1n!2026"])
def test_signs_instead_of_letters_hide_no_word(text: str) -> None:
    policy = PasswordPolicy(intercept_risk_password_on_api=True)
    assert list(weaknesses(policy, Secret(text), "nobody"))
    assert not list(weaknesses(PasswordPolicy(), Secret(text), "nobody"))


def test_a_hash_is_of_one_password_and_never_twice_the_same() -> None:
    password = Secret("Correct-Horse-1")
    one, two = hash_of(password, os.urandom), hash_of(password, os.urandom)
    assert one != two
    assert matches(one, password)
    assert matches(two, password)
    assert not matches(one, Secret("Correct-Horse-2"))


def _profile(**changes: object) -> LoginProfile:
    profile = {
        "password_reset_required": False,
        "mfa_bind_required": False,
        "password_initial": False,
        **changes,
    }
    return LoginProfile("1", Secret("hash"), created_at=NOW, updated_at=NOW, **profile)  # type: ignore[arg-type] # by name


def _set(days_ago: int) -> KeptPassword:
    return KeptPassword(Secret("hash"), NOW - days_ago * DAY)


STATES = [
    (_profile(), _set(0), PasswordPolicy(), LogonState.OPEN),
    (_profile(), _set(5000), PasswordPolicy(), LogonState.OPEN),
    (_profile(status="Inactive"), _set(0), PasswordPolicy(), LogonState.DISABLED),
    (_profile(password_reset_required=True), _set(0), PasswordPolicy(), LogonState.MUST_CHANGE),
    (_profile(password_initial=True), _set(14), PasswordPolicy(), LogonState.EXPIRED),
    (_profile(password_initial=True), _set(13), PasswordPolicy(), LogonState.OPEN),
    (_profile(password_initial=True), _set(14), PasswordPolicy(initial_password_age=0), LogonState.OPEN),
    (_profile(), _set(90), PasswordPolicy(max_password_age=90), LogonState.MUST_CHANGE),
    (_profile(), _set(89), PasswordPolicy(max_password_age=90), LogonState.OPEN),
    (_profile(), _set(90), PasswordPolicy(max_password_age=90, hard_expire=True), LogonState.EXPIRED),
    (_profile(failures=3, failed_at=NOW), _set(0), PasswordPolicy(max_login_attempts=3), LogonState.LOCKED),
    (_profile(failures=2, failed_at=NOW), _set(0), PasswordPolicy(max_login_attempts=3), LogonState.OPEN),
    (_profile(failures=9, failed_at=NOW), _set(0), PasswordPolicy(), LogonState.OPEN),
    (
        _profile(failures=9, failed_at=NOW - 3600),
        _set(0),
        PasswordPolicy(max_login_attempts=3),
        LogonState.OPEN,
    ),
]


@pytest.mark.parametrize(("profile", "newest", "policy", "state"), STATES)
def test_policy_and_profile_say_whether_a_password_lets_anyone_in(
    profile: LoginProfile, newest: KeptPassword, policy: PasswordPolicy, state: LogonState
) -> None:
    assert logon_state(profile, newest, policy, NOW) is state
