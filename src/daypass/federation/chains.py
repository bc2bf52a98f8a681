"""Certificate chains of issuers: pinned by fingerprint, checked for host and time always.

The certificate whose fingerprint an identity provider registers is the anchor: it takes
the place of the system's list of authorities. It is looked for in the chain that the
server presents, so it may be the root (if the server sends it), an intermediate
authority, or the server's own certificate.

Source: RAM's pages on fingerprints of OIDC identity providers.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import DNSName, IPAddress
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
)

from daypass.federation.errors import FINGERPRINT, ISSUER_URL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cryptography.x509.verification import Policy

MAX_CERTIFICATES: Final = 10
MAX_DEPTH: Final = 8


def fingerprints(certificate: x509.Certificate) -> frozenset[str]:
    """Return a certificate's fingerprints, SHA-1 as RAM documents it, and SHA-256."""
    return frozenset(
        (certificate.fingerprint(hashes.SHA1()).hex(), certificate.fingerprint(hashes.SHA256()).hex())  # noqa: S303 (RAM's own form of a name for a certificate)
    )


def check_chain(chain: Sequence[bytes], pins: Collection[str], host: str, now: int) -> None:
    """Check the certificates that a server presented.

    Args:
        chain: DER, the server's own first.
        pins: fingerprints, one of which must be of a certificate in the chain.
        host: name or address the server was asked for by.
        now: epoch seconds.

    Raises:
        ApiError: ``AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch``; ``.HttpsUrlInvalid``
            when the chain does not lead to the pinned certificate, is not for this host,
            or not valid now.
    """
    try:
        served = [x509.load_der_x509_certificate(der) for der in chain[:MAX_CERTIFICATES]]
    except ValueError:
        raise ISSUER_URL(reason="its certificates cannot be read") from None
    wanted = {pin.lower() for pin in pins}
    anchors = [certificate for certificate in served if not wanted.isdisjoint(fingerprints(certificate))]
    if not anchors:
        raise FINGERPRINT(host=host)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(anchors))
            .time(datetime.fromtimestamp(now, UTC))
            .max_chain_depth(MAX_DEPTH)
            .extension_policies(ca_policy=_AUTHORITY, ee_policy=_SERVER)
            .build_server_verifier(_subject(host))
        )
        verifier.verify(served[0], served[1:])
    except Exception:  # noqa: BLE001 (of a stranger's certificates anything may be wrong, and the library says so in many ways)
        raise ISSUER_URL(
            reason="its certificate is not for this host, not valid now, or not issued by the pinned one"
        ) from None


def _subject(host: str) -> DNSName | IPAddress:
    try:
        return IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return DNSName(host)


def _is_authority(_: Policy, __: x509.Certificate, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("not the certificate of an authority")


def _may_issue(_: Policy, __: x509.Certificate, extension: x509.KeyUsage | None) -> None:
    if extension is not None and not extension.key_cert_sign:
        raise ValueError("the key may not sign certificates")


def _may_serve(_: Policy, __: x509.Certificate, extension: x509.ExtendedKeyUsage | None) -> None:
    uses = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if extension is not None and uses.isdisjoint(extension):
        raise ValueError("the certificate is not for servers")


# Less than the web's authorities ask of themselves: private ones leave out what only those need.
_AUTHORITY: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_issue)
)
_SERVER: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _may_serve)
)
