"""How RAM users log on through an identity provider of their own. A real server."""

from __future__ import annotations

import pytest

from tests.federation import saml
from tests.services.ims.calls import Ims
from tests.world import allow, document

METADATA = saml.encoded(saml.metadata())
DEFAULT = {"SsoEnabled": False, "SsoLoginWithDomain": True, "AuthnSignAlgo": "rsa-sha1"}


def test_what_was_never_set_is_the_published_default(ims: Ims) -> None:
    assert ims("GetUserSsoSettings")["UserSsoSettings"] == DEFAULT


def test_what_is_set_is_shown_and_what_is_absent_stays(ims: Ims) -> None:
    wanted = {
        "SsoEnabled": True,
        "SsoLoginWithDomain": False,
        "AuthnSignAlgo": "rsa-sha256",
        "MetadataDocument": METADATA,
        "AuxiliaryDomain": "example.com",
    }
    given = {name: str(value) for name, value in wanted.items()}
    assert ims("SetUserSsoSettings", **given)["UserSsoSettings"] == wanted
    ims("SetUserSsoSettings", AuxiliaryDomain="Corp.Example.com")
    ims("SetUserSsoSettings", SsoEnabled="false")
    changed = {**wanted, "SsoEnabled": False, "AuxiliaryDomain": "corp.example.com"}
    assert ims("GetUserSsoSettings")["UserSsoSettings"] == changed
    ims("SetUserSsoSettings", AuxiliaryDomain="")
    assert "AuxiliaryDomain" not in ims("GetUserSsoSettings")["UserSsoSettings"]
    other = Ims(ims.server, ims.server.new_account())
    assert other("GetUserSsoSettings")["UserSsoSettings"] == DEFAULT


def test_it_is_switched_on_only_with_metadata(ims: Ims) -> None:
    ims.refused("SetUserSsoSettings", "MissingParameter.MetadataDocument", SsoEnabled="true")
    assert ims("GetUserSsoSettings")["UserSsoSettings"] == DEFAULT
    ims("SetUserSsoSettings", MetadataDocument=METADATA)
    ims("SetUserSsoSettings", SsoEnabled="true")


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("MetadataDocument", "", "InvalidParameter.MetadataDocument"),
        ("MetadataDocument", "<xml/>", "InvalidParameter.MetadataDocument"),
        ("MetadataDocument", saml.encoded(b"<xml/>"), "InvalidParameter.MetadataDocument"),
        ("AuxiliaryDomain", "no domain", "InvalidParameter.AuxiliaryDomain.Format"),
        ("AuxiliaryDomain", f"{'a' * 61}.com", "InvalidParameter.AuxiliaryDomain.Format"),
        ("AuthnSignAlgo", "rsa-md5", "InvalidParameter.AuthnSignAlgo"),
        ("SsoEnabled", "1", "InvalidParameter.SsoEnabled"),
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(
    ims: Ims, parameter: str, value: str, code: str
) -> None:
    ims.refused("SetUserSsoSettings", code, **{parameter: value})
    assert ims("GetUserSsoSettings")["UserSsoSettings"] == DEFAULT


@pytest.mark.parametrize("action", ["SetUserSsoSettings", "GetUserSsoSettings"])
def test_the_settings_are_for_whoever_a_policy_lets(ims: Ims, action: str) -> None:
    ims.someone("nobody").refused(action, "NoPermission")
    ims.someone("admin", document(allow(f"ram:{action}", f"acs:ram:*:{ims.id}:*")))(action)
