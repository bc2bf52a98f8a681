"""How identity providers are made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from daypass.host.declare.changes import field_lines
from daypass.host.declare.entities import Entity
from daypass.host.declare.form import OidcProviderForm, SamlProviderForm
from daypass.host.declare.source import DeclarationError

if TYPE_CHECKING:
    from daypass.directory.database import Transaction


def _create_oidc(txn: Transaction, account: str, form: OidcProviderForm) -> None:
    txn.oidc_providers.create(
        account,
        form.name,
        form.issuer_url,
        client_ids=form.client_ids,
        fingerprints=form.fingerprints,
        issuance_limit_hours=form.issuance_limit_hours,
        description=form.description,
    )


def _update_oidc(txn: Transaction, account: str, before: OidcProviderForm, form: OidcProviderForm) -> None:
    if before.issuer_url != form.issuer_url:
        raise DeclarationError(
            f"account {account}: OIDC provider {before.name}: an issuer never changes; "
            "declare a provider of another name. Nothing was changed."
        )
    txn.oidc_providers.update(
        account,
        before.name,
        client_ids=form.client_ids,
        fingerprints=form.fingerprints,
        issuance_limit_hours=form.issuance_limit_hours,
        description=form.description,
    )


def _remove_oidc(txn: Transaction, account: str, name: str) -> None:
    txn.oidc_providers.delete(account, name)


def _oidc_differences(before: OidcProviderForm, form: OidcProviderForm) -> Iterator[str]:
    """Compare the lists as they are kept: nothing twice, fingerprints in lower case."""
    kept = OidcProviderForm(
        name=form.name,
        issuer_url=form.issuer_url,
        client_ids=tuple(dict.fromkeys(form.client_ids)),
        fingerprints=tuple(dict.fromkeys(each.lower() for each in form.fingerprints)),
    )
    yield from field_lines(before, kept, ("client_ids", "fingerprints"))


def _create_saml(txn: Transaction, account: str, form: SamlProviderForm) -> None:
    txn.saml_providers.create(
        account,
        form.name,
        str(form.metadata),
        authn_sign_algo=form.authn_sign_algo,
        description=form.description,
    )


def _update_saml(txn: Transaction, account: str, before: SamlProviderForm, form: SamlProviderForm) -> None:
    txn.saml_providers.update(
        account,
        before.name,
        metadata=str(form.metadata),
        authn_sign_algo=form.authn_sign_algo,
        description=form.description,
    )


def _remove_saml(txn: Transaction, account: str, name: str) -> None:
    txn.saml_providers.delete(account, name)


def _saml_differences(before: SamlProviderForm, form: SamlProviderForm) -> Iterator[str]:
    if before.metadata != form.metadata:
        yield "another metadata document"


OIDC_PROVIDERS: Final[Entity[OidcProviderForm]] = Entity(
    kind="OIDC provider",
    plural="oidc_providers",
    noun="OIDCProvider",
    resource="oidc-provider",
    fields=("issuer_url", "issuance_limit_hours", "description"),
    create=_create_oidc,
    update=_update_oidc,
    remove=_remove_oidc,
    differences=_oidc_differences,
)
SAML_PROVIDERS: Final[Entity[SamlProviderForm]] = Entity(
    kind="SAML provider",
    plural="saml_providers",
    noun="SAMLProvider",
    resource="saml-provider",
    fields=("authn_sign_algo", "description"),
    create=_create_saml,
    update=_update_saml,
    remove=_remove_saml,
    differences=_saml_differences,
)
