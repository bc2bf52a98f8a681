"""What goes wrong while people sign in, in their language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from daypass.authn.passwords import LogonState
from daypass.console.language import text
from daypass.errors import ErrorCode

if TYPE_CHECKING:
    from daypass.errors import ApiError

NOT_REPEATED: Final = ErrorCode("SignIn.NotRepeated", 400, "The two passwords are not the same.")

_LENGTH: Final = re.compile(r"it must have (\d+) to (\d+) characters")
_DIFFERENT: Final = re.compile(r"it must have (\d+) different characters")


def said(error: ApiError | None) -> str:
    """Return an error as a page says it; empty for none."""
    if error is None:
        return ""
    details = {name: str(value) for name, value in error.details.items()}
    return _sayings(details).get(error.code, error.message)


def _sayings(details: dict[str, str]) -> dict[str, str]:
    seconds, minutes = details.get("seconds", ""), details.get("minutes", "")
    reason, count = details.get("reason", ""), details.get("count", "")
    return {
        "SignIn.WrongPassword": text("The name or the password is wrong."),
        "SignIn.WrongAccessKey": text("The AccessKey ID or its secret is wrong."),
        "SignIn.WrongCode": text("The code is wrong, or was used before. Wait for the next one."),
        "SignIn.TooManyCodes": text("Too many codes were wrong. Try again in {minutes} minutes.").replace(
            "{minutes}", minutes
        ),
        "SignIn.TooManyAttempts": text(
            "There were too many failed attempts. Try again in {seconds} seconds."
        ).replace("{seconds}", seconds),
        "SignIn.WrongCodes": text("These are not two codes of the device that follow each other. Try again."),
        "SignIn.NoConsoleAccess": _no_logon(reason),
        "SignIn.AddressNotListed": text("You may not sign in from this address."),
        "SignIn.Busy": text("Too many people are signing in. Try again in a moment."),
        "SignIn.TooLate": text("Signing in was begun too long ago, or elsewhere. Start again."),
        "SignIn.PasswordTooWeak": too_weak(reason),
        "SignIn.PasswordReused": reused(count),
        "SignIn.ChangedMeanwhile": text("The password or its policy was changed meanwhile. Try again."),
        "SignIn.NotRepeated": text("The two passwords are not the same."),
        "SetupLink.Unknown": text("There is no such link."),
        "SetupLink.Used": text("This link was used already."),
        "SetupLink.Expired": text("This link is too old."),
        "SetupLink.UserName": text("A logon name has 1 to 64 letters, digits and any of . _ -"),
        "EntityAlreadyExists.User": text("There is a user of this name already."),
    }


def too_weak(reason: str) -> str:
    """Return what a new password lacks."""
    return text("The password is too weak: {reason}.").replace("{reason}", _weakness(reason))


def reused(count: str) -> str:
    """Return that a password was used before."""
    said = text("The password is one of the last {count}, and may not be used again.")
    return said.replace("{count}", count)


def _no_logon(reason: str) -> str:
    if reason == LogonState.DISABLED.value:
        return text("Console access is switched off for this user.")
    return text("The password has expired. An administrator has to set a new one.")


def _weakness(reason: str) -> str:
    """Return a weakness in the language of the page; see :func:`daypass.authn.passwords.weaknesses`."""
    if length := _LENGTH.fullmatch(reason):
        said = text("it must have {least} to {most} characters")
        return said.replace("{least}", length[1]).replace("{most}", length[2])
    if different := _DIFFERENT.fullmatch(reason):
        return text("it must have {count} different characters").replace("{count}", different[1])
    return {
        "it must have a lower-case letter": text("it must have a lower-case letter"),
        "it must have an upper-case letter": text("it must have an upper-case letter"),
        "it must have a digit": text("it must have a digit"),
        "it must have a sign": text("it must have a sign"),
        "it must not contain the user's name": text("it must not contain the user's name"),
        "it is one of those that are tried first": text("it is one of those that are tried first"),
    }.get(reason, text("it must have two of: lower-case letters, upper-case letters, digits, signs"))
