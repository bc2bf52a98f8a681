"""SAML responses: the one signed assertion in them, and what must hold of it.

Only the assertion is believed, and only as it was signed: it is read from the very bytes
that the signature covers. The response around it counts for nothing but its status.

Source: RAM's page on SAML assertions for role-based SSO; SAML 2.0 core and its web
browser profile for the rest.
"""

from __future__ import annotations

import contextlib
import functools
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from daypass.federation import xml
from daypass.federation.errors import ASSERTION_EXPIRED, ASSERTION_INVALID, METADATA_INVALID
from daypass.federation.metadata import decoded
from daypass.names import ProviderArn, RoleArn

if TYPE_CHECKING:
    from daypass.federation.metadata import IdentityProvider

MAX_RESPONSE: Final = 100_000
"""Characters of a response, Base64 included. Source: the comments of the official SDK."""

LEEWAY: Final = 60
"""Seconds that an identity provider's clock may be ahead of ours."""

RECIPIENTS: Final = (
    "https://signin.aliyun.com/saml-role/sso",
    "https://signin.alibabacloud.com/saml-role/sso",
)
AUDIENCES: Final = ("urn:alibaba:cloudcomputing", "urn:alibaba:cloudcomputing:international")

ROLE: Final = "https://www.aliyun.com/SAML-Role/Attributes/Role"
ROLE_SESSION_NAME: Final = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName"

_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?Z", re.ASCII
)
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}", re.ASCII)
_SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_FORMATS: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_UNSPECIFIED: Final = "unspecified"

_METHODS: Final = frozenset(
    (
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    )
)
_DIGESTS: Final = frozenset((DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512))


class Assertion(msgspec.Struct, frozen=True):
    """What an identity provider vouches for.

    Attributes:
        id: the assertion's own.
        issuer: the identity provider's entity id.
        subject: the name identifier.
        subject_type: its format, without the prefix that formats of SAML 2.0 share.
        recipient: as the assertion spells it.
        recipient_key: as RAM documents it, which is what trust policies compare.
        session_name: what the session is to be called; of any form.
        pairs: the roles that may be assumed, each with the identity provider that vouches.
        expires_at: the first second it is no longer valid.
    """

    id: str
    issuer: str
    subject: str
    subject_type: str
    recipient: str
    recipient_key: str
    session_name: str
    pairs: frozenset[tuple[RoleArn, ProviderArn]]
    expires_at: int


def read_response(encoded: str, provider: IdentityProvider, now: int) -> Assertion:
    """Read the assertion that a SAML response carries, and check all that can be without knowing roles.

    Args:
        encoded: the response in Base64.
        provider: that must have signed the assertion.
        now: epoch seconds.

    Raises:
        ApiError: ``AuthenticationFail.SAMLAssertion.Invalid``, ``.Expired``;
            ``AuthenticationFail.IDPMetadata.Invalid`` when no certificate of the provider is valid now.
    """
    if len(encoded) > MAX_RESPONSE:
        raise ASSERTION_INVALID(reason=f"it has more than {MAX_RESPONSE} characters")
    try:
        claimed = _only_assertion(xml.read(decoded(encoded)))
        signed = _as_signed(claimed, provider, now)
        return _Reader(signed, now).assertion(provider)
    except ValueError as wrong:
        raise ASSERTION_INVALID(reason=str(wrong)) from None


def _only_assertion(response: etree._Element) -> etree._Element:
    """Return the one assertion of a response, which is nowhere but directly in it."""
    if response.tag != f"{{{xml.PROTOCOL}}}Response":
        raise ValueError("it is not a SAML response")
    codes = response.findall("samlp:Status/samlp:StatusCode", xml.NAMESPACES)
    if [code.get("Value") for code in codes] != [_SUCCESS]:
        raise ValueError("the response does not tell of success")
    everywhere = list(response.iter(f"{{{xml.ASSERTION}}}Assertion"))
    if len(everywhere) != 1 or everywhere[0].getparent() is not response:
        raise ValueError("the response has to hold exactly one assertion, in the clear")
    ids = [value for element in response.iter() for name, value in element.items() if name.lower() == "id"]
    if len(ids) != len(set(ids)):
        raise ValueError("two of its elements have the same ID")
    return everywhere[0]


def _as_signed(claimed: etree._Element, provider: IdentityProvider, now: int) -> etree._Element:
    """Return the assertion as its own signature covers it."""
    identifier = claimed.get("ID", "")
    if not _ID.fullmatch(identifier):
        raise ValueError("the assertion has no ID")
    signatures = claimed.findall("ds:Signature", xml.NAMESPACES)
    if len(signatures) != 1:
        raise ValueError("the assertion has to be signed itself, once")
    references = signatures[0].findall("ds:SignedInfo/ds:Reference", xml.NAMESPACES)
    if [reference.get("URI") for reference in references] != [f"#{identifier}"]:
        raise ValueError("its signature has to cover the assertion and nothing else")
    for certificate in _valid(provider, now):
        signed = _verified(claimed, certificate, now)
        if signed is not None and (signed.tag, signed.get("ID")) == (claimed.tag, identifier):
            return signed
    raise ValueError("its signature is not one of the identity provider's")


def _valid(provider: IdentityProvider, now: int) -> list[x509.Certificate]:
    moment = datetime.fromtimestamp(now, UTC)
    certificates = [x509.load_der_x509_certificate(der) for der in provider.certificates]
    valid = [
        certificate
        for certificate in certificates
        if certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    ]
    if not valid:
        raise METADATA_INVALID(reason="none of its certificates is valid now")
    return valid


