"""The gateway at work: its listener, its connections, its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Final

import structlog

from daypass.gateway.assertion import open_signer
from daypass.gateway.check import CheckFront
from daypass.gateway.client import Pool
from daypass.gateway.config import read
from daypass.gateway.connection import Connection
from daypass.gateway.gate import Gate
from daypass.gateway.relay import Relay
from daypass.gateway.routes import Routes
from daypass.server.protocol import HEAD_SECONDS
from daypass.server.run import BACKLOG, GRACE_SECONDS, Along, Answerer, listen, url_of
from daypass.server.tls import server_context
from daypass.server.trust import ProxyTrust

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from daypass.gateway.assertion import Signer
    from daypass.gateway.config import Config
    from daypass.gateway.relay import Arrived
    from daypass.server.run import Listeners
    from daypass.service.pipeline import Ports

_log: Final = structlog.get_logger("daypass.gateway")


class Gateway:
    """Stands in front of the configured services.

    Args:
        config: which services.
        ports: as the pipeline's.
        signer: of assertions.
    """

    def __init__(self, config: Config, ports: Ports, signer: Signer) -> None:
        self._gate: Final = Gate(ports, Routes(config.upstreams))
        self._pools: Final = {id(upstream): Pool(upstream) for upstream in config.upstreams}
        self._signer: Final = signer
        self._proxies: Final = ProxyTrust(config.trusted_proxies)
        self._clock: Final = ports.clock
        self._open: Final[set[Connection]] = set()
        self._stop: asyncio.Event | None = None
        self._check: Final = CheckFront(self._gate, signer, self._proxies, ports.clock)

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections there are with clients and with services."""
        return len(self._open), sum(pool.open for pool in self._pools.values())

    async def serve(
        self,
        listener: socket.socket,
        *,
        tls: ssl.SSLContext | None = None,
        on_ready: Callable[[], None] = lambda: None,
        every_second: Callable[[], Awaitable[None]] | None = None,
        check: socket.socket | None = None,
    ) -> None:
        """Serve until :meth:`stop` is called.

        Args:
            listener: that connections are accepted on.
            check: likewise, those of proxies that only ask.
            tls: what they are accepted with; plain HTTP if not given.
            on_ready: called once requests are accepted.
            every_second: called about once a second.
        """
        loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await loop.create_server(
            lambda: self.connection(secure=tls is not None),
            sock=listener,
            backlog=BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=None if tls is None else HEAD_SECONDS,
        )
        checks = Answerer(self._check)
        if check is not None:
            await checks.begin(check)
        ticking = loop.create_task(_tick(every_second)) if every_second is not None else None
        on_ready()
        try:
            await self._stop.wait()
        finally:
            server.close()
            checks.close()
            await self._end()
            if ticking is not None:
                ticking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await ticking

    def connection(self, *, secure: bool) -> Connection:
        """Return the protocol of a client's connection."""
        return Connection(self._begin, self._proxies, secure=secure, now=self._clock, all_open=self._open)

    def stop(self) -> None:
        """Accept no more, and end once what is in flight is done."""
        if self._stop is not None:
            self._stop.set()

    def _begin(self, connection: Connection, arrived: Arrived) -> Relay:
        return Relay(connection, arrived, self._gate, self._pools, self._signer)

    async def _end(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + GRACE_SECONDS
        while self._open and loop.time() < until:
            for connection in tuple(self._open):
                connection.stop()
            await asyncio.sleep(0.02)
        for connection in tuple(self._open):
            connection.abort()
        for pool in self._pools.values():
            pool.close()
        await asyncio.sleep(0)


class Alongside(Along):
    """A gateway on the event loop of a server, which it starts and ends with.

    Args:
        file: its configuration.
        ports: as the pipeline's.
        key: file of the key that signs assertions.
        listener: that its connections are accepted on.
        check: likewise, those of proxies that only ask.
    """

    def __init__(
        self, file: Path, ports: Ports, key: Path, listener: socket.socket, check: socket.socket | None
    ) -> None:
        config = read(file)
        self._gateway: Final = Gateway(config, ports, open_signer(key))
        self._listener: Final = listener
        self._check: Final = check
        self._tls: Final = tls_of(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; done once requests are accepted."""
        ready = asyncio.Event()
        self._serving = asyncio.get_running_loop().create_task(
            self._gateway.serve(self._listener, tls=self._tls, on_ready=ready.set, check=self._check)
        )
        await ready.wait()

    async def stop(self) -> None:
        """Accept no more; done once what is in flight is."""
        self._gateway.stop()
        if self._serving is not None:
            await self._serving


def tls_of(config: Config) -> ssl.SSLContext | None:
    """Return what connections to the gateway are accepted with; ``None`` for plain HTTP.

    Raises:
        DaypassError: certificate and key cannot be used; one line for the operator.
    """
    return server_context(*config.tls) if config.tls is not None else None


def listen_for_gateway(file: Path | None) -> tuple[socket.socket | None, socket.socket | None]:
    """Open the listening sockets that a configuration asks for, of clients and of proxies that ask.

    Raises:
        DaypassError: it cannot; one line for the operator.
    """
    if file is None:
        return None, None
    config = read(file)
    return listen(config.listen), listen(config.check) if config.check else None


def url_of_gateway(file: Path | None, listeners: Listeners) -> str | None:
    """Return where the gateway of a configuration is reached, if there is one."""
    if file is None or listeners.gateway is None:
        return None
    return url_of(listeners.gateway, secure=tls_of(read(file)) is not None)


async def _tick(every_second: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(1.0)
        try:
            await every_second()
        except Exception:  # noqa: BLE001 (whatever it is, requests go on)
            _log.exception("what is done every second failed")


def run(
    gateway: Gateway,
    listener: socket.socket,
    *,
    tls: ssl.SSLContext | None,
    on_ready: Callable[[], None],
    every_second: Callable[[], Awaitable[None]],
    new_loop: Callable[[], asyncio.AbstractEventLoop],
    check: socket.socket | None = None,
) -> None:
    """Serve in this process until SIGTERM or SIGINT."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, gateway.stop)
        await gateway.serve(listener, tls=tls, on_ready=on_ready, every_second=every_second, check=check)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve())
