from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.directory.stores import START, names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from daypass.directory.records import OidcProvider
    from tests.directory.stores import Clock


def create(txn: Transaction, account: str, name: str, **more: Any) -> OidcProvider:
    wanted: dict[str, Any] = {
        "client_ids": ("a",),
        "fingerprints": ("AB",),
        "issuance_limit_hours": 12,
        **more,
    }
    url = wanted.pop("issuer_url", f"https://{name.lower()}.example.com")
    return txn.oidc_providers.create(account, name, url, **wanted)


def test_an_oidc_provider_is_as_it_was_created(txn: Transaction, account: str) -> None:
    provider = create(
        txn, account, "CI", client_ids=("b", "a", "b"), fingerprints=("AB", "ab"), description="d"
    )
    assert (provider.client_ids, provider.fingerprints) == (("b", "a"), ("ab",))
    assert (provider.created_at, provider.updated_at) == (START, START)
    assert provider.arn == f"acs:ram::{account}:oidc-provider/CI"
    assert txn.oidc_providers.get(account, "ci") == provider


def test_names_and_issuers_are_unique_in_an_account(
    txn: Transaction, account: str, other_account: str
) -> None:
    create(txn, account, "ci")
    with refused("EntityAlreadyExists.OIDCProvider"):
        create(txn, account, "CI", issuer_url="https://else.example.com")
    with refused("EntityAlreadyExists.OIDCProvider.Url"):
        create(txn, account, "other", issuer_url="https://ci.example.com")
    create(txn, other_account, "ci")


def test_an_update_changes_what_it_names(txn: Transaction, account: str) -> None:
    create(txn, account, "ci", description="before")
    changed = txn.oidc_providers.update(account, "CI", client_ids=(), issuance_limit_hours=1)
    assert (changed.client_ids, changed.fingerprints) == ((), ("ab",))
    assert (changed.issuance_limit_hours, changed.description) == (1, "before")
    assert txn.oidc_providers.get(account, "ci") == changed
    with refused("EntityNotExist.OIDCProvider"):
        txn.oidc_providers.update(account, "none", description="x")


def test_there_are_so_many_providers_client_ids_and_fingerprints_and_no_more(
    txn: Transaction, account: str
) -> None:
    for name in ("a", "b", "c"):
        create(txn, account, name)
    with refused("LimitExceeded.OIDCProvider"):
        create(txn, account, "d")
    with refused("LimitExceeded.OIDCProvider.ClientId"):
        txn.oidc_providers.update(account, "a", client_ids=("a", "b", "c"))
    with refused("LimitExceeded.OIDCProvider.Fingerprint"):
        txn.oidc_providers.update(account, "a", fingerprints=("a", "b", "c"))


def test_a_lowered_quota_is_no_reason_to_refuse_what_adds_nothing(txn: Transaction, account: str) -> None:
    create(txn, account, "ci", client_ids=("a", "b"), fingerprints=("a", "b"))
    txn.account_quotas.set(account, "client_ids_per_oidc_provider", 1)
    txn.account_quotas.set(account, "fingerprints_per_oidc_provider", 1)
    assert txn.oidc_providers.update(account, "ci", fingerprints=("c", "d")).client_ids == ("a", "b")
    assert txn.oidc_providers.update(account, "ci", client_ids=("c",)).client_ids == ("c",)


def test_deleting_makes_room(txn: Transaction, account: str) -> None:
    create(txn, account, "ci")
    txn.oidc_providers.delete(account, "CI")
    assert txn.oidc_providers.find(account, "ci") is None
    with refused("EntityNotExist.OIDCProvider"):
        txn.oidc_providers.delete(account, "ci")
    create(txn, account, "new", issuer_url="https://ci.example.com")


def test_lists_go_on_after_their_marker(txn: Transaction, account: str, other_account: str) -> None:
    for name in ("b", "A", "c"):
        create(txn, account, name)
        txn.saml_providers.create(account, name, "m", authn_sign_algo="rsa-sha1")
    create(txn, other_account, "elsewhere")
    for listed in (txn.oidc_providers.list, txn.saml_providers.list):
        first: Any = listed(account, limit=2)
        assert names(first.items) == ["A", "b"]
        assert names(listed(account, marker=first.marker, limit=2).items) == ["c"]
        with refused("InvalidParameter.Marker"):
            listed(account, marker="x")


def test_a_saml_provider_is_as_it_was_created_and_changed(txn: Transaction, account: str) -> None:
    made = txn.saml_providers.create(account, "IdP", "m1", authn_sign_algo="rsa-sha1", description="d")
    assert txn.saml_providers.get(account, "idp") == made
    assert made.arn == f"acs:ram::{account}:saml-provider/IdP"
    changed = txn.saml_providers.update(account, "idp", metadata="m2")
    assert (changed.metadata, changed.authn_sign_algo, changed.description) == ("m2", "rsa-sha1", "d")
    with refused("EntityAlreadyExists.SAMLProvider"):
        txn.saml_providers.create(account, "IDP", "m", authn_sign_algo="rsa-sha1")
    txn.saml_providers.delete(account, "IDP")
    with refused("EntityNotExist.SAMLProvider"):
        txn.saml_providers.get(account, "idp")


def test_there_are_so_many_saml_providers_and_no_more(txn: Transaction, account: str) -> None:
    for name in ("a", "b", "c"):
        txn.saml_providers.create(account, name, "m", authn_sign_algo="rsa-sha1")
    with refused("LimitExceeded.SAMLProvider"):
        txn.saml_providers.create(account, "d", "m", authn_sign_algo="rsa-sha1")


def test_every_write_is_told_to_those_who_keep_a_provider(database: Database) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        create(txn, account, "CI")
        txn.saml_providers.create(account, "IdP", "m", authn_sign_algo="rsa-sha1")
    scopes = {f"oidc_provider:{account}/ci", f"saml_provider:{account}/idp"}
    for change in ("update", "delete"):
        with database.write() as txn:
            getattr(txn.oidc_providers, change)(account, "ci")
            getattr(txn.saml_providers, change)(account, "idp")
            assert scopes <= set(txn.noted)


def test_an_assertion_is_used_once_until_it_has_expired(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        account, other = txn.accounts.create().id, txn.accounts.create().id
        txn.used_assertions.use(account, "idp", "_1", START + 300)
        txn.used_assertions.use(account, "idp2", "_1", START + 300)
        txn.used_assertions.use(account, "idp", "_2", START + 600)
        txn.used_assertions.use(other, "idp", "_1", START + 300)
        with refused("AuthenticationFail.SAMLAssertion.Invalid"):
            txn.used_assertions.use(account, "idp", "_1", START + 300)
    clock.now = START + 359
    with database.write() as txn, refused("AuthenticationFail.SAMLAssertion.Invalid"):
        txn.used_assertions.use(account, "idp", "_1", START + 300)
    clock.now = START + 360
    with database.write() as txn:
        txn.used_assertions.use(account, "idp", "_3", START + 900)
        txn.used_assertions.use(account, "idp", "_1", START + 900)
        with refused("AuthenticationFail.SAMLAssertion.Invalid"):
            txn.used_assertions.use(account, "idp", "_2", START + 600)


def test_issuers_and_ids_do_not_run_into_one_another(txn: Transaction, account: str) -> None:
    txn.used_assertions.use(account, "ab", "c", START + 300)
    txn.used_assertions.use(account, "a", "bc", START + 300)
