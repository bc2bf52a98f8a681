"""Identity providers in a browser."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from tests.console.personas import ADMINISTRATOR, EXPIRED, NOBODY, READER, Personas
from tests.federation.saml import encoded, key_pair, metadata

if TYPE_CHECKING:
    from tests.console.pages import Visits
    from tests.console.running import Console

IMS = "2019-08-15"
THUMBPRINT = hashlib.sha1(b"a certificate").hexdigest()  # noqa: S324 (the form that thumbprints have)


def file(document: bytes) -> FilePayload:
    return {"name": "metadata.xml", "mimeType": "application/xml", "buffer": document}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_saml_provider_is_registered_changed_and_deleted(
    visits: Visits, console: Console, personas: Personas, scripts: bool
) -> None:
    first, second = metadata(), metadata(key_pair("another")[1])
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), scripts=scripts)
    visits.expect(page, 400)
    page.goto("/identity-providers")
    page.get_by_role("link", name="Create Identity Provider").click()
    page.get_by_label("Name", exact=True).fill("corp")
    page.get_by_label("Description").fill("The company's directory")
    page.get_by_label("Metadata file").set_input_files(file(b"<no/>"))
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("alert")).to_contain_text("EncodedSAMLMetadataDocument")
    expect(page.get_by_label("Name", exact=True)).to_have_value("corp")
    page.get_by_label("Metadata file").set_input_files(file(first))
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Identity provider corp is created.")).to_be_visible()
    expect(page.get_by_text("idp.example.com/saml").first).to_be_visible()
    page.get_by_label("Or paste the metadata").fill(second.decode())
    page.get_by_label("Signature Algorithm").select_option("rsa-sha1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The identity provider is changed.")).to_be_visible()
    shown = console.client().call(IMS, "GetSAMLProvider", {"SAMLProviderName": "corp"}).json()["SAMLProvider"]
    assert shown["EncodedSAMLMetadataDocument"] == encoded(second)
    assert shown["AuthnSignAlgo"] == "rsa-sha1"
    assert shown["Description"] == "The company's directory"
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type the name to delete it").fill("corp")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Identity provider corp is deleted.")).to_be_visible()
    gone = console.client().call(IMS, "GetSAMLProvider", {"SAMLProviderName": "corp"})
    assert gone.code == "EntityNotExist.SAMLProvider"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_oidc_provider_is_registered_changed_and_deleted(
    visits: Visits, console: Console, personas: Personas, scripts: bool
) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(ADMINISTRATOR), scripts=scripts)
    visits.expect(page, 400)
    page.goto("/identity-providers?tab=oidc")
    page.get_by_role("link", name="Create Identity Provider").click()
    page.get_by_label("Name", exact=True).fill("ci")
    page.get_by_label("Issuer URL").fill("http://tokens.example.com")
    page.get_by_label("Client IDs").fill("daypass\nbuild, deploy")
    page.get_by_label("Thumbprints").fill(":".join(THUMBPRINT[at : at + 2] for at in range(0, 40, 2)))
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("alert")).to_contain_text("IssuerUrl")
    page.get_by_label("Issuer URL").fill("https://tokens.example.com")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_text("Identity provider ci is created.")).to_be_visible()

    def shown() -> dict[str, str]:
        answer = console.client().call(IMS, "GetOIDCProvider", {"OIDCProviderName": "ci"})
        return dict(answer.json()["OIDCProvider"])

    assert shown()["ClientIds"] == "daypass,build,deploy"
    assert shown()["Fingerprints"] == THUMBPRINT
    page.get_by_role("button", name="Remove build").click()
    expect(page.get_by_role("button", name="Remove build")).to_have_count(0)
    page.get_by_label("New client ID").fill("release")
    page.get_by_role("button", name="Add client ID").click()
    expect(page.get_by_role("button", name="Remove release")).to_be_visible()
    other = THUMBPRINT[::-1]
    page.get_by_label("New thumbprint").fill(other)
    page.get_by_role("button", name="Add thumbprint").click()
    page.get_by_role("button", name=f"Remove {THUMBPRINT}").click()
    expect(page.get_by_role("button", name=f"Remove {THUMBPRINT}")).to_have_count(0)
    page.get_by_label("Oldest token, in hours").fill("24")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Oldest token, in hours")).to_have_value("24")
    assert shown()["ClientIds"] == "daypass,deploy,release"
    assert shown()["Fingerprints"] == other
    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type the name to delete it").fill("ci")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Identity provider ci is deleted.")).to_be_visible()


def test_who_only_reads_and_who_may_nothing(visits: Visits, console: Console, personas: Personas) -> None:
    page = visits.open(console.origin, signed_in=personas.cookies(READER))
    for path in ("/identity-providers", "/identity-providers?tab=oidc"):
        page.goto(path)
        button = page.get_by_role("button", name="Create Identity Provider")
        expect(button).to_have_attribute("aria-disabled", "true")
        visits.check(page)
    page = visits.open(console.origin, signed_in=personas.cookies(NOBODY))
    visits.expect(page, 403)
    page.goto("/identity-providers")
    expect(page.get_by_text("ram:ListSAMLProviders").first).to_be_visible()
    page = visits.open(console.origin, signed_in=personas.cookies(EXPIRED))
    page.goto("/identity-providers")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
