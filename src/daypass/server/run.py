"""Running a server: sockets, uvicorn, signals."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import uvicorn
from uvicorn.server import ServerState

from daypass.errors import DaypassError
from daypass.server.protocol import HEAD_SECONDS, Protocol

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Generator

    from daypass.server.protocol import Answering

BACKLOG: Final = 2048
_LAST_PORT: Final = 65535
KEEP_ALIVE_SECONDS: Final = 75
GRACE_SECONDS: Final = 4
"""For requests in flight when the server is told to stop."""
GOODBYE_SECONDS: Final = 1.0
"""For the other end of a TLS connection to say that it has read the end; few clients do."""
_TLS_LIMITS: Final = {
    "ssl_handshake_timeout": HEAD_SECONDS,
    "ssl_shutdown_timeout": GOODBYE_SECONDS,
}


class CannotListenError(DaypassError):
    """The address is taken, not this machine's, or not an address."""


def listen(address: str) -> socket.socket:
    """Open a listening socket.

    Args:
        address: ``HOST:PORT``; port 0 picks a free one; an IPv6 host stands in brackets.

    Raises:
        CannotListenError: with one line for the operator.
    """
    host, colon, port = address.rpartition(":")
    if not (colon and port.isascii() and port.isdigit() and int(port[:6]) <= _LAST_PORT):
        raise CannotListenError(
            f"cannot listen on {address}: write HOST:PORT, with a port up to {_LAST_PORT}"
        )
    try:
        family, _, _, _, where = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(BACKLOG)
    except (OSError, ValueError, OverflowError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise CannotListenError(f"cannot listen on {address}: {reason}") from None
    listener.setblocking(False)
    return listener


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine reaches a listening socket."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def url_of(listener: socket.socket, *, secure: bool = False) -> str:
    """Return the base URL of a listening socket, and whether TLS is spoken there."""
    host, port = listener.getsockname()[:2]
    scheme = "https" if secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Listeners(NamedTuple):
    """The sockets of a server; what it was told not to serve has none."""

    api: socket.socket
    console: socket.socket | None = None
    gateway: socket.socket | None = None
    check: socket.socket | None = None

    def close(self) -> None:
        """Close them in this process."""
        for listener in self:
            if listener is not None:
                listener.close()


class Beside(NamedTuple):
    """What else a server answers, on a socket of its own."""

    listener: socket.socket
    front: Answering


class Along(ABC):
    """What runs on a server's event loop for as long as it serves."""

    @abstractmethod
    async def start(self) -> None:
        """Begin; done once requests are accepted."""

    @abstractmethod
    async def stop(self) -> None:
        """Accept no more; done once what is in flight is."""


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready and ends without re-raising the signal."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[], None],
        tls: ssl.SSLContext | None = None,
        beside: Beside | None = None,
        along: Along | None = None,
    ) -> None:
        super().__init__(config)
        self._on_ready: Final = on_ready
        self._tls: Final = tls
        self._beside: Final = beside
        self._along: Final = along

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        if self._tls is None:
            await super().startup(sockets)
        else:
            await self.lifespan.startup()
            self.servers = [await self._listening(listener, self.config) for listener in sockets or []]
            self.started = True
        if self._beside is not None:
            self.servers.append(
                await self._listening(self._beside.listener, _configuration(self._beside.front))
            )
        if self._along is not None:
            await self._along.start()
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and end once what is in flight is done."""
        stopping = [super().shutdown(sockets)]
        if self._along is not None:
            stopping.append(self._along.stop())
        await asyncio.gather(*stopping)

    async def _listening(self, listener: socket.socket, config: uvicorn.Config) -> asyncio.Server:
        """Do what uvicorn does, but wait for handshakes no longer than for heads."""
        limits: dict[str, Any] = {} if self._tls is None else _TLS_LIMITS
        return await asyncio.get_running_loop().create_server(
            lambda: Protocol(config, self.server_state, self.lifespan.state),
            sock=listener,
            ssl=self._tls,
            backlog=BACKLOG,
            **limits,
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop on SIGINT and SIGTERM, with exit status 0."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def make_server(
    front: Answering,
    *,
    every_second: Callable[[], Awaitable[None]],
    on_ready: Callable[[], None] = lambda: None,
    tls: ssl.SSLContext | None = None,
    beside: Beside | None = None,
    along: Along | None = None,
) -> Server:
    """Return a server.

    Args:
        front: answers the requests; uvicorn hands it to the protocol of each connection.
        every_second: called about once a second on the event loop.
        on_ready: called once requests are accepted.
        tls: what connections are accepted with; plain HTTP if not given.
        beside: what is served on the same event loop, within the same limits, and ends with it.
        along: what else starts and ends with it.
    """
    config = _configuration(front, callback_notify=every_second, timeout_notify=0)
    return Server(config, on_ready, tls, beside, along)


class Answerer:
    """Answers on a socket of its own, within the same limits, on an event loop that somebody else runs.

    Args:
        front: answers the requests.
    """

    def __init__(self, front: Answering) -> None:
        self._config: Final = _configuration(front)
        self._state: Final = ServerState()
        self._server: asyncio.Server | None = None

    async def begin(self, listener: socket.socket) -> None:
        """Accept connections."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Protocol(self._config, self._state, {}), sock=listener, backlog=BACKLOG
        )

    def close(self) -> None:
        """Accept no more; connections end once what was asked by them is answered."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()


def _configuration(front: Answering, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        cast("Any", front),  # no ASGI application: our protocol makes no ASGI cycle
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **more,
    )
