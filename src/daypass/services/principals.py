"""Names with the account's domain, as Ims and ResourceManager read and print them.

========================================  ===========
name                                      is a
========================================  ===========
``<user>@<alias>.onaliyun.com``           RAM user
``<group>@group.<alias>.onaliyun.com``    group
``<role>@role.<alias>.onaliyunservice.com``  role
========================================  ===========

The alias is the account's, or its id, which is as good; case does not count. Source: the
SDK's comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.directory.attachments import KINDS
from daypass.directory.records import Account, PrincipalKind
from daypass.service import codes
from daypass.service.params import Kind

if TYPE_CHECKING:
    from daypass.errors import ApiError, ErrorCode
    from daypass.service.call import Call

_DOMAINS: Final[dict[PrincipalKind, str]] = {
    "User": "{alias}.onaliyun.com",
    "Group": "group.{alias}.onaliyun.com",
    "Role": "role.{alias}.onaliyunservice.com",
}
_FORMS: Final[dict[PrincipalKind, re.Pattern[str]]] = {
    kind: re.compile(
        r"([A-Za-z0-9._-]{1,64})@"
        + re.escape(domain).replace(re.escape("{alias}"), r"((?!group[.])[a-z0-9._-]{1,64})"),
        re.ASCII | re.IGNORECASE,
    )
    for kind, domain in _DOMAINS.items()
}
_LONGEST: Final = 128


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

    def resource(self, call: Call) -> str:
        """Return the resource that the principal is."""
        return f"acs:ram:*:{call.account}:{self.kind.lower()}/{self.name}"

    def is_own(self, call: Call) -> bool:
        """Return whether the domain is the caller's account's."""
        account = call.txn.accounts.by_alias(self.alias)
        return account is not None and account.id == call.account

    def require_domain(self, call: Call) -> None:
        """Check that the domain is the caller's account's.

        Raises:
            ApiError: ``EntityNotExist.User`` (``.Group``, ``.Role``); other accounts'
                principals do not exist here.
        """
        if not self.is_own(call):
            raise KINDS[self.kind].missing(name=str(self))

    def __str__(self) -> str:
        return f"{self.name}@{_DOMAINS[self.kind].format(alias=self.alias)}"


def domain_of(account: Account, kind: PrincipalKind) -> str:
    """Return the domain that an account's principals of a kind are named with."""
    return _DOMAINS[kind].format(alias=account.alias_or_id)


def full_name(account: Account, kind: PrincipalKind, name: str) -> str:
    """Return a principal's name with its domain."""
    return str(PrincipalName(kind, name, account.alias_or_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPrincipalName(Kind):
    """A RAM user's name with the account's domain."""

    wire: str = "UserPrincipalName"

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the length error and the form error."""
        return (codes.LENGTH.of(self.wire), codes.INVALID_CHARS.of(self.wire))

    def read(self, text: str) -> PrincipalName:
        """Check the length, then take the name apart."""
        if not 1 <= len(text) <= _LONGEST:
            raise codes.LENGTH.of(self.wire)(least=1, most=_LONGEST)
        try:
            name = PrincipalName.parse(text)
        except ValueError:
            raise self._malformed() from None
        if name.kind != "User":
            raise self._malformed()
        return name

    def _malformed(self) -> ApiError:
        return codes.INVALID_CHARS.of(self.wire)(
            allowed="letters, digits and any of . _ - followed by @<alias>.onaliyun.com"
        )
