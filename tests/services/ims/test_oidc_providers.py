"""OIDC providers over the wire: made, shown, changed, listed, deleted, and guarded."""

from __future__ import annotations

import pytest
from alibabacloud_ims20190815 import models
from alibabacloud_ims20190815.client import Client as Sdk
from alibabacloud_tea_openapi.models import Config

from tests.services.ims.calls import Ims
from tests.world import allow, document

URL = "https://issuer.example.com"
FINGERPRINT = "902EF2DEEB3C5B13EA4C3D5193629309E231AE55"


def create(ims: Ims, name: str = "ci", **more: str) -> None:
    ims("CreateOIDCProvider", OIDCProviderName=name, **{"IssuerUrl": URL, **more})


def test_a_provider_is_shown_as_it_was_made(ims: Ims) -> None:
    made = ims(
        "CreateOIDCProvider",
        OIDCProviderName="GitLab.com",
        IssuerUrl=f"{URL}/path",
        ClientIds="sts.example.com, https://daypass.example.com/a:b",
        Fingerprints=FINGERPRINT,
        IssuanceLimitTime="6",
        Description="Pipelines",
    )["OIDCProvider"]
    shown = ims("GetOIDCProvider", OIDCProviderName="gitlab.COM")["OIDCProvider"]
    assert shown == made
    assert made["Arn"] == f"acs:ram::{ims.id}:oidc-provider/GitLab.com"
    assert made["ClientIds"] == "sts.example.com,https://daypass.example.com/a:b"
    assert made["Fingerprints"] == FINGERPRINT.lower()
    assert (made["IssuanceLimitTime"], made["Description"]) == (6, "Pipelines")
    assert int(made["GmtCreate"]) % 1000 == 0
    assert made["CreateDate"] == made["UpdateDate"]


def test_a_token_may_be_twelve_hours_old_unless_said_otherwise(ims: Ims) -> None:
    create(ims)
    assert ims("GetOIDCProvider", OIDCProviderName="ci")["OIDCProvider"]["IssuanceLimitTime"] == 12


def test_names_and_issuers_are_unique_in_an_account_only(ims: Ims) -> None:
    create(ims)
    ims.refused(
        "CreateOIDCProvider", "EntityAlreadyExists.OIDCProvider", OIDCProviderName="CI", IssuerUrl=f"{URL}/b"
    )
    ims.refused(
        "CreateOIDCProvider", "EntityAlreadyExists.OIDCProvider.Url", OIDCProviderName="other", IssuerUrl=URL
    )
    create(Ims(ims.server, ims.server.new_account()))


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example.com",
        "https://issuer.example.com?a=b",
        "https://issuer.example.com#a",
        "https://user@issuer.example.com",
        "https://",
        "https://issuer.example.com:99999",
        "https://a b",
        "https://issuer.example.com/" + "a" * 250,
        "issuer.example.com",
    ],
)
def test_an_issuer_has_an_https_url_and_nothing_else(ims: Ims, url: str) -> None:
    ims.refused(
        "CreateOIDCProvider", "InvalidParameter.IssuerUrl.Format", OIDCProviderName="ci", IssuerUrl=url
    )


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("InvalidParameter.OIDCProviderName.InvalidChars", {"OIDCProviderName": "-ci"}),
        ("InvalidParameter.OIDCProviderName.InvalidChars", {"OIDCProviderName": "ci_"}),
        ("InvalidParameter.OIDCProviderName.Length", {"OIDCProviderName": "c" * 129}),
        ("InvalidParameter.ClientIds.InvalidChars", {"ClientIds": "a,-b"}),
        ("InvalidParameter.ClientIds.Length", {"ClientIds": "a,,b"}),
        ("InvalidParameter.ClientIds.Length", {"ClientIds": "a" * 129}),
        ("InvalidParameter.Fingerprints.InvalidChars", {"Fingerprints": "90:2e"}),
        ("InvalidParameter.Fingerprints.Length", {"Fingerprints": ""}),
        ("InvalidParameter.IssuanceLimitTime", {"IssuanceLimitTime": "0"}),
        ("InvalidParameter.IssuanceLimitTime", {"IssuanceLimitTime": "169"}),
        ("InvalidParameter.Description.Length", {"Description": "d" * 257}),
    ],
)
def test_what_is_wrongly_formed_is_told_by_name(ims: Ims, code: str, wrong: dict[str, str]) -> None:
    ims.refused("CreateOIDCProvider", code, **{"OIDCProviderName": "ci", "IssuerUrl": URL, **wrong})
    assert ims("ListOIDCProviders")["OIDCProviders"]["OIDCProvider"] == []


def test_an_update_replaces_all_client_ids_and_leaves_what_it_does_not_name(ims: Ims) -> None:
    create(ims, ClientIds="a,b", Fingerprints=FINGERPRINT, Description="before")
    changed = ims("UpdateOIDCProvider", OIDCProviderName="ci", ClientIds="c", NewDescription="after")
    body = changed["OIDCProvider"]
    assert (body["ClientIds"], body["Description"]) == ("c", "after")
    assert (body["Fingerprints"], body["IssuanceLimitTime"]) == (FINGERPRINT.lower(), 12)
    assert (
        ims("UpdateOIDCProvider", OIDCProviderName="ci", IssuanceLimitTime="1")["OIDCProvider"][
            "IssuanceLimitTime"
        ]
        == 1
    )


