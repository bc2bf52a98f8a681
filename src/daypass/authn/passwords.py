"""Console passwords: what a policy asks of them, their hashes, and whether they still let anyone in.

Hashing takes tens of milliseconds on purpose: never on the event loop, never while a
write transaction is open.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from daypass.directory.login_profiles import ATTEMPTS_SECONDS
from daypass.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from daypass.directory.records import KeptPassword, LoginProfile
    from daypass.directory.settings import PasswordPolicy

MOST_CHARS: Final = 32
"""The longest password there is; the policy sets the shortest."""
LEAST_KINDS: Final = 2
"""Whatever the policy says, a password is not of one kind of characters alone."""

_DAY: Final = 24 * 3600
_LOWER, _UPPER, _DIGIT, _SIGN = (re.compile(kind) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
_KINDS: Final = (_LOWER, _UPPER, _DIGIT, _SIGN)
_SALT_BYTES: Final = 16
# Argon2id with 19 MiB and two passes: a server that is meant to be small can afford it for each logon.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# What attackers try first, once what people put around and instead of its letters is taken away.
_GUESSED: Final = frozenset(
    """
    abc abcd abcde abcdef abcdefg abcdefgh abcabc admin administrator administrators alibaba
    alibabacloud aliyun asdf asdfgh asdfghjk asdfghjkl asdfjkl changeme changeit cloud company default
    dragon football guest hello hellohello helloworld iloveyou letmein login master monkey mypassword
    newpassword nopassword pass passw password passwords princess qazwsx qazwsxedc qwer qwert qwerty
    qwertyu qwertyui qwertyuiop qweasd qweasdzxc root secret server service shadow sunshine superman
    sysadmin system temp temppass test tester testing testtest user username welcome woaini zaqxsw zxcv
    zxcvb zxcvbn zxcvbnm
    """.split()  # noqa: SIM905 (a list of words is read more easily as text)
)
_INSTEAD: Final = str.maketrans("@4031!$5", "aaoeiiss")
_NO_LETTER: Final = re.compile("[^a-z]")
_AFTER: Final = re.compile("[^a-z]+$")
_AROUND: Final = re.compile(r"^[^a-z]+|[^a-z]+$")


def weaknesses(policy: PasswordPolicy, password: Secret, user_name: str) -> Iterator[str]:
    """Say what a policy asks for that a password does not have; nothing if it is good enough."""
    text = password.reveal()
    least = policy.minimum_password_length
    if not least <= len(text) <= MOST_CHARS:
        yield f"it must have {least} to {MOST_CHARS} characters"
    wanted = (
        (policy.require_lowercase_characters, _LOWER, "a lower-case letter"),
        (policy.require_uppercase_characters, _UPPER, "an upper-case letter"),
        (policy.require_numbers, _DIGIT, "a digit"),
        (policy.require_symbols, _SIGN, "a sign"),
    )
    for required, kind, word in wanted:
        if required and kind.search(text) is None:
            yield f"it must have {word}"
    if sum(kind.search(text) is not None for kind in _KINDS) < LEAST_KINDS:
        yield (
            f"it must have at least {LEAST_KINDS} of the kinds lower-case letters, upper-case letters, "
            "digits and signs"
        )
    if len(set(text)) < policy.minimum_password_different_character:
        yield f"it must have {policy.minimum_password_different_character} different characters"
    if policy.password_not_contain_user_name and user_name.lower() in text.lower():
        yield "it must not contain the user's name"
    if policy.intercept_risk_password_on_api and _is_guessed(text):
        yield "it is one of those that are tried first"


def _is_guessed(text: str) -> bool:
    """Return whether a password is a well-known one, with signs and digits around it or inside."""
    lower = text.lower()
    starts = (lower, _AROUND.sub("", lower), _AFTER.sub("", lower))
    spelled = (*starts, *(start.translate(_INSTEAD) for start in starts))
    return any(_AROUND.sub("", word) in _GUESSED or _NO_LETTER.sub("", word) in _GUESSED for word in spelled)


def hash_of(password: Secret, entropy: Callable[[int], bytes]) -> Secret:
    """Return the Argon2id hash of a password, in its usual text form; takes tens of milliseconds."""
    return Secret(_HASHER.hash(password.reveal(), salt=entropy(_SALT_BYTES)))


def matches(password_hash: Secret, password: Secret) -> bool:
    """Return whether a hash is that of a password; takes tens of milliseconds."""
    try:
        return _HASHER.verify(password_hash.reveal(), password.reveal())
    except VerificationError:
        return False


class LogonState(Enum):
    """Whether a user who knows the password may log on with it."""

    OPEN = "open"
    MUST_CHANGE = "the password has to be changed first"
    DISABLED = "the login profile is inactive"
    LOCKED = "there were too many wrong passwords"
    EXPIRED = "an administrator has to set a new password"


def is_expired_initial(profile: LoginProfile, newest: KeptPassword, policy: PasswordPolicy, now: int) -> bool:
    """Return whether a password is still the initial one, and too old for that."""
    days = policy.initial_password_age
    return bool(days) and profile.password_initial and now - newest.set_at >= days * _DAY


def logon_state(profile: LoginProfile, newest: KeptPassword, policy: PasswordPolicy, now: int) -> LogonState:
    """Return what the account's policy says of a logon now, the password apart.

    A password that is still the initial one has an age of its own.
    """
    if profile.status != "Active":
        return LogonState.DISABLED
    most = policy.max_login_attempts
    failed_at = profile.failed_at
    if most and profile.failures >= most and failed_at is not None and now - failed_at < ATTEMPTS_SECONDS:
        return LogonState.LOCKED
    age = now - newest.set_at
    if is_expired_initial(profile, newest, policy, now):
        return LogonState.EXPIRED
    if policy.max_password_age and age >= policy.max_password_age * _DAY:
        return LogonState.EXPIRED if policy.hard_expire else LogonState.MUST_CHANGE
    return LogonState.MUST_CHANGE if profile.password_reset_required else LogonState.OPEN
