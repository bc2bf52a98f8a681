"""Which certificate chains of an issuer's server are accepted."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from daypass.errors import ApiError
from daypass.federation.chains import check_chain, fingerprints

NOW = int(time.time())
DAY = 86400
HOST = "issuer.example.com"
MISMATCH = "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch"
INVALID = "AuthenticationFail.OIDCToken.HttpsUrlInvalid"

ROOT = trustme.CA()
MIDDLE = ROOT.create_child_ca()
OTHER = trustme.CA()


def der(pem: trustme.Blob) -> bytes:
    return x509.load_pem_x509_certificate(pem.bytes()).public_bytes(Encoding.DER)


def chain(*hosts: str, authority: trustme.CA = MIDDLE, days: int = 30, ago: int = 1) -> list[bytes]:
    """Return a server's chain: its own certificate, the intermediate one, the root."""
    now = datetime.now(UTC)
    leaf = authority.issue_cert(
        *(hosts or (HOST,)), not_before=now - timedelta(days=ago), not_after=now + timedelta(days=days)
    )
    return [*(der(pem) for pem in leaf.cert_chain_pems), der(ROOT.cert_pem)]


def pin(certificate: bytes, length: int = 40) -> str:
    (found,) = (
        one for one in fingerprints(x509.load_der_x509_certificate(certificate)) if len(one) == length
    )
    return found


def refusal(served: list[bytes], *pins: str, host: str = HOST, now: int = NOW) -> str:
    with pytest.raises(ApiError) as refused:
        check_chain(served, pins, host, now)
    return refused.value.code


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("length", [40, 64])
def test_any_certificate_of_the_chain_can_be_the_pinned_one(which: int, length: int) -> None:
    served = chain()
    check_chain(served, [pin(served[which], length)], HOST, NOW)
    check_chain(served, ["00" * 20, pin(served[which], length).upper()], HOST, NOW)


def test_a_chain_without_a_pinned_certificate_is_refused() -> None:
    served = chain()
    assert refusal(served) == MISMATCH
    assert refusal(served, pin(der(OTHER.cert_pem))) == MISMATCH
    assert refusal(served[:1], pin(served[2])) == MISMATCH
    assert refusal([], pin(served[2])) == MISMATCH


def test_showing_the_pinned_certificate_is_not_having_been_issued_by_it() -> None:
    forged = [*chain(authority=OTHER)[:1], der(ROOT.cert_pem)]
    assert refusal(forged, pin(forged[1])) == INVALID
    assert refusal([*chain(authority=OTHER)[:1], *chain()], pin(chain()[2])) == INVALID


def test_a_certificate_for_another_host_is_refused() -> None:
    served = chain()
    assert refusal(served, pin(served[2]), host="example.com") == INVALID
    assert refusal(served, pin(served[0]), host="other.example.com") == INVALID
    wild = chain("*.example.com")
    check_chain(wild, [pin(wild[2])], HOST, NOW)
    assert refusal(wild, pin(wild[2]), host="a.b.example.com") == INVALID


def test_an_address_is_a_host_too() -> None:
    served = chain("127.0.0.1", "::1")
    check_chain(served, [pin(served[2])], "127.0.0.1", NOW)
    check_chain(served, [pin(served[2])], "::1", NOW)
    assert refusal(served, pin(served[2]), host="127.0.0.2") == INVALID


def test_a_certificate_is_valid_for_its_time_only() -> None:
    served = chain(days=2)
    check_chain(served, [pin(served[2])], HOST, NOW + DAY)
    for now in (NOW + 3 * DAY, NOW - 2 * DAY):
        assert refusal(served, pin(served[2]), now=now) == INVALID
        assert refusal(served, pin(served[0]), now=now) == INVALID


def test_a_servers_own_certificate_issues_no_others() -> None:
    leaf = MIDDLE.issue_cert("middle.example.com")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    minted = trustme.CA()
    minted._certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    minted._private_key = key
    minted.parent_cert = None
    served = [*chain(authority=minted)[:1], *(der(pem) for pem in leaf.cert_chain_pems), der(ROOT.cert_pem)]
    assert refusal(served, pin(der(ROOT.cert_pem))) == INVALID


@pytest.mark.parametrize("host", ["a..b", "-", "a_b.example.com", "\u00e9.example.com", "a" * 300, ""])
def test_a_host_that_no_certificate_can_be_for_is_refused(host: str) -> None:
    served = chain()
    assert refusal(served, pin(served[0]), host=host) == INVALID


def test_what_is_no_certificate_is_refused() -> None:
    assert refusal([b"nothing"], "00" * 20) == INVALID
