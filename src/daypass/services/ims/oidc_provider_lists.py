"""Client IDs and fingerprints of OIDC providers, added and removed one by one.

Adding what is there and removing what is not changes nothing, so that a repeated call is
no error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import OIDC_PROVIDER_MISSING, TOO_MANY
from daypass.service.operation import Runs
from daypass.services.ims.oidc_providers import (
    OidcProviderRequest,
    OidcProviderResponse,
    on_oidc_provider,
    shown,
)
from daypass.services.ims.provider_parameters import CLIENT_ID, FINGERPRINT
from daypass.services.ims.service import ims

if TYPE_CHECKING:
    from daypass.service.call import Call


class ClientIdRequest(OidcProviderRequest, frozen=True, kw_only=True):
    """Names an OIDC provider and a client ID."""

    client_id: Annotated[str, CLIENT_ID]


class FingerprintRequest(OidcProviderRequest, frozen=True, kw_only=True):
    """Names an OIDC provider and a fingerprint."""

    fingerprint: Annotated[str, FINGERPRINT]


@ims.operation(
    "AddClientIdToOIDCProvider",
    ClientIdRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:AddClientIdToOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING, TOO_MANY.of("OIDCProvider.ClientId")),
)
def add_client_id(call: Call, q: ClientIdRequest) -> OidcProviderResponse:
    """Accept tokens for one more audience."""
    there = call.txn.oidc_providers.get(call.account, q.oidc_provider_name).client_ids
    wanted = (*there, q.client_id)
    return shown(call.txn.oidc_providers.update(call.account, q.oidc_provider_name, client_ids=wanted))


@ims.operation(
    "RemoveClientIdFromOIDCProvider",
    ClientIdRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:RemoveClientIdFromOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING,),
)
def remove_client_id(call: Call, q: ClientIdRequest) -> OidcProviderResponse:
    """Refuse tokens for an audience from now on."""
    there = call.txn.oidc_providers.get(call.account, q.oidc_provider_name).client_ids
    wanted = tuple(each for each in there if each != q.client_id)
    return shown(call.txn.oidc_providers.update(call.account, q.oidc_provider_name, client_ids=wanted))


@ims.operation(
    "AddFingerprintToOIDCProvider",
    FingerprintRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:AddFingerprintToOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING, TOO_MANY.of("OIDCProvider.Fingerprint")),
)
def add_fingerprint(call: Call, q: FingerprintRequest) -> OidcProviderResponse:
    """Accept one more certificate in the chain of the issuer's server."""
    there = call.txn.oidc_providers.get(call.account, q.oidc_provider_name).fingerprints
    wanted = (*there, q.fingerprint)
    return shown(call.txn.oidc_providers.update(call.account, q.oidc_provider_name, fingerprints=wanted))


@ims.operation(
    "RemoveFingerprintFromOIDCProvider",
    FingerprintRequest,
    OidcProviderResponse,
    authorize=on_oidc_provider("ram:RemoveFingerprintFromOIDCProvider"),
    runs=Runs.WRITE,
    errors=(OIDC_PROVIDER_MISSING,),
)
def remove_fingerprint(call: Call, q: FingerprintRequest) -> OidcProviderResponse:
    """Accept a certificate no more; keys that were fetched under it are fetched anew."""
    there = call.txn.oidc_providers.get(call.account, q.oidc_provider_name).fingerprints
    wanted = tuple(each for each in there if each != q.fingerprint.lower())
    return shown(call.txn.oidc_providers.update(call.account, q.oidc_provider_name, fingerprints=wanted))
