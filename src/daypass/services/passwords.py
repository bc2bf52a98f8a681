"""New passwords of RAM users, for RAM and IMS alike: checked and hashed before the write begins.

An operation that takes one is prepared by one of these functions, and takes the hash from
:meth:`NewPassword.hash_for` once it writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authn.new_passwords import Measure
from daypass.authn.passwords import LogonState, logon_state, matches, weaknesses
from daypass.directory.errors import LOGIN_PROFILE_EXISTS
from daypass.directory.settings import PasswordPolicy
from daypass.errors import ErrorCode, Family
from daypass.secret import Secret
from daypass.service import codes
from daypass.service.params import Kind

if TYPE_CHECKING:
    from daypass.directory.records import User
    from daypass.service.call import Call

LONGEST: Final = 1024

TOO_WEAK: Final = Family("InvalidParameter.{name}.TooWeak", 400, "The password is too weak: {reason}.")
REUSED: Final = Family(
    "InvalidParameter.{name}.ReusePrevention",
    400,
    "The password is one of the last {count}, and may not be used again.",
)

WRONG_PASSWORD: Final = ErrorCode("InvalidParameter.OldPassword.Incorrect", 400, "OldPassword is wrong.")
NOT_USABLE: Final = ErrorCode(
    "InvalidParameter.OldPassword.Incorrect", 400, "OldPassword cannot be used any more: {reason}."
)
PASSWORD_ERRORS: Final = (TOO_WEAK.of("Password"), REUSED.of("Password"))
CHANGE_ERRORS: Final = (WRONG_PASSWORD, NOT_USABLE, TOO_WEAK.of("NewPassword"), REUSED.of("NewPassword"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Password(Kind):
    """A password as it is known. One that is longer than any can be is not even compared."""

    most: int = LONGEST

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (WRONG_PASSWORD,)

    def read(self, text: str) -> Secret:
        """Take it as it is."""
        if len(text) > self.most:
            raise WRONG_PASSWORD()
        return Secret(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshPassword(Kind):
    """A new password. The account's policy is asked later, when it is known whose it is."""

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (TOO_WEAK.of(self.wire),)

    def read(self, text: str) -> Secret:
        """Check what every policy asks for."""
        password = Secret(text)
        for weakness in weaknesses(PasswordPolicy(), password, ""):
            raise TOO_WEAK.of(self.wire)(reason=weakness)
        return password


class NewPassword(msgspec.Struct, frozen=True):
    """A password that was good enough, as its hash, and what it was measured by."""

    hash: Secret
    measure: Measure

    def hash_for(self, call: Call, user: User) -> Secret:
        """Return the hash, now that it is written.

        Raises:
            ApiError: ``ServiceUnavailable``, policy or passwords were changed since it was measured.
        """
        if Measure.of(call.txn, user) != self.measure:
            raise codes.UNAVAILABLE(reason="the password or its policy was changed meanwhile. Try again.")
        return self.hash


def password_of_new_profile(call: Call, user: User, password: Secret) -> NewPassword:
    """Check and hash the password of a login profile that is to be created.

    Raises:
        ApiError: one of :data:`PASSWORD_ERRORS`, ``EntityAlreadyExists.User.LoginProfile``.
    """
    if call.txn.login_profiles.find(user.id) is not None:
        raise LOGIN_PROFILE_EXISTS(name=user.name)
    return _hashed(call, user, password, "Password")


def password_of_profile(call: Call, user: User, password: Secret | None) -> NewPassword | None:
    """Check and hash the new password of a login profile, if it is to have one.

    Raises:
        ApiError: one of :data:`PASSWORD_ERRORS`, ``EntityNotExist.User.LoginProfile``.
    """
    if password is None:
        return None
    call.txn.login_profiles.get(call.account, user.name)
    return _hashed(call, user, password, "Password")


class WrongPassword(msgspec.Struct, frozen=True):
    """The old password was wrong, which counts as a failed logon."""


def password_instead_of(call: Call, user: User, old: Secret, new: Secret) -> NewPassword | WrongPassword:
    """Check the old password that a user gives, then check and hash the new one.

    Raises:
        ApiError: one of :data:`CHANGE_ERRORS`, ``EntityNotExist.User.LoginProfile``.
    """
    profile = call.txn.login_profiles.get(call.account, user.name)
    policy = call.txn.settings.get(call.account, PasswordPolicy)
    state = logon_state(profile, call.txn.passwords.newest(user.id, 1)[0], policy, call.now)
    if state not in {LogonState.OPEN, LogonState.MUST_CHANGE}:
        raise NOT_USABLE(reason=state.value)
    if not matches(profile.password_hash, old):
        return WrongPassword()
    return _hashed(call, user, new, "NewPassword")


def _hashed(call: Call, user: User, password: Secret, parameter: str) -> NewPassword:
    measure = Measure.of(call.txn, user)
    weak, reused = TOO_WEAK.of(parameter), REUSED.of(parameter)
    return NewPassword(measure.hash(user.name, password, call.entropy, weak=weak, reused=reused), measure)
