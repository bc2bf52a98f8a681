"""A local certificate authority, and the certificate of a server under it.

The authority is held to the names it was made for (RFC 5280, name constraints): whoever
gets hold of its key cannot pass for anybody else to clients that trust it.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from daypass.secret import Secret
from daypass.server.tls import CertificateError

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""The names of every certificate."""

OFFICIAL: Final = (
    "sts.aliyuncs.com",
    "sts.cn-shanghai.aliyuncs.com",
    "ram.aliyuncs.com",
    "ims.aliyuncs.com",
    "resourcemanager.aliyuncs.com",
    "iot.cn-shanghai.aliyuncs.com",
)
"""Where clients look for these services if nobody tells them another endpoint."""

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""The longest that browsers accept of a public certificate."""

_EARLIER: Final = dt.timedelta(hours=1)
"""Clocks of other machines may be behind."""
_DNS: Final = re.compile(
    r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_DNS_LENGTH: Final = 253


class Pair(msgspec.Struct, frozen=True):
    """A certificate and its private key, both PEM."""

    certificate: str
    key: Secret


def make_authority(names: Iterable[str], *, now: int) -> Pair:
    """Make an authority that can vouch for these names only.

    Args:
        names: host names, which may start ``*.``, and addresses.
        now: epoch seconds.

    Raises:
        CertificateError: one of the names is neither.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "daypass"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"daypass local CA {x509.random_serial_number():x}"[:25]),
        ]
    )
    usage = _usage(digital_signature=False, signing=True)
    builder = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([_permitted(name) for name in names], None), critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def certify(authority: Pair, names: Iterable[str], *, now: int) -> Pair:
    """Make a server's certificate, signed by an authority.

    Args:
        authority: as :func:`make_authority` made it.
        names: the authority has to be made for them.
        now: epoch seconds.

    Raises:
        CertificateError: one of the names is neither host name nor address, or the authority is none.
    """
    issuer, issuer_key = _opened(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    found = [_general_name(name) for name in names]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "daypass")])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(subject, issuer.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, signing=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(found), critical=False)
        .add_extension(identifier, critical=False)
    )
    return _pair(builder.sign(issuer_key, hashes.SHA256()), key)


def names_of(certificate: str) -> list[str]:
    """Return the names that a server's certificate is for.

    Raises:
        CertificateError: it is none.
    """
    try:
        parsed = x509.load_pem_x509_certificate(certificate.encode())
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        raise CertificateError("the server's certificate cannot be read") from None
    return [str(name.value) for name in names]


def _opened(pair: Pair) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
        key = serialization.load_pem_private_key(pair.key.reveal().encode(), None)
    except (ValueError, TypeError):
        raise CertificateError("the certificate authority cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise CertificateError("the certificate authority and its key do not belong together")
    return certificate, key


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: int, days: int
) -> x509.CertificateBuilder:
    begin = dt.datetime.fromtimestamp(now, dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _EARLIER)
        .not_valid_after(begin + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, digital_signature: bool, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=signing,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(certificate.public_bytes(serialization.Encoding.PEM).decode(), Secret(private.decode()))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        lower = name.lower()
    if len(lower) > _DNS_LENGTH or not _DNS.fullmatch(lower) or lower.rpartition(".")[2].isdigit():
        raise CertificateError(f"{name} is neither a host name nor an address")
    return x509.DNSName(lower)


def _permitted(name: str) -> x509.GeneralName:
    """Return what an authority may vouch for so that the name is among it."""
    found = _general_name(name)
    if isinstance(found, x509.IPAddress):
        return x509.IPAddress(ipaddress.ip_network(found.value))
    return x509.DNSName(found.value.removeprefix("*."))
