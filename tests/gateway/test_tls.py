"""TLS on either side: with clients, and with services, whose certificates are checked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from daypass.client import Credentials
from daypass.server.certificates import LOOPBACK, certify, make_authority
from daypass.testing import Server
from tests.gateway import signers
from tests.gateway.foreign import OK, Foreign
from tests.gateway.gateways import configure, gateway
from tests.world import World, allow, document

NOW = 1_795_000_000
BOOKS = "/books/a"


class Certified:
    """A certificate for loopback names, and who made it."""

    def __init__(self, folder: Path) -> None:
        authority = make_authority(LOOPBACK, now=NOW)
        pair = certify(authority, LOOPBACK, now=NOW)
        self.ca, self.certificate, self.key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        self.ca.write_text(authority.certificate, encoding="ascii")
        self.certificate.write_text(pair.certificate, encoding="ascii")
        self.key.write_text(pair.key.reveal(), encoding="ascii")


@pytest.fixture
def alice(world: World) -> Credentials:
    return world.user("alice", document(allow("*", "*", Condition={"Bool": {"acs:SecureTransport": "true"}})))


@pytest.fixture
def certified(tmp_path: Path) -> Certified:
    return Certified(tmp_path)


@pytest.fixture
def secure_service(certified: Certified) -> Iterator[str]:
    """A service that answers each connection once, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified.certificate, certified.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                    with context.wrap_socket(connection, server_side=True) as secured:
                        secured.recv(65536)
                        secured.sendall(OK)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_clients_are_spoken_to_over_tls_and_policies_see_it(
    server: Server, foreign: Foreign, alice: Credentials, certified: Certified, tmp_path: Path
) -> None:
    with gateway(
        server, configure(tmp_path, foreign.url), tls=(certified.certificate, certified.key)
    ) as running:
        trusted = ssl.create_default_context(cafile=str(certified.ca))
        with httpx.Client(verify=trusted) as client:
            answer = client.get(f"{running.url}{BOOKS}", headers=signers.oss(alice, "GET", BOOKS))
        assert (answer.status_code, answer.content) == (200, b"hello")
        assert foreign.asked().headers["x-forwarded-proto"] == "https"
    with gateway(server, configure(tmp_path, foreign.url)) as plain:
        assert plain.ask("GET", BOOKS, signers.oss(alice, "GET", BOOKS)).status == 403


def test_a_service_is_spoken_to_over_tls_if_its_certificate_is_trusted(
    server: Server, world: World, secure_service: str, certified: Certified, tmp_path: Path
) -> None:
    root = world.account.root
    with gateway(server, configure(tmp_path, secure_service, ca_file=certified.ca.name)) as running:
        assert running.ask("GET", BOOKS, signers.oss(root, "GET", BOOKS)).body == b"hello"
    with gateway(server, configure(tmp_path, secure_service)) as running:
        answer = running.ask("GET", BOOKS, signers.oss(root, "GET", BOOKS))
        assert answer.status == 503
        assert running.recorded()["code"] == "ServiceUnavailable"
