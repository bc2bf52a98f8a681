"""SAML identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs
from sqlalchemy import delete, select, update

from daypass.directory import scopes
from daypass.directory.errors import SAML_PROVIDER_EXISTS, SAML_PROVIDER_MISSING, TOO_MANY
from daypass.directory.pages import Page, page_of, read_marker, within
from daypass.directory.records import SamlProvider
from daypass.directory.rows import columns
from daypass.directory.schema import saml_providers

if TYPE_CHECKING:
    from daypass.directory.context import Context

_COLUMNS: Final = columns(saml_providers, SamlProvider)
_LISTING: Final = "saml providers"


class SamlProviders:
    """The SAML providers of all accounts; names are unique in an account, ignoring case."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def create(
        self, account_id: str, name: str, metadata: str, *, authn_sign_algo: str, description: str = ""
    ) -> SamlProvider:
        """Create a provider.

        Args:
            account_id: whose it is.
            name: unique in the account, ignoring case.
            metadata: document in Base64, already found to be one.
            authn_sign_algo: ``rsa-sha256`` or ``rsa-sha1``.
            description: free text.

        Raises:
            ApiError: ``EntityAlreadyExists.SAMLProvider``, ``LimitExceeded.SAMLProvider``.
        """
        context = self._context
        if self.find(account_id, name) is not None:
            raise SAML_PROVIDER_EXISTS(name=name)
        limit = context.quotas(account_id).saml_providers
        if self.count(account_id) >= limit:
            raise TOO_MANY.of("SAMLProvider")(limit=limit)
        provider = SamlProvider(
            account_id, name, metadata, authn_sign_algo, description, context.now, context.now
        )
        context.add(saml_providers, _values(provider))
        context.changed(scopes.saml_provider(account_id, name))
        return provider

    def find(self, account_id: str, name: str) -> SamlProvider | None:
        """Return the provider of that name, ignoring case, or None."""
        row = self._context.first(select(*_COLUMNS).where(*_named(account_id, name)))
        return None if row is None else SamlProvider(*row)

    def get(self, account_id: str, name: str) -> SamlProvider:
        """Return the provider of that name, ignoring case.

        Raises:
            ApiError: ``EntityNotExist.SAMLProvider``.
        """
        provider = self.find(account_id, name)
        if provider is None:
            raise SAML_PROVIDER_MISSING(name=name)
        return provider

    def count(self, account_id: str) -> int:
        """Return how many SAML providers an account has."""
        return self._context.count(saml_providers, saml_providers.c.account_id == account_id)

    def list(self, account_id: str, *, marker: str | None = None, limit: int = 100) -> Page[SamlProvider]:
        """Return an account's SAML providers in the order of their names.

        Raises:
            ApiError: ``InvalidParameter.Marker``.
        """
        after = read_marker(_LISTING, marker)
        limit = within(limit)
        statement = select(*_COLUMNS).where(saml_providers.c.account_id == account_id)
        if after is not None:
            statement = statement.where(saml_providers.c.name_key > after)
        rows = self._context.all(statement.order_by(saml_providers.c.name_key).limit(limit + 1))
        return page_of(_LISTING, [SamlProvider(*row) for row in rows], limit, lambda one: one.name.lower())

    def update(
        self,
        account_id: str,
        name: str,
        *,
        metadata: str | None = None,
        authn_sign_algo: str | None = None,
        description: str | None = None,
    ) -> SamlProvider:
        """Change a provider; what is None stays.

        Raises:
            ApiError: ``EntityNotExist.SAMLProvider``.
        """
        given = {"metadata": metadata, "authn_sign_algo": authn_sign_algo, "description": description}
        wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
        context = self._context
        changed = structs.replace(self.get(account_id, name), **wanted, updated_at=context.now)
        context.run(update(saml_providers).where(*_named(account_id, name)).values(_values(changed)))
        context.changed(scopes.saml_provider(account_id, name))
        return changed

    def delete(self, account_id: str, name: str) -> SamlProvider:
        """Delete a provider. Sessions it vouched for go on; trust policies that name it match nobody.

        Raises:
            ApiError: ``EntityNotExist.SAMLProvider``.
        """
        provider = self.get(account_id, name)
        self._context.run(delete(saml_providers).where(*_named(account_id, name)))
        self._context.changed(scopes.saml_provider(account_id, name))
        return provider


def _named(account_id: str, name: str) -> tuple[Any, Any]:
    return (saml_providers.c.account_id == account_id, saml_providers.c.name_key == name.lower())


def _values(provider: SamlProvider) -> dict[str, object]:
    return {**structs.asdict(provider), "name_key": provider.name.lower()}
