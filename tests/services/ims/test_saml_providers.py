"""SAML providers over the wire: made, shown, changed, listed, deleted, and guarded."""

from __future__ import annotations

import pytest
from alibabacloud_ims20190815 import models
from alibabacloud_ims20190815.client import Client as Sdk
from alibabacloud_tea_openapi.models import Config

from tests.federation import saml
from tests.services.ims.calls import Ims
from tests.world import allow, document

METADATA = saml.encoded(saml.metadata())
OTHER = saml.encoded(saml.metadata(saml.key_pair("other")[1], entity_id="https://other.example.com"))


def create(ims: Ims, name: str = "idp", **more: str) -> None:
    ims("CreateSAMLProvider", SAMLProviderName=name, **{"EncodedSAMLMetadataDocument": METADATA, **more})


def test_a_provider_is_shown_as_it_was_made_with_its_metadata(ims: Ims) -> None:
    made = ims(
        "CreateSAMLProvider",
        SAMLProviderName="Okta",
        EncodedSAMLMetadataDocument=METADATA,
        AuthnSignAlgo="rsa-sha256",
        Description="Staff",
    )["SAMLProvider"]
    shown = ims("GetSAMLProvider", SAMLProviderName="okta")["SAMLProvider"]
    assert shown == {**made, "EncodedSAMLMetadataDocument": METADATA}
    assert made["Arn"] == f"acs:ram::{ims.id}:saml-provider/Okta"
    assert (made["AuthnSignAlgo"], made["Description"]) == ("rsa-sha256", "Staff")


def test_names_are_unique_ignoring_case(ims: Ims) -> None:
    create(ims)
    ims.refused(
        "CreateSAMLProvider",
        "EntityAlreadyExists.SAMLProvider",
        SAMLProviderName="IDP",
        EncodedSAMLMetadataDocument=METADATA,
    )


def test_an_update_leaves_what_it_does_not_name(ims: Ims) -> None:
    create(ims, Description="before")
    ims("UpdateSAMLProvider", SAMLProviderName="idp", NewEncodedSAMLMetadataDocument=OTHER)
    ims("UpdateSAMLProvider", SAMLProviderName="idp", AuthnSignAlgo="rsa-sha256")
    shown = ims("GetSAMLProvider", SAMLProviderName="idp")["SAMLProvider"]
    assert shown["EncodedSAMLMetadataDocument"] == OTHER
    assert (shown["AuthnSignAlgo"], shown["Description"]) == ("rsa-sha256", "before")
    changed = ims("UpdateSAMLProvider", SAMLProviderName="idp", NewDescription="")["SAMLProvider"]
    assert "Description" not in changed


def _rsa_1024() -> bytes:
    return saml.metadata(saml.key_pair("weak", bits=1024)[1])


UNUSABLE = {
    "not Base64": "%%%",
    "not XML": saml.encoded(b"certainly not"),
    "no identity provider": saml.encoded(b"<a/>"),
    "two identity providers": saml.encoded(saml.metadata(descriptors=2)),
    "three certificates": saml.encoded(saml.metadata(*(saml.key_pair(name)[1] for name in ("a", "b", "c")))),
    "a certificate that is none": saml.encoded(
        saml.metadata().replace(b"<ds:X509Certificate>M", b"<ds:X509Certificate>A")
    ),
    "a weak key": saml.encoded(_rsa_1024()),
    "no entity id": saml.encoded(saml.metadata(entity_id="")),
    "entities": saml.encoded(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + saml.metadata(entity_id="&#38;x;")
    ),
    "too large": saml.encoded(saml.metadata() + b"<!--" + b"x" * 100_000 + b"-->"),
    "empty": "",
}


