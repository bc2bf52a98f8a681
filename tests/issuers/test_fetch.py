"""Fetching from strangers: what is accepted, and that everything else ends, soon and with a reason."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator

import pytest
import trustme

from daypass.errors import ApiError
from daypass.federation.urls import HttpsUrl
from daypass.issuers.addresses import addresses_of, is_public
from daypass.issuers.fetch import MAX_BODY, Terms, fetch
from tests.issuers.site import (
    PIN,
    Behaviour,
    Site,
    answered,
    dripping,
    flooding,
    hanging,
    pin_of,
    sending,
    streaming,
)

URL = "AuthenticationFail.OIDCToken.HttpsUrlInvalid"
MISMATCH = "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.routes["/a"] = b'{"a": 1}'
        yield site


def terms(*pins: str, seconds: float = 5.0, private: bool = True, later: int = 0) -> Terms:
    now = int(time.time()) + later
    return Terms(pins or (PIN,), now, time.monotonic() + seconds, private)


def got(site: Site, path: str = "/a", wanted: Terms | None = None) -> bytes:
    return fetch(HttpsUrl.parse(site.url + path), wanted or terms())


def refusal(site: Site, path: str = "/a", wanted: Terms | None = None) -> ApiError:
    with pytest.raises(ApiError) as refused:
        got(site, path, wanted)
    assert refused.value.status == 401
    return refused.value


def test_a_document_comes_as_it_is(site: Site) -> None:
    assert got(site) == b'{"a": 1}'
    site.routes["/b?c=d"] = b"e"
    assert got(site, "/b?c=d") == b"e"


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", b"0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"o", b"k"),
        (b"HTTP/1.0 200 OK\r\nContent-", b"Length: 2\r\n\r\nok"),
        (answered(gzip.compress(b"ok"), "Content-Encoding: gzip"),),
        (answered(b"ok", "Content-Encoding: identity"),),
    ],
    ids=["in chunks", "until the end", "after as much as told", "packed", "packed as nothing"],
)
def test_every_way_to_end_a_document_is_understood(site: Site, parts: tuple[bytes, ...]) -> None:
    site.routes["/a"] = sending(*parts)
    assert got(site) == b"ok"


def test_a_server_without_the_pinned_certificate_is_told_nothing(site: Site) -> None:
    assert refusal(site, wanted=terms("ab" * 20)).code == MISMATCH
    assert refusal(site, wanted=terms(pin_of(trustme.CA()))).code == MISMATCH
    assert site.connections == 2
    assert not site.asked


def test_host_and_validity_are_checked_however_a_certificate_is_pinned() -> None:
    with Site(names=("elsewhere.example.com",)) as site:
        site.routes["/a"] = b"{}"
        assert refusal(site).code == URL
        assert not site.asked
    with Site() as site:
        assert refusal(site, wanted=terms(later=2000 * 365 * 86400)).code == URL
        assert not site.asked


BOMB = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
GROWN = BOMB.compress(b" " * 200 * 1024 * 1024) + BOMB.flush()

BAD: dict[str, bytes | Behaviour] = {
    "another status": sending(answered(b"{}", status="500 Internal Server Error")),
    "nothing": sending(),
    "no HTTP": sending(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "half a document": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
    "half a chunk": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
    "a document that is too large": answered(b"x" * (MAX_BODY + 1)),
    "a length that is too large": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
    "headers without end": sending(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000),
    "a document that grows": sending(answered(GROWN, "Content-Encoding: gzip")),
    "a document that is packed twice": sending(
        answered(gzip.compress(gzip.compress(b"{}")), "Content-Encoding: gzip, gzip")
    ),
    "a document that is packed wrongly": sending(answered(b"{}", "Content-Encoding: gzip")),
    "a document that is packed in an unknown way": sending(answered(b"{}", "Content-Encoding: br")),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_a_bad_answer_is_refused(site: Site, answer: bytes | Behaviour) -> None:
    site.routes["/a"] = answer if not isinstance(answer, bytes) else sending(answer)
    assert refusal(site).code == URL


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_no_redirect_is_followed(site: Site, status: str) -> None:
    with Site() as other:
        for target in (f"{other.url}/a", "/b", "http://127.0.0.1:1/"):
            site.routes["/a"] = sending(answered(b"", f"Location: {target}", status=status))
            assert "redirects" in refusal(site).message
        assert not other.connections
    assert set(site.asked) == {"/a"}


@pytest.mark.parametrize("behaviour", [hanging, streaming, flooding, dripping])
def test_a_server_that_never_ends_is_given_up(site: Site, behaviour: Behaviour) -> None:
    site.routes["/a"] = behaviour
    assert refusal(site, wanted=terms(seconds=0.3)).code == URL


def test_a_server_that_does_not_shake_hands_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ApiError) as refused:
            fetch(HttpsUrl("localhost", port, "/"), terms(seconds=0.3))
    assert "in time" in refused.value.message


def test_a_server_that_speaks_no_tls_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ApiError) as refused:
            fetch(HttpsUrl("localhost", port, "/"), terms())
        thread.join()
    assert refused.value.code == URL


def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ApiError) as refused:
        fetch(HttpsUrl("localhost", port, "/"), terms())
    assert refused.value.code == URL


def test_what_time_is_left_counts_for_everything_together() -> None:
    with pytest.raises(ApiError) as refused:
        terms(seconds=-1).seconds_left()
    assert "in time" in refused.value.message


def test_private_addresses_are_connected_to_only_if_allowed(site: Site) -> None:
    assert "no public address" in refusal(site, wanted=terms(private=False)).message
    assert not site.connections


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 (an address to be refused)
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:db8::1",
    ],
)
def test_an_address_of_no_use_on_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "47.88.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "::1"]
)
def test_no_way_to_write_this_machine_is_public(host: str) -> None:
    with pytest.raises(ApiError):
        addresses_of(host, 443, private=False)


def test_a_name_that_nobody_has_is_refused() -> None:
    for host in ("nobody.invalid", "a" * 64 + ".example", "..", "\u00e9" * 100):
        with pytest.raises(ApiError) as refused:
            addresses_of(host, 443, private=True)
        assert refused.value.code == URL
