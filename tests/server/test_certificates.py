"""Certificates, judged by a TLS client: both ends of a handshake, in memory."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import pytest

from daypass.secret import Secret
from daypass.server.certificates import (
    AUTHORITY_DAYS,
    LOOPBACK,
    OFFICIAL,
    SERVER_DAYS,
    Pair,
    certify,
    make_authority,
    names_of,
)
from daypass.server.tls import CertificateError, server_context

DAY = 86400
NOW = int(time.time())


def handshake(folder: Path, authority: Pair, server: Pair, name: str) -> str:
    """Return the TLS version that a strict client settles on with a server.

    Raises:
        SSLCertVerificationError: it does not trust the server by that name.
    """
    certificate, key = folder / "server.pem", folder / "key.pem"
    certificate.write_text(server.certificate)
    key.write_text(server.key.reveal())
    trusting = ssl.create_default_context(cadata=authority.certificate)
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    there = server_context(certificate, key).wrap_bio(to_server, to_client, server_side=True)
    for end in (here, there) * 3:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return str(here.version())


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (LOOPBACK, "localhost"),
        (LOOPBACK, "127.0.0.1"),
        (LOOPBACK, "::1"),
        (("Box.Example.test",), "box.example.test"),
        (("*.log.test",), "my-project.log.test"),
        (("[fd00::1]",), "fd00::1"),
        *((OFFICIAL, name) for name in OFFICIAL),
    ],
)
def test_a_client_that_trusts_the_authority_trusts_the_server_by_its_names(
    tmp_path: Path, names: tuple[str, ...], asked: str
) -> None:
    authority = make_authority(names, now=NOW)
    assert handshake(tmp_path, authority, certify(authority, names, now=NOW), asked) == "TLSv1.3"


def test_a_server_speaks_nothing_older_than_tls_1_2(tmp_path: Path) -> None:
    authority = make_authority(LOOPBACK, now=NOW)
    handshake(tmp_path, authority, certify(authority, LOOPBACK, now=NOW), "localhost")
    context = server_context(tmp_path / "server.pem", tmp_path / "key.pem")
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("asked", ["example.test", "localhost.test", "127.0.0.2", "log.test", "a.b.log.test"])
def test_a_server_is_trusted_by_no_other_name(tmp_path: Path, asked: str) -> None:
    names = (*LOOPBACK, "*.log.test")
    authority = make_authority(names, now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(tmp_path, authority, certify(authority, names, now=NOW), asked)


@pytest.mark.parametrize("other", ["bank.example", "sts.aliyuncs.com", "127.0.0.2", "::2"])
def test_an_authority_cannot_vouch_for_names_it_was_not_made_for(tmp_path: Path, other: str) -> None:
    authority = make_authority(LOOPBACK, now=NOW)
    forged = certify(authority, (*LOOPBACK, other), now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(tmp_path, authority, forged, other)


def test_another_authority_of_the_same_kind_is_not_trusted(tmp_path: Path) -> None:
    ours, theirs = (make_authority(LOOPBACK, now=NOW) for _ in range(2))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, ours, certify(theirs, LOOPBACK, now=NOW), "localhost")


def test_a_server_cannot_be_an_authority(tmp_path: Path) -> None:
    authority = make_authority(LOOPBACK, now=NOW)
    server = certify(authority, LOOPBACK, now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, server, certify(server, LOOPBACK, now=NOW), "localhost")


@pytest.mark.parametrize(
    ("authority_age", "server_age", "wrong"),
    [
        (0, SERVER_DAYS * DAY - 60, None),
        (0, SERVER_DAYS * DAY + 60, "expired"),
        (AUTHORITY_DAYS * DAY - 60, 0, None),
        (AUTHORITY_DAYS * DAY + 60, 0, "expired"),
        (-3500, -3500, None),
        (-3700, 0, "not yet valid"),
        (0, -3700, "not yet valid"),
    ],
)
def test_a_certificate_is_trusted_in_its_time_and_by_clocks_that_are_an_hour_behind(
    tmp_path: Path, authority_age: int, server_age: int, wrong: str | None
) -> None:
    now = int(time.time())  # not NOW: other tests may have taken minutes since
    authority = make_authority(LOOPBACK, now=now - authority_age)
    server = certify(authority, LOOPBACK, now=now - server_age)
    if wrong is None:
        assert handshake(tmp_path, authority, server, "localhost")
        return
    with pytest.raises(ssl.SSLCertVerificationError, match=wrong):
        handshake(tmp_path, authority, server, "localhost")


@pytest.mark.parametrize(
    "name",
    ["", "a b", "under score.test", "-a.test", "a-.test", "a..test", "*", "a.*.test", "1.2.3", "a" * 64],
)
def test_what_is_neither_a_host_name_nor_an_address_is_refused(name: str) -> None:
    with pytest.raises(CertificateError, match="neither a host name nor an address"):
        make_authority([name], now=NOW)


def test_the_names_of_a_certificate_can_be_read_again() -> None:
    names = ["localhost", "127.0.0.1", "::1", "*.log.test"]
    server = certify(make_authority(names, now=NOW), names, now=NOW)
    assert names_of(server.certificate) == names


def test_what_is_no_authority_is_refused() -> None:
    one, other = (make_authority(LOOPBACK, now=NOW) for _ in range(2))
    with pytest.raises(CertificateError, match="do not belong together"):
        certify(Pair(one.certificate, other.key), LOOPBACK, now=NOW)
    with pytest.raises(CertificateError, match="cannot be read"):
        certify(Pair("nothing", Secret("nothing")), LOOPBACK, now=NOW)
    with pytest.raises(CertificateError, match="cannot be read"):
        names_of(one.certificate)


def test_a_pair_does_not_show_its_key() -> None:
    authority = make_authority(LOOPBACK, now=NOW)
    assert "PRIVATE KEY" in authority.key.reveal()
    assert "PRIVATE KEY" not in repr(authority)
