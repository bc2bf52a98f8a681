"""Principals as ResourceManager writes them: a type, and a name with the account's domain.

=============  =========================================  ===========
PrincipalType  PrincipalName                              is a
=============  =========================================  ===========
IMSUser        ``<user>@<alias>.onaliyun.com``            RAM user
IMSGroup       ``<group>@group.<alias>.onaliyun.com``     group
ServiceRole    ``<role>@role.<alias>.onaliyunservice.com``  role
=============  =========================================  ===========

The alias is the account's, or its id, which is as good. Source: the SDK's comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.directory.attachments import KINDS
from daypass.directory.records import Account, PrincipalKind
from daypass.service import codes
from daypass.service.params import Choice, Parsed

if TYPE_CHECKING:
    from daypass.service.call import Call

TYPES: Final[dict[str, PrincipalKind]] = {"IMSUser": "User", "IMSGroup": "Group", "ServiceRole": "Role"}
WIRE_TYPES: Final[dict[PrincipalKind, str]] = {kind: wire for wire, kind in TYPES.items()}

BAD_PRINCIPAL_NAME: Final = codes.INVALID.of("PrincipalName")

_DOMAINS: Final[dict[PrincipalKind, str]] = {
    "User": "{alias}.onaliyun.com",
    "Group": "group.{alias}.onaliyun.com",
    "Role": "role.{alias}.onaliyunservice.com",
}
_FORMS: Final[dict[PrincipalKind, re.Pattern[str]]] = {
    kind: re.compile(
        r"([A-Za-z0-9._-]{1,64})@" + re.escape(domain).replace(re.escape("{alias}"), r"([a-z0-9-]{1,64})"),
        re.ASCII | re.IGNORECASE,
    )
    for kind, domain in _DOMAINS.items()
}


@dataclass(frozen=True, slots=True)
class PrincipalName:
    """A principal's name with its domain, taken apart."""

    kind: PrincipalKind
    name: str
    alias: str

    @classmethod
    def parse(cls, text: str) -> PrincipalName:
        """Read a name; the form of its domain tells what it is the name of.

        Raises:
            ValueError: it has none of the forms.
        """
        for kind, form in _FORMS.items():
            if found := form.fullmatch(text):
                return cls(kind, found[1], found[2].lower())
        raise ValueError(
            "user@<alias>.onaliyun.com, group@group.<alias>.onaliyun.com "
            "or role@role.<alias>.onaliyunservice.com is wanted"
        )

    @property
    def wire_type(self) -> str:
        """The PrincipalType that goes with it."""
        return WIRE_TYPES[self.kind]

    def resource(self, call: Call) -> str:
        """Return the resource that the principal is."""
        return f"acs:ram:*:{call.account}:{self.kind.lower()}/{self.name}"

    def require_type(self, principal_type: str | None) -> None:
        """Check that the type a request gives is this name's.

        Raises:
            ApiError: ``InvalidParameter.PrincipalName``.
        """
        if principal_type not in (None, self.wire_type):
            raise BAD_PRINCIPAL_NAME(reason=f"it is not the name of an {principal_type}")

    def require_domain(self, call: Call) -> None:
        """Check that the domain is the caller's account's.

        Raises:
            ApiError: ``EntityNotExist.User`` (``.Group``, ``.Role``); other accounts'
                principals do not exist here.
        """
        account = call.txn.accounts.by_alias(self.alias)
        if account is None or account.id != call.account:
            domain = _DOMAINS[self.kind].format(alias=self.alias)
            raise KINDS[self.kind].missing(name=f"{self.name}@{domain}")


def full_name(account: Account, kind: PrincipalKind, name: str) -> str:
    """Return a principal's name with its domain."""
    return f"{name}@{_DOMAINS[kind].format(alias=account.alias_or_id)}"


PRINCIPAL_TYPE: Final = Choice(
    wire="PrincipalType",
    help="IMSUser for a RAM user, IMSGroup for a group, ServiceRole for a role.",
    options=tuple(TYPES),
)
PRINCIPAL_NAME: Final = Parsed(
    wire="PrincipalName",
    help="Name of the principal with the account's domain: user@<alias>.onaliyun.com, "
    "group@group.<alias>.onaliyun.com or role@role.<alias>.onaliyunservice.com.",
    parse=PrincipalName.parse,
    invalid=BAD_PRINCIPAL_NAME,
)
