"""Identity providers as decisions need them: cached, and what their metadata says already read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.views import Loaded, View
from daypass.directory import scopes
from daypass.directory.records import OidcProvider, SamlProvider
from daypass.federation.metadata import IdentityProvider, read_encoded_metadata

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

ProviderKey = tuple[str, str]
"""Account and lower-case name."""


class RegisteredIdp(msgspec.Struct, frozen=True):
    """A SAML provider and what its metadata says.

    Attributes:
        described: ``None`` when this version does not understand the stored metadata.
    """

    provider: SamlProvider
    described: IdentityProvider | None


def _load_oidc(txn: Transaction, key: ProviderKey) -> Loaded[OidcProvider | None]:
    return Loaded(txn.oidc_providers.find(*key), (scopes.oidc_provider(*key),))


def _load_saml(txn: Transaction, key: ProviderKey) -> Loaded[RegisteredIdp | None]:
    provider = txn.saml_providers.find(*key)
    if provider is None:
        return Loaded(None, (scopes.saml_provider(*key),))
    try:
        described = read_encoded_metadata(provider.metadata)
    except ValueError:
        described = None
    weight = 1 + len(provider.metadata) // 1000
    return Loaded(RegisteredIdp(provider, described), (scopes.saml_provider(*key),), weight)


OIDC_PROVIDER: Final[View[ProviderKey, OidcProvider | None]] = View("OIDC provider", _load_oidc)
SAML_PROVIDER: Final[View[ProviderKey, RegisteredIdp | None]] = View("SAML provider", _load_saml)
