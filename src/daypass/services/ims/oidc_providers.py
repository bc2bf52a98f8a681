"""OIDC providers: Create-, Get-, Update-, Delete- and ListOIDCProvider(s)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from daypass.authz.providers import OIDC_PROVIDER
from daypass.directory.errors import (
    BAD_MARKER,
    ISSUER_EXISTS,
    OIDC_PROVIDER_EXISTS,
    OIDC_PROVIDER_MISSING,
    TOO_MANY,
)
from daypass.service.authorization import Permission
from daypass.service.call import NO_CONDITIONS, timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.ims.provider_parameters import (
    CLIENT_IDS,
    DEFAULT_HOURS,
    DESCRIPTION,
    FINGERPRINTS,
    ISSUANCE_LIMIT_TIME,
    ISSUER_URL,
    MAX_ITEMS,
    MOST_ITEMS,
    NEW_CLIENT_IDS,
    NEW_DESCRIPTION,
    NEW_ISSUANCE_LIMIT_TIME,
    OIDC_PROVIDER_NAME,
)
from daypass.services.ims.service import ims
from daypass.services.ram.parameters import MARKER
from daypass.services.ram.service import on_every

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.directory.records import OidcProvider
    from daypass.service.call import Call, ContextValue

ISSUER_KEY = "ram:OidcIssuerUrl"


class OidcProviderRequest(Request, frozen=True, kw_only=True):
    """Names an OIDC provider."""

    oidc_provider_name: Annotated[str, OIDC_PROVIDER_NAME]


class OidcProviderBody(Response, frozen=True, kw_only=True):
    """An OIDC provider; its times in two forms, as IMS tells them."""

    arn: str
    oidc_provider_name: str = msgspec.field(name="OIDCProviderName")
    issuer_url: str
    client_ids: str | None = None
    fingerprints: str | None = None
    issuance_limit_time: int
    description: str | None = None
    create_date: str
    update_date: str
    gmt_create: str
    gmt_modified: str


class OidcProviderResponse(Response, frozen=True, kw_only=True):
    """The OIDC provider."""

    oidc_provider: OidcProviderBody = msgspec.field(name="OIDCProvider")


def _body(provider: OidcProvider) -> OidcProviderBody:
    return OidcProviderBody(
        arn=provider.arn,
        oidc_provider_name=provider.name,
        issuer_url=provider.issuer_url,
        client_ids=",".join(provider.client_ids) or None,
        fingerprints=",".join(provider.fingerprints) or None,
        issuance_limit_time=provider.issuance_limit_hours,
        description=provider.description or None,
        create_date=timestamp(provider.created_at),
        update_date=timestamp(provider.updated_at),
        gmt_create=str(provider.created_at * 1000),
        gmt_modified=str(provider.updated_at * 1000),
    )


def shown(provider: OidcProvider) -> OidcProviderResponse:
    """Answer with a provider."""
    return OidcProviderResponse(oidc_provider=_body(provider))


def on_oidc_provider(action: str) -> Permission[OidcProviderRequest]:
    """Ask for an action on the OIDC provider that is named; its issuer is a condition key."""
    return Permission(
        action,
        lambda q, call: f"acs:ram:*:{call.account}:oidc-provider/{q.oidc_provider_name}",
        conditions=_issuer_of,
        about="acs:ram:*:{AccountId}:oidc-provider/{OIDCProviderName}",
    )


def _issuer_of(q: OidcProviderRequest, call: Call) -> Mapping[str, ContextValue]:
    provider = call.look(OIDC_PROVIDER, (call.account, q.oidc_provider_name.lower()))
    return NO_CONDITIONS if provider is None else {ISSUER_KEY: provider.issuer_url}


class CreateOidcProviderRequest(OidcProviderRequest, frozen=True, kw_only=True):
    """A new OIDC provider: who issues tokens, for whom, and how its server is known."""

    issuer_url: Annotated[str, ISSUER_URL]
    client_ids: Annotated[tuple[str, ...], CLIENT_IDS] = ()
    fingerprints: Annotated[tuple[str, ...], FINGERPRINTS] = ()
    issuance_limit_time: Annotated[int, ISSUANCE_LIMIT_TIME] = DEFAULT_HOURS
    description: Annotated[str, DESCRIPTION] = ""


def _given_issuer(q: CreateOidcProviderRequest, call: Call) -> Mapping[str, ContextValue]:  # noqa: ARG001 (the form of conditions)
    return {ISSUER_KEY: q.issuer_url}


@ims.operation(
    "CreateOIDCProvider",
    CreateOidcProviderRequest,
    OidcProviderResponse,
    authorize=Permission(
        "ram:CreateOIDCProvider",
        lambda _, call: f"acs:ram:*:{call.account}:oidc-provider/*",
        conditions=_given_issuer,
        about="acs:ram:*:{AccountId}:oidc-provider/*",
    ),
    runs=Runs.WRITE,
    errors=(
        OIDC_PROVIDER_EXISTS,
        ISSUER_EXISTS,
        TOO_MANY.of("OIDCProvider"),
        TOO_MANY.of("OIDCProvider.ClientId"),
        TOO_MANY.of("OIDCProvider.Fingerprint"),
    ),
)
def create_oidc_provider(call: Call, q: CreateOidcProviderRequest) -> OidcProviderResponse:
    """Register an OpenID Connect issuer whose tokens can be exchanged for credentials of roles."""
    provider = call.txn.oidc_providers.create(
        call.account,
        q.oidc_provider_name,
        q.issuer_url,
        client_ids=q.client_ids,
        fingerprints=q.fingerprints,
        issuance_limit_hours=q.issuance_limit_time,
        description=q.description,
    )
    return shown(provider)


@ims.operation(
    "GetOIDCProvider",
    OidcProviderRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:GetOIDCProvider"),
    runs=Runs.READ,
    errors=(OIDC_PROVIDER_MISSING,),
)
def get_oidc_provider(call: Call, q: OidcProviderRequest) -> OidcProviderResponse:
    """Show an OIDC provider."""
    return shown(call.txn.oidc_providers.get(call.account, q.oidc_provider_name))


class UpdateOidcProviderRequest(OidcProviderRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays. The issuer cannot be changed."""

    client_ids: Annotated[tuple[str, ...] | None, NEW_CLIENT_IDS] = None
    issuance_limit_time: Annotated[int | None, NEW_ISSUANCE_LIMIT_TIME] = None
    new_description: Annotated[str | None, NEW_DESCRIPTION] = None


