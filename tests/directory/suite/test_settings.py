from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory.settings import PasswordPolicy, SecurityPreference

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def test_settings_that_were_never_set_are_the_defaults(txn: Transaction, account: str) -> None:
    assert txn.settings.get(account, PasswordPolicy) == PasswordPolicy()
    assert txn.settings.get(account, SecurityPreference) == SecurityPreference()


def test_each_kind_and_each_account_has_its_own(txn: Transaction, account: str, other_account: str) -> None:
    policy = txn.settings.change(account, PasswordPolicy, require_numbers=True, max_password_age=None)
    assert policy == PasswordPolicy(require_numbers=True)
    preference = SecurityPreference(login_session_duration=3, verification_types=("sms",))
    txn.settings.set(account, preference)
    assert txn.settings.get(account, PasswordPolicy) == policy
    assert txn.settings.get(account, SecurityPreference) == preference
    assert txn.settings.get(other_account, PasswordPolicy) == PasswordPolicy()


def test_a_change_keeps_what_was_set_before(txn: Transaction, account: str) -> None:
    txn.settings.change(account, PasswordPolicy, require_numbers=True)
    txn.settings.change(account, PasswordPolicy, minimum_password_length=12)
    wanted = PasswordPolicy(require_numbers=True, minimum_password_length=12)
    assert txn.settings.get(account, PasswordPolicy) == wanted
    txn.settings.clear(account, PasswordPolicy)
    assert txn.settings.get(account, PasswordPolicy) == PasswordPolicy()


def test_a_change_of_settings_is_noted(txn: Transaction, account: str) -> None:
    txn.settings.change(account, PasswordPolicy, require_numbers=True)
    assert f"settings:{account}" in txn.noted
