"""The account's default domain, ``<alias>.onaliyun.com``: GetDefaultDomain, SetDefaultDomain.

Alias and default domain are one thing seen twice: setting the domain sets the alias, and
the domain with the account's own id is the one of an account without an alias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass import names
from daypass.directory.errors import ALIAS_EXISTS
from daypass.service import codes
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Parsed
from daypass.services.ims.service import ims
from daypass.services.principals import domain_of
from daypass.services.ram.service import on_account

if TYPE_CHECKING:
    from daypass.service.call import Call

MOST_CHARS: Final = 64
SUFFIX: Final = ".onaliyun.com"


def _alias(text: str) -> str:
    """Return the alias that a default domain is made of."""
    alias = text.lower().removesuffix(SUFFIX)
    if len(text) > MOST_CHARS or not text.lower().endswith(SUFFIX):
        raise ValueError(f"<alias>{SUFFIX} is wanted, at most {MOST_CHARS} characters")
    if names.DOMAIN_ALIAS.fullmatch(alias) is None:
        raise ValueError(
            "before the suffix, letters, digits and . _ - are wanted, neither . nor - at the ends or doubled"
        )
    return alias


DEFAULT_DOMAIN_NAME: Final = Parsed(
    wire="DefaultDomainName",
    help=f"The domain, <alias>{SUFFIX}; at most 64 characters.",
    parse=_alias,
    invalid=codes.INVALID_FORMAT.of("DefaultDomainName"),
)


class SetDefaultDomainRequest(Request, frozen=True, kw_only=True):
    """The new default domain."""

    default_domain_name: Annotated[str, DEFAULT_DOMAIN_NAME]


class DefaultDomainResponse(Response, frozen=True, kw_only=True):
    """The default domain."""

    default_domain_name: str


@ims.operation(
    "GetDefaultDomain",
    Request,
    DefaultDomainResponse,
    authorize=on_account("ram:GetDefaultDomain"),
    runs=Runs.READ,
)
def get_default_domain(call: Call, q: Request) -> DefaultDomainResponse:  # noqa: ARG001 (asks for nothing more)
    """Show the domain that names of users are printed with."""
    return DefaultDomainResponse(default_domain_name=domain_of(call.txn.accounts.get(call.account), "User"))


@ims.operation(
    "SetDefaultDomain",
    SetDefaultDomainRequest,
    DefaultDomainResponse,
    authorize=on_account("ram:SetDefaultDomain"),
    runs=Runs.WRITE,
    errors=(ALIAS_EXISTS,),
)
def set_default_domain(call: Call, q: SetDefaultDomainRequest) -> DefaultDomainResponse:
    """Change the domain that names of users are printed with; the one with the account's id works on."""
    own_id = q.default_domain_name == call.account
    call.txn.accounts.set_alias(call.account, None if own_id else q.default_domain_name)
    return DefaultDomainResponse(default_domain_name=domain_of(call.txn.accounts.get(call.account), "User"))