def _verified(claimed: etree._Element, certificate: x509.Certificate, now: int) -> etree._Element | None:
    configuration = SignatureConfiguration(
        location="./",
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        ignore_ambiguous_key_info=True,  # the key is the registered one, whatever stands beside the signature
        verification_time=datetime.fromtimestamp(now, UTC),
    )
    try:
        verified = XMLVerifier().verify(
            claimed,
            x509_cert=certificate,
            parser=xml.parser(),
            id_attribute="ID",
            expect_config=configuration,
        )
    except Exception:  # noqa: BLE001 (of a stranger's signature anything may be wrong, and the libraries say so in many ways)
        return None
    return None if isinstance(verified, list) else verified.signed_xml


class _Reader:
    """Reads a signed assertion. What it refuses it tells by ``ValueError``."""

    def __init__(self, signed: etree._Element, now: int) -> None:
        self._signed: Final = signed
        self._now: Final = now
        self._ends: Final[list[int]] = []

    def assertion(self, provider: IdentityProvider) -> Assertion:
        """Read everything."""
        issuer = self._one(self._signed, "saml:Issuer")
        if xml.text_of(issuer) != provider.entity_id or issuer.get("Format", _ENTITY) != _ENTITY:
            raise ValueError("its issuer is not the identity provider")
        subject = self._one(self._signed, "saml:Subject")
        name = self._one(subject, "saml:NameID")
        if not xml.text_of(name):
            raise ValueError("its NameID is empty")
        recipient = self._confirmation(self._one(subject, "saml:SubjectConfirmation"))
        self._conditions(self._one(self._signed, "saml:Conditions"))
        self._statements()
        return Assertion(
            id=self._signed.get("ID", ""),
            issuer=provider.entity_id,
            subject=xml.text_of(name),
            subject_type=name.get("Format", _UNSPECIFIED).removeprefix(_FORMATS),
            recipient=recipient,
            recipient_key=recipient.lower(),
            session_name=self._session_name(),
            pairs=_pairs(self._values(ROLE)),
            expires_at=min(self._ends),
        )

    def _one(self, parent: etree._Element, path: str) -> etree._Element:
        found = parent.findall(path, xml.NAMESPACES)
        if len(found) != 1:
            raise ValueError(f"it has to have one {path.partition(':')[2]}, not {len(found)}")
        return found[0]

    def _confirmation(self, confirmation: etree._Element) -> str:
        if confirmation.get("Method") != _BEARER:
            raise ValueError("its SubjectConfirmation is not one of a bearer")
        confirmed = self._one(confirmation, "saml:SubjectConfirmationData")
        recipient = confirmed.get("Recipient", "")
        if recipient.lower() not in RECIPIENTS:
            raise ValueError(f"its Recipient is not {' or '.join(RECIPIENTS)}")
        if confirmed.get("NotOnOrAfter") is None:
            raise ValueError("its SubjectConfirmationData has no NotOnOrAfter")
        self._period(confirmed)
        return recipient

    def _conditions(self, conditions: etree._Element) -> None:
        self._period(conditions)
        known = {
            f"{{{xml.ASSERTION}}}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
        }
        if any(child.tag not in known for child in conditions):
            raise ValueError("it has a condition that is not known")
        restrictions = conditions.findall("saml:AudienceRestriction", xml.NAMESPACES)
        for restriction in restrictions:
            named = [
                xml.text_of(audience) for audience in restriction.findall("saml:Audience", xml.NAMESPACES)
            ]
            if not set(named) & set(AUDIENCES):
                raise ValueError(f"its Audience is not {' or '.join(AUDIENCES)}")
        if not restrictions:
            raise ValueError("it has no AudienceRestriction")

    def _statements(self) -> None:
        for statement in self._signed.findall("saml:AuthnStatement", xml.NAMESPACES):
            self._end(statement.get("SessionNotOnOrAfter"))

    def _period(self, element: etree._Element) -> None:
        begin = element.get("NotBefore")
        if begin is not None and _moment(begin) > self._now + LEEWAY:
            raise ValueError("it is not valid yet")
        self._end(element.get("NotOnOrAfter"))

    def _end(self, text: str | None) -> None:
        if text is None:
            return
        self._ends.append(_moment(text))
        if self._now >= self._ends[-1]:
            raise ASSERTION_EXPIRED()

    def _values(self, name: str) -> list[str]:
        """Return the values of an attribute. Some identity providers repeat it for each value."""
        path = "saml:AttributeStatement/saml:Attribute"
        named = [each for each in self._signed.findall(path, xml.NAMESPACES) if each.get("Name") == name]
        values = [
            xml.text_of(value)
            for each in named
            for value in each.findall("saml:AttributeValue", xml.NAMESPACES)
        ]
        if not values:
            raise ValueError(f"it has no attribute {name} with a value")
        return values

    def _session_name(self) -> str:
        values = self._values(ROLE_SESSION_NAME)
        if len(values) != 1:
            raise ValueError("its RoleSessionName has more than one value")
        return values[0]


def _pairs(values: list[str]) -> frozenset[tuple[RoleArn, ProviderArn]]:
    """Read values that hold a role's ARN, a comma, and an identity provider's; others give none."""
    pairs = set()
    for value in values:
        role, _, provider = value.partition(",")
        with contextlib.suppress(ValueError):
            pairs.add(
                (RoleArn.parse(role.strip()).folded, ProviderArn.parse("saml", provider.strip()).folded)
            )
    return frozenset(pairs)


@functools.lru_cache(maxsize=64)
def _moment(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("one of its times is not in the form 2015-01-23T12:33:18Z")
    return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
