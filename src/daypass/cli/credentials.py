"""Whose credentials a call is signed with: options, then the environment, then a profile.

The first of them that names a key or a secret has to be complete: parts of different
identities are never put together.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.cli.errors import UsageError
from daypass.client import Credentials
from daypass.secret import Secret

if TYPE_CHECKING:
    from argparse import Namespace

PROFILES: Final = Path("~/.aliyun/config.json")
_VARIABLES: Final = tuple(
    f"ALIBABA_CLOUD_{name}" for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
)
_MODES: Final = {"AK": False, "StsToken": True}
"""Modes of a profile that hold credentials, and whether those carry a token."""


class _Profile(msgspec.Struct):
    name: str = ""
    mode: str = ""
    access_key_id: str = ""
    access_key_secret: str = ""
    sts_token: str = ""


class _Profiles(msgspec.Struct):
    current: str = ""
    profiles: list[_Profile] = []


def find_credentials(options: Namespace, command: str) -> Credentials:
    """Return the credentials to sign with.

    Args:
        options: with ``id``, ``secret`` and ``token``.
        command: for the error.

    Raises:
        UsageError: there are none, or only parts.
    """
    if options.id or options.secret or options.token:
        if not (options.id and options.secret):
            raise UsageError(command, "--id and --secret belong together, and --token to both")
        return Credentials(options.id, Secret(options.secret), options.token or None)
    access_key_id, secret, token = (os.environ.get(name, "") for name in _VARIABLES)
    if access_key_id or secret:
        if not (access_key_id and secret):
            raise UsageError(command, f"{_VARIABLES[0]} and {_VARIABLES[1]} belong together")
        return Credentials(access_key_id, Secret(secret), token or None)
    found = _profile(command)
    if found is None:
        raise UsageError(
            command,
            f"no credentials: give --id and --secret, or set {_VARIABLES[0]} and {_VARIABLES[1]}, "
            f"or have a current profile in {PROFILES}",
        )
    return found


def _profile(command: str) -> Credentials | None:
    """Return the credentials of the current profile of Alibaba Cloud's own command line."""
    try:
        text = PROFILES.expanduser().read_bytes()
    except (OSError, RuntimeError):
        return None
    try:
        file = msgspec.json.decode(text, type=_Profiles)
    except msgspec.DecodeError:
        raise UsageError(
            command, f"{PROFILES} is no file of profiles; repair it, or give --id and --secret"
        ) from None
    profile = next((each for each in file.profiles if each.name == file.current), None)
    if profile is None:
        return None
    if profile.mode not in _MODES:
        raise UsageError(
            command,
            f"the current profile {profile.name} is of mode {profile.mode}; "
            "only AK and StsToken hold credentials",
        )
    if not (profile.access_key_id and profile.access_key_secret):
        return None
    token = profile.sts_token if _MODES[profile.mode] else ""
    return Credentials(profile.access_key_id, Secret(profile.access_key_secret), token or None)
