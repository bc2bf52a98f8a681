"""A whole server on a thread of this process, on a free loopback port, in a temporary directory."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec
import structlog

from daypass import host, main
from daypass.client import Client, Credentials
from daypass.server.certificates import LOOPBACK, certify, make_authority
from daypass.server.run import Listeners, listen, make_server, url_of
from daypass.server.tls import server_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine
    from types import TracebackType

T = TypeVar("T")

START_SECONDS: Final = 30.0


class Account(msgspec.Struct, frozen=True):
    """An account of a test server, with its root credentials."""

    id: str
    root: Credentials


class Server:
    """A daypass server for one test or one session of tests.

    It is the server ``daypass serve`` runs, nothing replaced: signatures, nonces and
    policies are checked. Entering starts it, leaving stops it and removes its data.

    Args:
        default_format: of answers to requests that ask for none.
        tls: speak HTTPS, with an authority of this server's own.
        allow_private_issuers: fetch keys of OIDC issuers from this machine too.
        rate_limit: requests an account may make in a second; 0 for any number.
        console: serve the console too, on another free port.
        database: URL of the store; SQLite in the temporary directory if empty.

    Attributes:
        url: base URL of the API, ``http://127.0.0.1:<port>``, or ``https://…``.
        console_url: base URL of the console, with ``console``; else empty.
        endpoint: the same without a scheme, as Tea clients want it.
        ca_file: the authority to trust, with ``tls``.
        account: the first account.
        runtime: what the server is made of.
    """

    def __init__(
        self,
        *,
        default_format: str = "XML",
        tls: bool = False,
        allow_private_issuers: bool = False,
        rate_limit: int = 0,
        console: bool = False,
        database: str = "",
    ) -> None:
        self._directory: Final = tempfile.TemporaryDirectory(prefix="daypass-")
        self._listener: Final = listen("127.0.0.1:0")
        self._console: Final = listen("127.0.0.1:0") if console else None
        self.settings: Final = main.Settings(
            data=Path(self._directory.name),
            default_format=default_format,
            allow_private_issuers=allow_private_issuers,
            rate_limit=rate_limit,
            database=database,
        )
        self.url: Final = url_of(self._listener, secure=tls)
        self.console_url: Final = "" if self._console is None else url_of(self._console, secure=tls)
        self.endpoint: Final = self.url.partition("://")[2]
        self.ca_file: Final = self.settings.data / "ca.pem" if tls else None
        if not structlog.is_configured():
            main.log_to_stderr()  # structlog's own default shows local variables, secrets among them
        main.prepare(self.settings, {})
        self.account: Final = self._first_account()
        self.runtime: Final = main.Runtime(self.settings)
        self._ready: Final = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Final = make_server(
            self.runtime.front,
            every_second=self.runtime.every_second,
            on_ready=self._started,
            tls=None if self.ca_file is None else self._certified(self.ca_file),
            beside=self.runtime.console_on(Listeners(self._listener, self._console), secure=tls),
        )
        self._thread: Final = threading.Thread(target=self._run, name="daypass server")

    def __enter__(self) -> Self:
        """Start; requests are accepted when this returns."""
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and remove the data."""
        self._server.should_exit = True
        self._thread.join()
        self._directory.cleanup()

    def client(self, credentials: Credentials | None = None) -> Client:
        """Return a client with the credentials, the first account's root key without any."""
        return Client(self.url, credentials or self.account.root, ca_file=self.ca_file)

    def new_account(self) -> Account:
        """Create another account, as ``daypass account create`` does."""
        key = host.create_account(self.runtime.database, host.Presets())
        return Account(key.account_id, Credentials(key.id, key.secret))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's event loop, as its pages do; return what it returns."""
        if self._loop is None:
            raise LookupError("the server has not been started")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _started(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self.runtime.close()

    def _certified(self, ca_file: Path) -> ssl.SSLContext:
        """Make an authority and a certificate for loopback names."""
        authority = make_authority(LOOPBACK, now=main.clock())
        pair = certify(authority, LOOPBACK, now=main.clock())
        ca_file.write_text(authority.certificate, encoding="ascii")
        certificate, key = (self.settings.data / name for name in ("server.pem", "server-key.pem"))
        certificate.write_text(pair.certificate, encoding="ascii")
        key.write_text(pair.key.reveal(), encoding="ascii")
        return server_context(certificate, key)

    def _first_account(self) -> Account:
        text = (self.settings.data / host.ROOT_CREDENTIALS).read_text(encoding="utf-8")
        shown = json.loads(text)
        return Account(shown["AccountId"], Credentials.of(shown))
