"""Looking at an issuer before it is registered: its certificates, and whether its keys can be had."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from daypass.federation.discovery import read_configuration, read_keys
from daypass.federation.urls import HttpsUrl, discovery_url
from daypass.issuers.fetch import Terms, fetch, presented
from daypass.issuers.keys import DEADLINE


class Seen(msgspec.Struct, frozen=True):
    """A certificate that a server presented.

    Attributes:
        fingerprint: SHA-1, in hexadecimal digits, as RAM registers it.
        subject: whose it is.
        expires_at: epoch seconds.
    """

    fingerprint: str
    subject: str
    expires_at: int


class Visit(msgspec.Struct, frozen=True):
    """What an issuer presents and publishes.

    Attributes:
        certificates: by host, of the issuer and, if it is another one, of its keys; the server's own first.
        pins: the fingerprints to register, that of the uppermost certificate of each host.
        keys: how many keys sign tokens.
    """

    certificates: dict[str, tuple[Seen, ...]]
    pins: tuple[str, ...]
    keys: int


_NOBODY: Final = "without a name"


def visit(issuer: str, now: int) -> Visit:
    """Fetch what the server would fetch, and note under which certificates.

    Args:
        issuer: its URL.
        now: epoch seconds.

    Raises:
        ApiError: what would keep the server from accepting the issuer's tokens.
    """
    first = discovery_url(issuer)
    certificates = {first.authority: _seen(first, now)}
    where = read_configuration(fetch(first, _terms(certificates, now)), issuer)
    if where.authority not in certificates:
        certificates[where.authority] = _seen(where, now)
    keys = read_keys(fetch(where, _terms(certificates, now)))
    return Visit(certificates, _pins(certificates), len(keys))


def _terms(certificates: dict[str, tuple[Seen, ...]], now: int) -> Terms:
    return Terms(_pins(certificates), now, time.monotonic() + DEADLINE, private=True)


def _pins(certificates: dict[str, tuple[Seen, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain[-1].fingerprint for chain in certificates.values() if chain))


def _seen(url: HttpsUrl, now: int) -> tuple[Seen, ...]:
    served = presented(url, Terms((), now, time.monotonic() + DEADLINE, private=True))
    return tuple(_describe(x509.load_der_x509_certificate(der)) for der in served)


def _describe(certificate: x509.Certificate) -> Seen:
    return Seen(
        certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 (RAM's own form of a name for a certificate)
        certificate.subject.rfc4514_string() or _NOBODY,
        int(certificate.not_valid_after_utc.timestamp()),
    )
