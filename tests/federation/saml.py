"""A SAML identity provider whose every part a test can bend: it signs whatever it is told to."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from daypass.federation.xml import ASSERTION, METADATA, NAMESPACES, PROTOCOL, SIGNATURE

ENTITY_ID = "https://idp.example.com/saml"
RECIPIENT = "https://signin.aliyun.com/saml-role/sso"
AUDIENCE = "urn:alibaba:cloudcomputing"
ROLE = "https://www.aliyun.com/SAML-Role/Attributes/Role"
ROLE_SESSION_NAME = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName"

Bend = Callable[[etree._Element], None]


@functools.cache
def key_pair(name: str, *, years: int = 10, bits: int = 2048) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Return a key and its own certificate; one of a name is always the same one."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) - timedelta(days=3650)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3650 + 365 * years))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def metadata(*certificates: x509.Certificate, entity_id: str = ENTITY_ID, descriptors: int = 1) -> bytes:
    """Return a metadata document."""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{SIGNATURE}">'
        "<ds:X509Data><ds:X509Certificate>"
        f"{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for certificate in certificates or (key_pair("idp")[1],)
    )
    descriptor = (
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{keys}'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
        'Location="https://idp.example.com/sso"/></md:IDPSSODescriptor>'
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID="{entity_id}">'
        f"{descriptor * descriptors}</md:EntityDescriptor>"
    ).encode()


def encoded(document: bytes) -> str:
    """Return a document as it is sent."""
    return base64.b64encode(document).decode()


def moment(seconds: int) -> str:
    """Return epoch seconds as SAML writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def assertion(now: int, pairs: list[str], **changes: Any) -> etree._Element:
    """Return an assertion that is right in everything but the changes, unsigned."""
    facts = {
        "id": "_a1",
        "issuer": ENTITY_ID,
        "name": "alice@example.com",
        "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "recipient": RECIPIENT,
        "audience": AUDIENCE,
        "begins": now - 10,
        "ends": now + 300,
        "session": "alice",
        **changes,
    }
    values = "".join(f"<saml:AttributeValue>{pair}</saml:AttributeValue>" for pair in pairs)
    text = f"""
<saml:Assertion xmlns:saml="{ASSERTION}" ID="{facts["id"]}" Version="2.0" IssueInstant="{moment(now)}">
<saml:Issuer>{facts["issuer"]}</saml:Issuer>
<saml:Subject><saml:NameID Format="{facts["format"]}">{facts["name"]}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{moment(facts["ends"])}" Recipient="{facts["recipient"]}"/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{moment(facts["begins"])}" NotOnOrAfter="{moment(facts["ends"])}">
<saml:AudienceRestriction><saml:Audience>{facts["audience"]}</saml:Audience></saml:AudienceRestriction>
</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{moment(now)}"/>
<saml:AttributeStatement>
<saml:Attribute Name="{ROLE}">{values}</saml:Attribute>
<saml:Attribute Name="{ROLE_SESSION_NAME}">
<saml:AttributeValue>{facts["session"]}</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion>"""
    return etree.fromstring(text)


def signed(
    element: etree._Element,
    *,
    by: str = "idp",
    method: SignatureMethod = SignatureMethod.RSA_SHA256,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    c14n: CanonicalizationMethod = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
) -> etree._Element:
    """Return the element with a signature over all of it, after its issuer if it has one."""
    key, certificate = key_pair(by)
    placeholder = etree.Element(f"{{{SIGNATURE}}}Signature", {"Id": "placeholder"}, {"ds": SIGNATURE})
    issuer = element.find("saml:Issuer", NAMESPACES)
    if issuer is not None:
        issuer.addnext(placeholder)
    else:
        element.insert(0, placeholder)
    signer = _Signer(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=c14n)
    return signer.sign(
        element, key=key, cert=[certificate], reference_uri=element.get("ID"), id_attribute="ID"
    )


class _Signer(XMLSigner):
    """Signs with old algorithms too, for tests that they are refused."""

    def check_deprecated_methods(self) -> None:
        """Allow all."""


def response(*content: etree._Element, status: str = "Success", identifier: str = "_r1") -> etree._Element:
    """Return a response around what it is to hold."""
    root = etree.fromstring(
        f'<samlp:Response xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="{identifier}" Version="2.0">'
        f"<saml:Issuer>{ENTITY_ID}</saml:Issuer>"
        f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/>'
        "</samlp:Status>"
        "</samlp:Response>"
    )
    root.extend(content)
    return root


def sent(root: etree._Element) -> str:
    """Return a response as it is sent."""
    return encoded(etree.tostring(root))
