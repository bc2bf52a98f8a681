"""The parameters of operations on identity providers.

Source for forms and lengths: the comments of the official SDK and the page of
CreateOIDCProvider; the error codes are composed as RAM composes its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.federation.metadata import MAX_METADATA, read_encoded_metadata
from daypass.federation.urls import MAX_URL, read_issuer_url
from daypass.names import PROVIDER_NAME
from daypass.service import codes
from daypass.service.params import Choice, Integer, Kind, Parsed, Text

if TYPE_CHECKING:
    from daypass.errors import ErrorCode

DEFAULT_HOURS: Final = 12
DEFAULT_SIGN_ALGO: Final = "rsa-sha1"
MOST_ITEMS: Final = 100

_NAME_CHARS: Final = "letters, digits and any of . _ -, with a letter or digit at both ends"
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*", re.ASCII)
_FINGERPRINT: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommaSeparated(Kind):
    """Several texts with commas between."""

    item: Text

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the errors of an item, under the name of the list."""
        return self._named_item().refusals()

    def read(self, text: str) -> tuple[str, ...]:
        """Read each item."""
        item = self._named_item()
        return tuple(item.read(part.strip()) for part in text.split(","))

    def _named_item(self) -> Text:
        return self.item.named(self.wire)


def _metadata(text: str) -> str:
    read_encoded_metadata(text)
    return text


OIDC_PROVIDER_NAME: Final = Text(
    wire="OIDCProviderName",
    help="Name of the OIDC provider; 1 to 128 characters.",
    most=128,
    pattern=PROVIDER_NAME,
    allowed=_NAME_CHARS,
)
SAML_PROVIDER_NAME: Final = OIDC_PROVIDER_NAME.named(
    "SAMLProviderName", "Name of the SAML provider; 1 to 128 characters."
)
ISSUER_URL: Final = Parsed(
    wire="IssuerUrl",
    help="URL of the issuer, as its tokens carry it: https, without user, query and fragment; "
    f"at most {MAX_URL} characters.",
    parse=read_issuer_url,
    invalid=codes.INVALID_FORMAT.of("IssuerUrl"),
)
CLIENT_ID: Final = Text(
    wire="ClientId",
    help="A client ID: an audience that tokens may have; 1 to 128 characters.",
    most=128,
    pattern=_CLIENT_ID,
    allowed="letters, digits and any of . - _ : /, with a letter or digit first",
)
CLIENT_IDS: Final = CommaSeparated(
    wire="ClientIds",
    help="Client IDs with commas between: the audiences that tokens may have.",
    item=CLIENT_ID,
)
NEW_CLIENT_IDS: Final = CLIENT_IDS.named(
    "ClientIds", "Client IDs with commas between, which take the place of all there are."
)
FINGERPRINT: Final = Text(
    wire="Fingerprint",
    help="SHA-1 or SHA-256 fingerprint of a certificate in the chain of the issuer's server, "
    "in hexadecimal digits without colons.",
    most=128,
    pattern=_FINGERPRINT,
    allowed="letters and digits",
)
FINGERPRINTS: Final = CommaSeparated(
    wire="Fingerprints",
    help="Fingerprints with commas between. Without any, no token of the provider is accepted.",
    item=FINGERPRINT,
)
ISSUANCE_LIMIT_TIME: Final = Integer(
    wire="IssuanceLimitTime",
    help="How long ago a token may have been issued, in hours; 1 to 168, default 12.",
    least=1,
    most=168,
)
NEW_ISSUANCE_LIMIT_TIME: Final = ISSUANCE_LIMIT_TIME.named(
    "IssuanceLimitTime", "How long ago a token may have been issued, in hours; 1 to 168."
)
DESCRIPTION: Final = Text(
    wire="Description", help="What it is for; at most 256 characters.", least=0, most=256
)
NEW_DESCRIPTION: Final = DESCRIPTION.named("NewDescription")
METADATA: Final = Parsed(
    wire="EncodedSAMLMetadataDocument",
    help="The identity provider's SAML metadata in Base64: one IDPSSODescriptor with one or two signing "
    f"certificates; at most {MAX_METADATA} characters.",
    parse=_metadata,
    invalid=codes.INVALID.of("EncodedSAMLMetadataDocument"),
)
NEW_METADATA: Final = METADATA.named(
    "NewEncodedSAMLMetadataDocument", invalid=codes.INVALID.of("NewEncodedSAMLMetadataDocument")
)
AUTHN_SIGN_ALGO: Final = Choice(
    wire="AuthnSignAlgo",
    help=f"What requests to the identity provider are signed with; default {DEFAULT_SIGN_ALGO}.",
    options=("rsa-sha256", DEFAULT_SIGN_ALGO),
)
NEW_AUTHN_SIGN_ALGO: Final = AUTHN_SIGN_ALGO.named(
    "AuthnSignAlgo", "What requests to the identity provider are signed with."
)
MAX_ITEMS: Final = Integer(
    wire="MaxItems", help="The most entries to return; 1 to 100, default 100.", least=1, most=MOST_ITEMS
)
