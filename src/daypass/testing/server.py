"""A whole server on a thread of this process, on a free loopback port, in a temporary directory."""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec
import structlog

from daypass import host, main
from daypass.client import Client, Credentials
from daypass.server.run import listen, make_server, url_of

if TYPE_CHECKING:
    from types import TracebackType

START_SECONDS: Final = 30.0


class Account(msgspec.Struct, frozen=True):
    """An account of a test server, with its root credentials."""

    id: str
    root: Credentials


class Server:
    """A daypass server for one test or one session of tests.

    It is the server ``daypass serve`` runs, nothing replaced: signatures, nonces and
    policies are checked. Entering starts it, leaving stops it and removes its data.

    Attributes:
        url: base URL of the API, ``http://127.0.0.1:<port>``.
        endpoint: the same without a scheme, as Tea clients want it.
        account: the first account.
        runtime: what the server is made of.
    """

    def __init__(self, *, default_format: str = "XML") -> None:
        self._directory: Final = tempfile.TemporaryDirectory(prefix="daypass-")
        self._listener: Final = listen("127.0.0.1:0")
        self.settings: Final = main.Settings(data=Path(self._directory.name), default_format=default_format)
        self.url: Final = url_of(self._listener)
        self.endpoint: Final = self.url.removeprefix("http://")
        if not structlog.is_configured():
            main.log_to_stderr()  # structlog's own default shows local variables, secrets among them
        main.prepare(self.settings, {})
        self.account: Final = self._first_account()
        self.runtime: Final = main.Runtime(self.settings)
        self._ready: Final = threading.Event()
        self._server: Final = make_server(
            self.runtime.front, every_second=self.runtime.every_second, on_ready=self._ready.set
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
        return Client(self.url, credentials or self.account.root)

    def new_account(self) -> Account:
        """Create another account, as ``daypass account create`` does."""
        key = host.create_account(self.runtime.database, host.Presets())
        return Account(key.account_id, Credentials(key.id, key.secret))

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self.runtime.close()

    def _first_account(self) -> Account:
        text = (self.settings.data / host.ROOT_CREDENTIALS).read_text(encoding="utf-8")
        shown = json.loads(text)
        return Account(shown["AccountId"], Credentials.of(shown))
