"""What goes wrong when people sign in, as pages and records say it."""

from __future__ import annotations

from typing import Final

from daypass.errors import ErrorCode

WRONG: Final = ErrorCode("SignIn.WrongPassword", 403, "The name or the password is wrong.")
WRONG_KEY: Final = ErrorCode("SignIn.WrongAccessKey", 403, "The AccessKey ID or its secret is wrong.")
WRONG_CODE: Final = ErrorCode(
    "SignIn.WrongCode", 403, "The code is wrong, or was used before. Wait for the next one."
)
CODES_LOCKED: Final = ErrorCode(
    "SignIn.TooManyCodes", 429, "Too many codes were wrong. Try again in {minutes} minutes."
)
WRONG_CODES: Final = ErrorCode(
    "SignIn.WrongCodes", 403, "These are not two codes of the device that follow each other. Try again."
)
NO_LOGON: Final = ErrorCode("SignIn.NoConsoleAccess", 403, "This user may not sign in: {reason}.")
NOT_FROM_HERE: Final = ErrorCode("SignIn.AddressNotListed", 403, "You may not sign in from this address.")
BUSY: Final = ErrorCode("SignIn.Busy", 503, "Too many people are signing in. Try again in a moment.")
TOO_LATE: Final = ErrorCode(
    "SignIn.TooLate", 403, "Signing in was begun too long ago, or elsewhere. Start again."
)
TOO_WEAK: Final = ErrorCode("SignIn.PasswordTooWeak", 400, "The password is too weak: {reason}.")
REUSED: Final = ErrorCode(
    "SignIn.PasswordReused", 400, "The password is one of the last {count}, and may not be used again."
)
CHANGED_MEANWHILE: Final = ErrorCode(
    "SignIn.ChangedMeanwhile", 409, "The password or its policy was changed meanwhile. Try again."
)
