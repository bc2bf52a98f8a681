"""Metadata of SAML identity providers: who they are, and the certificates they sign with.

Source: SAML 2.0 metadata; RAM's limits: one identity provider, at most two signing
certificates.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from daypass.federation import xml

if TYPE_CHECKING:
    from lxml import etree

MAX_METADATA: Final = 100_000
"""Characters of a metadata document, Base64 included."""

MAX_CERTIFICATES: Final = 2
MAX_ENTITY_ID: Final = 1024
LEAST_RSA_BITS: Final = 2048

_SPACE: Final = re.compile(r"\s+", re.ASCII)


class IdentityProvider(msgspec.Struct, frozen=True):
    """What a metadata document says of an identity provider.

    Attributes:
        entity_id: the issuer of its assertions.
        certificates: DER, those it signs with.
    """

    entity_id: str
    certificates: tuple[bytes, ...]


def read_encoded_metadata(encoded: str) -> IdentityProvider:
    """Read a metadata document in Base64.

    Raises:
        ValueError: it is not the metadata of one identity provider with one or two signing certificates.
    """
    if len(encoded) > MAX_METADATA:
        raise ValueError(f"it has more than {MAX_METADATA} characters")
    return read_metadata(decoded(encoded))


def read_metadata(document: bytes) -> IdentityProvider:
    """Read a metadata document.

    Raises:
        ValueError: as for :func:`read_encoded_metadata`.
    """
    root = xml.read(document)
    entities = list(root.iter(f"{{{xml.METADATA}}}EntityDescriptor"))
    described = [
        (entity, descriptor)
        for entity in entities
        for descriptor in entity.findall("md:IDPSSODescriptor", xml.NAMESPACES)
    ]
    if len(described) != 1:
        raise ValueError(f"one IDPSSODescriptor is wanted, not {len(described)}")
    ((entity, descriptor),) = described
    entity_id = entity.get("entityID", "")
    if not 1 <= len(entity_id) <= MAX_ENTITY_ID:
        raise ValueError(f"an entityID of 1 to {MAX_ENTITY_ID} characters is wanted")
    certificates = tuple(dict.fromkeys(_certificates(descriptor)))
    if not 1 <= len(certificates) <= MAX_CERTIFICATES:
        raise ValueError(f"1 to {MAX_CERTIFICATES} signing certificates are wanted, not {len(certificates)}")
    return IdentityProvider(entity_id, certificates)


def _certificates(descriptor: etree._Element) -> list[bytes]:
    found = []
    for key in descriptor.findall("md:KeyDescriptor", xml.NAMESPACES):
        if key.get("use", "signing") == "signing":
            found += [
                _certificate(xml.text_of(element))
                for element in key.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", xml.NAMESPACES)
            ]
    return found


def _certificate(text: str) -> bytes:
    der = decoded(text)
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except Exception:  # noqa: BLE001 (of a stranger's certificate anything may be wrong, and the library says so in many ways)
        raise ValueError("a signing certificate cannot be read") from None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        raise ValueError(f"a signing certificate has an RSA key of less than {LEAST_RSA_BITS} bits")
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return der
    raise ValueError("a signing certificate has a key of another kind than RSA or ECDSA")


def decoded(text: str) -> bytes:
    """Return the bytes of a text in Base64, which may be broken into lines.

    Raises:
        ValueError: it is not in Base64.
    """
    try:
        return base64.b64decode(_SPACE.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not in Base64") from None