@ims.operation(
    "UpdateOIDCProvider",
    UpdateOidcProviderRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:UpdateOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING, TOO_MANY.of("OIDCProvider.ClientId")),
)
def update_oidc_provider(call: Call, q: UpdateOidcProviderRequest) -> OidcProviderResponse:
    """Change an OIDC provider; sessions that exist go on as they are."""
    provider = call.txn.oidc_providers.update(
        call.account,
        q.oidc_provider_name,
        client_ids=q.client_ids,
        issuance_limit_hours=q.issuance_limit_time,
        description=q.new_description,
    )
    return shown(provider)


@ims.operation(
    "DeleteOIDCProvider",
    OidcProviderRequest,
    Nothing,
    authorize=on_oidc_provider("ram:DeleteOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING,),
)
def delete_oidc_provider(call: Call, q: OidcProviderRequest) -> Nothing:
    """Delete an OIDC provider: its tokens are refused at once, sessions that exist go on."""
    call.txn.oidc_providers.delete(call.account, q.oidc_provider_name)
    return Nothing()


class ListOidcProvidersRequest(Request, frozen=True, kw_only=True):
    """Which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = MOST_ITEMS


class OidcProvidersBody(Response, frozen=True, kw_only=True):
    """OIDC providers in the order of their names."""

    oidc_provider: tuple[OidcProviderBody, ...] = msgspec.field(name="OIDCProvider")


class ListOidcProvidersResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    oidc_providers: OidcProvidersBody = msgspec.field(name="OIDCProviders")
    is_truncated: bool
    marker: str | None = None


@ims.operation(
    "ListOIDCProviders",
    ListOidcProvidersRequest,
    ListOidcProvidersResponse,
    authorize=on_every("ram:ListOIDCProviders", "oidc-provider"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_oidc_providers(call: Call, q: ListOidcProvidersRequest) -> ListOidcProvidersResponse:
    """List the account's OIDC providers."""
    page = call.txn.oidc_providers.list(call.account, marker=q.marker or None, limit=q.max_items)
    return ListOidcProvidersResponse(
        oidc_providers=OidcProvidersBody(oidc_provider=tuple(_body(one) for one in page.items)),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )
