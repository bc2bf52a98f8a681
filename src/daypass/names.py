"""Names of RAM: ARNs, principals, and the forms and limits of identifiers.

Source: the published limits of RAM and the comments of the official SDKs; where two
of them differ the newer one holds.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ProviderKind: TypeAlias = Literal["oidc", "saml"]

ACCOUNT_ID: Final = re.compile(r"[0-9]{16}", re.ASCII)
ACCOUNT_ALIAS: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
DOMAIN_ALIAS: Final = re.compile(r"(?!group[.])(?=.{1,51}\Z)[a-z0-9_]+([.-][a-z0-9_]+)*", re.ASCII)
"""What stands before the suffix of a default domain; ``group.`` begins the domains of groups."""
USER_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
GROUP_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
ROLE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
MFA_DEVICE_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
POLICY_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,128}", re.ASCII)
SESSION_NAME: Final = re.compile(r"[A-Za-z0-9.@_-]{2,64}", re.ASCII)

PROVIDER_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?", re.ASCII)

POLICY_DOCUMENT_CHARS: Final = 6144
TRUST_DOCUMENT_CHARS: Final = 6144
SESSION_POLICY_CHARS: Final = 2048
CONTROL_DOCUMENT_CHARS: Final = 4096

_LONGEST_ARN: Final = 128
_LONGEST_PROVIDER_ARN: Final = 192
_PROVIDER_ARN: Final = re.compile(
    rf"acs:ram:[*]?:([0-9]{{16}}):(oidc|saml)-provider/({PROVIDER_NAME.pattern})", re.ASCII
)
_MFA_SERIAL: Final = re.compile(r"acs:ram:[*]?:([0-9]{16}):mfa/([A-Za-z0-9.-]{1,64})", re.ASCII)
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

    @property
    def folded(self) -> RoleArn:
        """The same role with its name in lower case, for comparing."""
        return RoleArn(self.account, self.name.lower())

    def __str__(self) -> str:
        return role_arn(self.account, self.name)


@dataclass(frozen=True, slots=True)
class ProviderArn:
    """An identity provider's ARN, ``acs:ram::<account>:oidc-provider/<name>`` or ``saml-provider/``."""

    account: str
    kind: ProviderKind
    name: str

    @classmethod
    def parse(cls, kind: ProviderKind, text: str) -> ProviderArn:
        """Read the ARN of an identity provider of one kind.

        Raises:
            ValueError: it is not one.
        """
        match = _PROVIDER_ARN.fullmatch(text) if len(text) <= _LONGEST_PROVIDER_ARN else None
        if match is None or match[2] != kind:
            raise ValueError(f"not the ARN of a RAM {kind}-provider")
        return cls(match[1], kind, match[3])

    @property
    def folded(self) -> ProviderArn:
        """The same provider with its name in lower case, for comparing."""
        return ProviderArn(self.account, self.kind, self.name.lower())

    def __str__(self) -> str:
        return provider_arn(self.account, self.kind, self.name)


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


def provider_arn(account: str, kind: ProviderKind, name: str) -> str:
    """Return the ARN of an identity provider."""
    return f"acs:ram::{account}:{kind}-provider/{name}"


def mfa_serial(account: str, name: str) -> str:
    """Return the serial number of a virtual MFA device, which is its ARN."""
    return f"acs:ram::{account}:mfa/{name}"


def parse_mfa_serial(text: str) -> tuple[str, str] | None:
    """Return account and name of the virtual MFA device with that serial number; None if it is none."""
    found = _MFA_SERIAL.fullmatch(text)
    return None if found is None else (found[1], found[2])


def session_arn(account: str, role: str, session: str) -> str:
    """Return the ARN of a role session as GetCallerIdentity prints it."""
    return f"acs:ram::{account}:assumed-role/{role}/{session}"
