"""The account's alias, which names its domain: SetAccountAlias, GetAccountAlias, ClearAccountAlias."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass import names
from daypass.directory.errors import ALIAS_EXISTS, ALIAS_MISSING
from daypass.service import codes
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Text
from daypass.services.ram.service import on_account, ram

if TYPE_CHECKING:
    from daypass.service.call import Call

BAD_ALIAS: Final = codes.INVALID_FORMAT.of("AccountAlias")
ACCOUNT_ALIAS: Final = Text(
    wire="AccountAlias",
    help="The alias: 3 to 32 lower-case letters, digits and single hyphens between them.",
    least=3,
    most=32,
    pattern=names.ACCOUNT_ALIAS,
    allowed="lower-case letters, digits and single hyphens between them are wanted",
    chars=BAD_ALIAS,
)


class SetAccountAliasRequest(Request, frozen=True, kw_only=True):
    """The new alias."""

    account_alias: Annotated[str, ACCOUNT_ALIAS]


@ram.operation(
    "SetAccountAlias",
    SetAccountAliasRequest,
    Nothing,
    authorize=on_account("ram:SetAccountAlias"),
    runs=Runs.WRITE,
    errors=(ALIAS_EXISTS,),
)
def set_account_alias(call: Call, q: SetAccountAliasRequest) -> Nothing:
    """Name the account: its domain is then <alias>.onaliyun.com; the one with its id works on."""
    call.txn.accounts.set_alias(call.account, q.account_alias)
    return Nothing()


class GetAccountAliasResponse(Response, frozen=True, kw_only=True):
    """The alias."""

    account_alias: str


@ram.operation(
    "GetAccountAlias",
    Request,
    GetAccountAliasResponse,
    authorize=on_account("ram:GetAccountAlias"),
    runs=Runs.READ,
    errors=(ALIAS_MISSING,),
)
def get_account_alias(call: Call, q: Request) -> GetAccountAliasResponse:  # noqa: ARG001 (asks for nothing more)
    """Show the account's alias."""
    alias = call.txn.accounts.get(call.account).alias
    if alias is None:
        raise ALIAS_MISSING()
    return GetAccountAliasResponse(account_alias=alias)


@ram.operation(
    "ClearAccountAlias",
    Request,
    Nothing,
    authorize=on_account("ram:ClearAccountAlias"),
    runs=Runs.WRITE,
)
def clear_account_alias(call: Call, q: Request) -> Nothing:  # noqa: ARG001 (asks for nothing more)
    """Take the account's alias away, if it has one: its domain is its id's again."""
    call.txn.accounts.set_alias(call.account, None)
    return Nothing()
