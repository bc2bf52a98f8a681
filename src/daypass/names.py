"""Names of RAM: ARNs, principals, and the forms and limits of identifiers.

Source: the published limits of RAM and the comments of the official SDKs; where two
of them differ the newer one holds.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

ACCOUNT_ID: Final = re.compile(r"[0-9]{16}", re.ASCII)
ACCOUNT_ALIAS: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
DOMAIN_ALIAS: Final = re.compile(r"(?!group[.])(?![-])(?!.*--)[a-z0-9._-]{1,51}(?<!-)", re.ASCII)
"""What stands before the suffix of a default domain; ``group.`` begins the domains of groups."""
USER_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
GROUP_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
ROLE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
POLICY_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,128}", re.ASCII)
SESSION_NAME: Final = re.compile(r"[A-Za-z0-9.@_-]{2,64}", re.ASCII)

POLICY_DOCUMENT_CHARS: Final = 6144
TRUST_DOCUMENT_CHARS: Final = 6144
SESSION_POLICY_CHARS: Final = 2048
CONTROL_DOCUMENT_CHARS: Final = 4096

_LONGEST_ARN: Final = 128
_ROLE_ARN: Final = re.compile(r"acs:ram:[*]?:([0-9]{16}):role/([A-Za-z0-9._-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RoleArn:
    """A role's ARN, ``acs:ram::<account>:role/<name>``; the region may be empty or ``*``."""

    account: str
    name: str

    @classmethod
    def parse(cls, text: str) -> RoleArn:
        """Read an ARN.

        Raises:
            ValueError: it is not the ARN of a role.
        """
        if len(text) > _LONGEST_ARN:
            raise ValueError("not the ARN of a RAM role")
        return _read_role_arn(text)

    def __str__(self) -> str:
        return role_arn(self.account, self.name)


@functools.lru_cache(maxsize=1024)
def _read_role_arn(text: str) -> RoleArn:
    match = _ROLE_ARN.fullmatch(text)
    if match is None:
        raise ValueError("not the ARN of a RAM role")
    return RoleArn(match[1], match[2])


def user_arn(account: str, name: str) -> str:
    """Return the ARN of a RAM user."""
    return f"acs:ram::{account}:user/{name}"


def root_arn(account: str) -> str:
    """Return the ARN that stands for the account itself."""
    return f"acs:ram::{account}:root"


def role_arn(account: str, name: str) -> str:
    """Return the ARN of a role; RAM prints role names in lower case there."""
    return f"acs:ram::{account}:role/{name.lower()}"


def session_arn(account: str, role: str, session: str) -> str:
    """Return the ARN of a role session as GetCallerIdentity prints it."""
    return f"acs:ram::{account}:assumed-role/{role}/{session}"
