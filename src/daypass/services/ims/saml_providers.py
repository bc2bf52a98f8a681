"""SAML providers: Create-, Get-, Update-, Delete- and ListSAMLProvider(s)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from daypass.directory.errors import BAD_MARKER, SAML_PROVIDER_EXISTS, SAML_PROVIDER_MISSING, TOO_MANY
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.ims.provider_parameters import (
    AUTHN_SIGN_ALGO,
    DEFAULT_SIGN_ALGO,
    DESCRIPTION,
    MAX_ITEMS,
    METADATA,
    MOST_ITEMS,
    NEW_AUTHN_SIGN_ALGO,
    NEW_DESCRIPTION,
    NEW_METADATA,
    SAML_PROVIDER_NAME,
)
from daypass.services.ims.service import ims
from daypass.services.ram.parameters import MARKER
from daypass.services.ram.service import on_every

if TYPE_CHECKING:
    from daypass.directory.records import SamlProvider
    from daypass.service.call import Call


class SamlProviderRequest(Request, frozen=True, kw_only=True):
    """Names a SAML provider."""

    saml_provider_name: Annotated[str, SAML_PROVIDER_NAME]


class ListedSamlProvider(Response, frozen=True, kw_only=True):
    """A SAML provider in a list."""

    arn: str
    saml_provider_name: str = msgspec.field(name="SAMLProviderName")
    description: str | None = None
    create_date: str
    update_date: str


class SamlProviderBody(ListedSamlProvider, frozen=True, kw_only=True):
    """A SAML provider."""

    authn_sign_algo: str


class SamlProviderInFull(SamlProviderBody, frozen=True, kw_only=True):
    """A SAML provider with its metadata, as it was given."""

    encoded_metadata: str = msgspec.field(name="EncodedSAMLMetadataDocument")


class SamlProviderResponse(Response, frozen=True, kw_only=True):
    """The SAML provider."""

    saml_provider: SamlProviderBody = msgspec.field(name="SAMLProvider")


def _listed(provider: SamlProvider) -> dict[str, Any]:
    return {
        "arn": provider.arn,
        "saml_provider_name": provider.name,
        "description": provider.description or None,
        "create_date": timestamp(provider.created_at),
        "update_date": timestamp(provider.updated_at),
    }


def _shown(provider: SamlProvider) -> SamlProviderResponse:
    body = SamlProviderBody(**_listed(provider), authn_sign_algo=provider.authn_sign_algo)
    return SamlProviderResponse(saml_provider=body)


def _on_saml_provider(action: str) -> Permission[SamlProviderRequest]:
    return Permission(
        action,
        lambda q, call: f"acs:ram:*:{call.account}:saml-provider/{q.saml_provider_name}",
        about="acs:ram:*:{AccountId}:saml-provider/{SAMLProviderName}",
    )


class CreateSamlProviderRequest(SamlProviderRequest, frozen=True, kw_only=True):
    """A new SAML provider and its metadata."""

    encoded_metadata: Annotated[str, METADATA]
    authn_sign_algo: Annotated[str, AUTHN_SIGN_ALGO] = DEFAULT_SIGN_ALGO
    description: Annotated[str, DESCRIPTION] = ""


@ims.operation(
    "CreateSAMLProvider",
    CreateSamlProviderRequest,
    SamlProviderResponse,
    authorize=on_every("ram:CreateSAMLProvider", "saml-provider"),
    runs=Runs.WRITE,
    errors=(SAML_PROVIDER_EXISTS, TOO_MANY.of("SAMLProvider")),
)
def create_saml_provider(call: Call, q: CreateSamlProviderRequest) -> SamlProviderResponse:
    """Register a SAML identity provider whose assertions can be exchanged for credentials of roles."""
    provider = call.txn.saml_providers.create(
        call.account,
        q.saml_provider_name,
        q.encoded_metadata,
        authn_sign_algo=q.authn_sign_algo,
        description=q.description,
    )
    return _shown(provider)


class GetSamlProviderResponse(Response, frozen=True, kw_only=True):
    """The SAML provider with its metadata."""

    saml_provider: SamlProviderInFull = msgspec.field(name="SAMLProvider")


@ims.operation(
    "GetSAMLProvider",
    SamlProviderRequest,
    GetSamlProviderResponse,
    authorize=_on_saml_provider("ram:GetSAMLProvider"),
    runs=Runs.READ,
    errors=(SAML_PROVIDER_MISSING,),
)
def get_saml_provider(call: Call, q: SamlProviderRequest) -> GetSamlProviderResponse:
    """Show a SAML provider and its metadata."""
    provider = call.txn.saml_providers.get(call.account, q.saml_provider_name)
    return GetSamlProviderResponse(
        saml_provider=SamlProviderInFull(
            **_listed(provider), authn_sign_algo=provider.authn_sign_algo, encoded_metadata=provider.metadata
        )
    )


class UpdateSamlProviderRequest(SamlProviderRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_encoded_metadata: Annotated[str | None, NEW_METADATA] = None
    authn_sign_algo: Annotated[str | None, NEW_AUTHN_SIGN_ALGO] = None
    new_description: Annotated[str | None, NEW_DESCRIPTION] = None


@ims.operation(
    "UpdateSAMLProvider",
    UpdateSamlProviderRequest,
    SamlProviderResponse,
    authorize=_on_saml_provider("ram:UpdateSAMLProvider"),
    runs=Runs.WRITE,
    errors=(SAML_PROVIDER_MISSING,),
)
def update_saml_provider(call: Call, q: UpdateSamlProviderRequest) -> SamlProviderResponse:
    """Change a SAML provider: assertions are checked against its new metadata at once."""
    provider = call.txn.saml_providers.update(
        call.account,
        q.saml_provider_name,
        metadata=q.new_encoded_metadata,
        authn_sign_algo=q.authn_sign_algo,
        description=q.new_description,
    )
    return _shown(provider)


@ims.operation(
    "DeleteSAMLProvider",
    SamlProviderRequest,
    Nothing,
    authorize=_on_saml_provider("ram:DeleteSAMLProvider"),
    runs=Runs.WRITE,
    errors=(SAML_PROVIDER_MISSING,),
)
def delete_saml_provider(call: Call, q: SamlProviderRequest) -> Nothing:
    """Delete a SAML provider: its assertions are refused at once, sessions that exist go on."""
    call.txn.saml_providers.delete(call.account, q.saml_provider_name)
    return Nothing()


class ListSamlProvidersRequest(Request, frozen=True, kw_only=True):
    """Which part of the list."""

    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = MOST_ITEMS


class SamlProvidersBody(Response, frozen=True, kw_only=True):
    """SAML providers in the order of their names."""

    saml_provider: tuple[ListedSamlProvider, ...] = msgspec.field(name="SAMLProvider")


class ListSamlProvidersResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    saml_providers: SamlProvidersBody = msgspec.field(name="SAMLProviders")
    is_truncated: bool
    marker: str | None = None


@ims.operation(
    "ListSAMLProviders",
    ListSamlProvidersRequest,
    ListSamlProvidersResponse,
    authorize=on_every("ram:ListSAMLProviders", "saml-provider"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_saml_providers(call: Call, q: ListSamlProvidersRequest) -> ListSamlProvidersResponse:
    """List the account's SAML providers."""
    page = call.txn.saml_providers.list(call.account, marker=q.marker or None, limit=q.max_items)
    shown = tuple(ListedSamlProvider(**_listed(provider)) for provider in page.items)
    return ListSamlProvidersResponse(
        saml_providers=SamlProvidersBody(saml_provider=shown),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )
