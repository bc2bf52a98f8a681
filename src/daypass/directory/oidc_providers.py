"""OpenID Connect identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.errors import (
    ISSUER_EXISTS,
    OIDC_PROVIDER_EXISTS,
    OIDC_PROVIDER_MISSING,
    TOO_MANY,
)
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import OidcProvider
from daypass.directory.rows import columns
from daypass.directory.schema import oidc_providers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    from daypass.directory.context import Context

_COLUMNS: Final = columns(oidc_providers, OidcProvider)
_LISTING: Final = "oidc providers"


class OidcProviders:
    """The OIDC providers of all accounts; names, ignoring case, and issuers are unique in an account."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(
        self,
        account_id: str,
        name: str,
        issuer_url: str,
        *,
        client_ids: Iterable[str],
        fingerprints: Iterable[str],
        issuance_limit_hours: int,
        description: str = "",
    ) -> OidcProvider:
        """Create a provider.

        Raises:
            ApiError: ``EntityAlreadyExists.OIDCProvider``, ``.Url``, ``LimitExceeded.OIDCProvider``,
                ``.ClientId``, ``.Fingerprint``.
        """
        context = self._context
        if self.find(account_id, name) is not None:
            raise OIDC_PROVIDER_EXISTS(name=name)
        self._require_new_issuer(account_id, issuer_url)
        limit = context.quotas(account_id).oidc_providers
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("OIDCProvider")(limit=limit)
        provider = OidcProvider(
            account_id=account_id,
            name=name,
            issuer_url=issuer_url,
            client_ids=tuple(dict.fromkeys(client_ids)),
            fingerprints=_folded(fingerprints),
            issuance_limit_hours=issuance_limit_hours,
            description=description,
            created_at=context.now,
            updated_at=context.now,
        )
        self._require_room(account_id, client_ids=provider.client_ids, fingerprints=provider.fingerprints)
        context.add(oidc_providers, _values(provider))
        context.changed(scopes.oidc_provider(account_id, name))
        return provider

    def find(self, account_id: str, name: str) -> OidcProvider | None:
        """Return the provider of that name, ignoring case, or None."""
        row = self._context.first(select(*_COLUMNS).where(*_named(account_id, name)))
        return None if row is None else _provider(row)

    def get(self, account_id: str, name: str) -> OidcProvider:
        """Return the provider of that name, ignoring case.

        Raises:
            ApiError: ``EntityNotExist.OIDCProvider``.
        """
        provider = self.find(account_id, name)
        if provider is None:
            raise OIDC_PROVIDER_MISSING(name=name)
        return provider

    def count(self, account_id: str) -> int:
        """Return how many OIDC providers an account has."""
        return self._context.count(oidc_providers, oidc_providers.c.account_id == account_id)

    def list(self, account_id: str, *, marker: str | None = None, limit: int = 100) -> Page[OidcProvider]:
        """Return an account's OIDC providers in the order of their names.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*_COLUMNS).where(oidc_providers.c.account_id == account_id)
        if after is not None:
            statement = statement.where(oidc_providers.c.name_key > after)
        rows = self._context.all(statement.order_by(oidc_providers.c.name_key).limit(limit + 1))
        return page_of(_LISTING, [_provider(row) for row in rows], limit, lambda one: one.name.lower())

    def update(
        self,
        account_id: str,
        name: str,
        *,
        client_ids: Iterable[str] | None = None,
        fingerprints: Iterable[str] | None = None,
        issuance_limit_hours: int | None = None,
        description: str | None = None,
    ) -> OidcProvider:
        """Change a provider; what is None stays.

        Raises:
            ApiError: ``EntityNotExist.OIDCProvider``, ``LimitExceeded.OIDCProvider.ClientId``,
                ``LimitExceeded.OIDCProvider.Fingerprint``.
        """
        given: dict[str, Any] = {
            "client_ids": None if client_ids is None else tuple(dict.fromkeys(client_ids)),
            "fingerprints": None if fingerprints is None else _folded(fingerprints),
            "issuance_limit_hours": issuance_limit_hours,
            "description": description,
        }
        wanted = {field: value for field, value in given.items() if value is not None}
        context = self._context
        provider = self.get(account_id, name)
        changed = structs.replace(provider, **wanted, updated_at=context.now)
        self._require_room(
            account_id,
            client_ids=_more(provider.client_ids, changed.client_ids),
            fingerprints=_more(provider.fingerprints, changed.fingerprints),
        )
        context.run(update(oidc_providers).where(*_named(account_id, name)).values(_values(changed)))
        context.changed(scopes.oidc_provider(account_id, name))
        return changed

    def delete(self, account_id: str, name: str) -> OidcProvider:
        """Delete a provider. Sessions it vouched for go on; trust policies that name it match nobody.

        Raises:
            ApiError: ``EntityNotExist.OIDCProvider``.
        """
        provider = self.get(account_id, name)
        self._context.run(delete(oidc_providers).where(*_named(account_id, name)))
        self._context.changed(scopes.oidc_provider(account_id, name))
        return provider

    def _require_new_issuer(self, account_id: str, issuer_url: str) -> None:
        same = (oidc_providers.c.account_id == account_id, oidc_providers.c.issuer_url == issuer_url)
        row = self._context.first(select(oidc_providers.c.name).where(*same))
        if row is not None:
            raise ISSUER_EXISTS(name=row[0])

    def _require_room(
        self, account_id: str, *, client_ids: tuple[str, ...], fingerprints: tuple[str, ...]
    ) -> None:
        quotas = self._context.quotas(account_id)
        if len(client_ids) > quotas.client_ids_per_oidc_provider:
            raise TOO_MANY.of("OIDCProvider.ClientId")(limit=quotas.client_ids_per_oidc_provider)
        if len(fingerprints) > quotas.fingerprints_per_oidc_provider:
            raise TOO_MANY.of("OIDCProvider.Fingerprint")(limit=quotas.fingerprints_per_oidc_provider)


def _more(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a limit is asked about: a change that adds nothing is no business of a lowered one."""
    return after if len(after) > len(before) else ()


def _folded(fingerprints: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fingerprint.lower() for fingerprint in fingerprints))


def _named(account_id: str, name: str) -> tuple[Any, Any]:
    return (oidc_providers.c.account_id == account_id, oidc_providers.c.name_key == name.lower())


def _values(provider: OidcProvider) -> dict[str, object]:
    return {
        **structs.asdict(provider),
        "name_key": provider.name.lower(),
        "client_ids": msgspec.json.encode(provider.client_ids).decode(),
        "fingerprints": msgspec.json.encode(provider.fingerprints).decode(),
    }


def _provider(row: Row[*tuple[Any, ...]]) -> OidcProvider:
    provider = OidcProvider(*row)
    return structs.replace(
        provider,
        client_ids=msgspec.json.decode(row.client_ids, type=tuple[str, ...]),
        fingerprints=msgspec.json.decode(row.fingerprints, type=tuple[str, ...]),
    )
