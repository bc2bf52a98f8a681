"""New ids and credentials, made from entropy that the caller provides.

Forms: account 16 digits; users, groups, roles and policies 18 digits; resource groups
``rg-`` and 15 characters; AccessKeys ``LTAI`` and 20 characters, secrets 30.
"""

from __future__ import annotations

import string
from typing import Final

from daypass.directory.sealing import Entropy

_DIGITS: Final = string.digits
_NAMELIKE: Final = string.digits + string.ascii_lowercase
_ALPHANUMERIC: Final = string.ascii_letters + string.digits


def account_id(entropy: Entropy) -> str:
    """Return a new account id."""
    return _number(entropy, 16)


def entity_id(entropy: Entropy) -> str:
    """Return a new id for a user, group, role or policy."""
    return _number(entropy, 18)


def resource_group_id(entropy: Entropy) -> str:
    """Return a new resource group id."""
    return "rg-" + _text(entropy, _NAMELIKE, 15)


def directory_id(entropy: Entropy) -> str:
    """Return a new resource directory id."""
    return "rd-" + _text(entropy, _ALPHANUMERIC, 6)


def root_folder_id(entropy: Entropy) -> str:
    """Return a new id for the root folder of a resource directory."""
    return "r-" + _text(entropy, _ALPHANUMERIC, 6)


def folder_id(entropy: Entropy) -> str:
    """Return a new folder id."""
    return "fd-" + _text(entropy, _ALPHANUMERIC, 10)


def handshake_id(entropy: Entropy) -> str:
    """Return a new handshake id."""
    return "h-" + _text(entropy, _ALPHANUMERIC, 16)


def control_policy_id(entropy: Entropy) -> str:
    """Return a new control policy id."""
    return "cp-" + _text(entropy, _ALPHANUMERIC, 16)


def access_key_id(entropy: Entropy) -> str:
    """Return a new AccessKey ID."""
    return "LTAI" + _text(entropy, _ALPHANUMERIC, 20)


def access_key_secret(entropy: Entropy) -> str:
    """Return a new AccessKey secret: 178 bits."""
    return _text(entropy, _ALPHANUMERIC, 30)


def _number(entropy: Entropy, digits: int) -> str:
    return _text(entropy, _DIGITS[1:], 1) + _text(entropy, _DIGITS, digits - 1)


def _text(entropy: Entropy, alphabet: str, length: int) -> str:
    """Return text with a bias below 2^-64: one big number written in the alphabet's base."""
    number = int.from_bytes(entropy(length + 8))
    chosen = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        chosen.append(alphabet[index])
    return "".join(chosen)