def test_client_ids_and_fingerprints_come_and_go_one_by_one(ims: Ims) -> None:
    create(ims)
    for client_id in ("a", "b", "a"):
        ims("AddClientIdToOIDCProvider", OIDCProviderName="ci", ClientId=client_id)
    ims("RemoveClientIdFromOIDCProvider", OIDCProviderName="ci", ClientId="a")
    ims("RemoveClientIdFromOIDCProvider", OIDCProviderName="ci", ClientId="a")
    ims("AddFingerprintToOIDCProvider", OIDCProviderName="ci", Fingerprint=FINGERPRINT)
    ims("AddFingerprintToOIDCProvider", OIDCProviderName="ci", Fingerprint=FINGERPRINT.lower())
    ims("AddFingerprintToOIDCProvider", OIDCProviderName="ci", Fingerprint="ab" * 20)
    shown = ims("GetOIDCProvider", OIDCProviderName="ci")["OIDCProvider"]
    assert (shown["ClientIds"], shown["Fingerprints"]) == ("b", f"{FINGERPRINT.lower()},{'ab' * 20}")
    ims("RemoveFingerprintFromOIDCProvider", OIDCProviderName="ci", Fingerprint=FINGERPRINT)
    ims("RemoveFingerprintFromOIDCProvider", OIDCProviderName="ci", Fingerprint="AB" * 20)
    assert "Fingerprints" not in ims("GetOIDCProvider", OIDCProviderName="ci")["OIDCProvider"]


def test_a_deleted_provider_is_gone_and_its_issuer_free(ims: Ims) -> None:
    create(ims)
    ims("DeleteOIDCProvider", OIDCProviderName="CI")
    ims.refused("GetOIDCProvider", "EntityNotExist.OIDCProvider", OIDCProviderName="ci")
    create(ims, "another")


@pytest.mark.parametrize(
    "action",
    [
        "GetOIDCProvider",
        "UpdateOIDCProvider",
        "DeleteOIDCProvider",
        "AddClientIdToOIDCProvider",
        "RemoveClientIdFromOIDCProvider",
        "AddFingerprintToOIDCProvider",
        "RemoveFingerprintFromOIDCProvider",
    ],
)
def test_a_provider_that_is_not_there_is_told_as_such(ims: Ims, action: str) -> None:
    ims.refused(
        action, "EntityNotExist.OIDCProvider", OIDCProviderName="ci", ClientId="a", Fingerprint=FINGERPRINT
    )


def test_the_list_goes_on_where_its_marker_says(ims: Ims) -> None:
    for name in ("b", "A", "c"):
        create(ims, name, IssuerUrl=f"{URL}/{name}")
    first = ims("ListOIDCProviders", MaxItems="2")
    rest = ims("ListOIDCProviders", MaxItems="2", Marker=first["Marker"])
    pages = [
        [one["OIDCProviderName"] for one in page["OIDCProviders"]["OIDCProvider"]] for page in (first, rest)
    ]
    assert pages == [["A", "b"], ["c"]]
    assert (first["IsTruncated"], rest["IsTruncated"], "Marker" in rest) == (True, False, False)
    ims.refused("ListOIDCProviders", "InvalidParameter.Marker", Marker="x")
    ims.refused("ListOIDCProviders", "InvalidParameter.MaxItems", MaxItems="101")


def test_a_policy_can_be_about_one_provider_or_one_issuer(ims: Ims) -> None:
    create(ims)
    create(ims, "other", IssuerUrl=f"{URL}/other")
    by_name = ims.someone("ByName", document(allow("ram:*OIDCProvider", "acs:ram:*:*:oidc-provider/ci")))
    by_name("GetOIDCProvider", OIDCProviderName="ci")
    by_name.refused("GetOIDCProvider", "NoPermission", OIDCProviderName="other")
    by_name.refused("CreateOIDCProvider", "NoPermission", OIDCProviderName="third", IssuerUrl=f"{URL}/3")
    issuer = {"StringEquals": {"ram:OidcIssuerUrl": [f"{URL}/other", f"{URL}/3"]}}
    by_issuer = ims.someone("ByIssuer", document(allow("ram:*", Condition=issuer)))
    by_issuer("UpdateOIDCProvider", OIDCProviderName="other", NewDescription="changed")
    by_issuer.refused("DeleteOIDCProvider", "NoPermission", OIDCProviderName="ci")
    by_issuer("CreateOIDCProvider", OIDCProviderName="third", IssuerUrl=f"{URL}/3")
    ims("DeleteOIDCProvider", OIDCProviderName="other")
    by_issuer.refused("GetOIDCProvider", "NoPermission", OIDCProviderName="other")


def test_the_official_sdk_reads_every_answer(ims: Ims) -> None:
    root = ims.account.root
    sdk = Sdk(
        Config(
            access_key_id=root.access_key_id,
            access_key_secret=root.access_key_secret.reveal(),
            endpoint=ims.server.endpoint,
            protocol="http",
        )
    )
    asked = models.CreateOIDCProviderRequest(
        oidcprovider_name="ci", issuer_url=URL, client_ids="a,b", fingerprints=FINGERPRINT
    )
    made = sdk.create_oidcprovider(asked).body.oidcprovider
    assert (made.oidcprovider_name, made.client_ids, made.issuance_limit_time) == ("ci", "a,b", 12)
    listed = sdk.list_oidcproviders(models.ListOIDCProvidersRequest()).body
    assert [one.issuer_url for one in listed.oidcproviders.oidcprovider] == [URL]
    added = sdk.add_fingerprint_to_oidcprovider(
        models.AddFingerprintToOIDCProviderRequest(oidcprovider_name="ci", fingerprint="ab" * 20)
    )
    assert added.body.oidcprovider.fingerprints == f"{FINGERPRINT.lower()},{'ab' * 20}"
    sdk.delete_oidcprovider(models.DeleteOIDCProviderRequest(oidcprovider_name="ci"))
    assert not ims("ListOIDCProviders")["OIDCProviders"]["OIDCProvider"]