@pytest.mark.parametrize("document", UNUSABLE.values(), ids=UNUSABLE)
def test_metadata_that_cannot_be_used_is_refused_when_it_is_given(ims: Ims, document: str) -> None:
    ims.refused(
        "CreateSAMLProvider",
        "InvalidParameter.EncodedSAMLMetadataDocument",
        SAMLProviderName="idp",
        EncodedSAMLMetadataDocument=document,
    )
    create(ims)
    ims.refused(
        "UpdateSAMLProvider",
        "InvalidParameter.NewEncodedSAMLMetadataDocument",
        SAMLProviderName="idp",
        NewEncodedSAMLMetadataDocument=document,
    )
    shown = ims("GetSAMLProvider", SAMLProviderName="idp")["SAMLProvider"]
    assert shown["EncodedSAMLMetadataDocument"] == METADATA


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("InvalidParameter.SAMLProviderName.InvalidChars", {"SAMLProviderName": "a b"}),
        ("InvalidParameter.SAMLProviderName.Length", {"SAMLProviderName": "c" * 129}),
        ("InvalidParameter.AuthnSignAlgo", {"AuthnSignAlgo": "rsa-md5"}),
        ("InvalidParameter.Description.Length", {"Description": "d" * 257}),
    ],
)
def test_what_is_wrongly_formed_is_told_by_name(ims: Ims, code: str, wrong: dict[str, str]) -> None:
    right = {"SAMLProviderName": "idp", "EncodedSAMLMetadataDocument": METADATA}
    ims.refused("CreateSAMLProvider", code, **{**right, **wrong})


def test_a_deleted_provider_is_gone(ims: Ims) -> None:
    create(ims)
    ims("DeleteSAMLProvider", SAMLProviderName="idp")
    for action in ("GetSAMLProvider", "DeleteSAMLProvider", "UpdateSAMLProvider"):
        ims.refused(action, "EntityNotExist.SAMLProvider", SAMLProviderName="idp")


def test_the_list_goes_on_where_its_marker_says_and_shows_no_metadata(ims: Ims) -> None:
    for name in ("b", "A", "c"):
        create(ims, name)
    first = ims("ListSAMLProviders", MaxItems="2")
    rest = ims("ListSAMLProviders", MaxItems="2", Marker=first["Marker"])
    listed = [*first["SAMLProviders"]["SAMLProvider"], *rest["SAMLProviders"]["SAMLProvider"]]
    assert [one["SAMLProviderName"] for one in listed] == ["A", "b", "c"]
    assert set(listed[0]) == {"Arn", "SAMLProviderName", "CreateDate", "UpdateDate"}
    ims.refused("ListSAMLProviders", "InvalidParameter.Marker", Marker="x")


def test_a_policy_can_be_about_one_provider(ims: Ims) -> None:
    create(ims)
    create(ims, "other")
    someone = ims.someone("Someone", document(allow("ram:*", "acs:ram:*:*:saml-provider/idp")))
    someone("UpdateSAMLProvider", SAMLProviderName="idp", NewDescription="changed")
    for action in ("GetSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider"):
        someone.refused(action, "NoPermission", SAMLProviderName="other")
    someone.refused(
        "CreateSAMLProvider", "NoPermission", SAMLProviderName="new", EncodedSAMLMetadataDocument=METADATA
    )
    someone.refused("ListSAMLProviders", "NoPermission")


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
    asked = models.CreateSAMLProviderRequest(samlprovider_name="idp", encoded_samlmetadata_document=METADATA)
    assert sdk.create_samlprovider(asked).body.samlprovider.samlprovider_name == "idp"
    shown = sdk.get_samlprovider(models.GetSAMLProviderRequest(samlprovider_name="idp")).body.samlprovider
    assert shown.encoded_samlmetadata_document == METADATA
    listed = sdk.list_samlproviders(models.ListSAMLProvidersRequest()).body.samlproviders
    assert [one.arn for one in listed.samlprovider] == [f"acs:ram::{ims.id}:saml-provider/idp"]
    sdk.delete_samlprovider(models.DeleteSAMLProviderRequest(samlprovider_name="idp"))
    assert not ims("ListSAMLProviders")["SAMLProviders"]["SAMLProvider"]
