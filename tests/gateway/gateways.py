"""A gateway on the event loop of a test's server, in front of a foreign service."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from daypass import gatehouse
from daypass.gateway.config import read
from daypass.gateway.run import Gateway
from daypass.server.run import listen, url_of
from daypass.server.tls import server_context
from daypass.testing import Server

ALL = ("iot", "rds", "linkwan", "mns", "dhs", "ots", "log", "oss")


class Answer:
    """An answer of the gateway."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A gateway that answers."""

    def __init__(self, server: Server, gateway: Gateway, url: str, check: str) -> None:
        self.check = check
        self.server = server
        self.gateway = gateway
        self.url = url
        self.host = urlsplit(url).netloc

    def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        host, _, port = self.host.partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        try:
            connection.putrequest(
                method, target, skip_host="host" in (headers or {}), skip_accept_encoding=True
            )
            for name, value in (headers or {}).items():
                if name != "host" or value != self.host:
                    connection.putheader(name, value)
                else:
                    connection.putheader("host", value)
            if body is not None or method in {"POST", "PUT"}:
                connection.putheader("content-length", str(len(body or b"")))
            connection.endheaders(body or b"")
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def recorded(self) -> dict[str, Any]:
        """Return the newest decision record."""
        return self.records()[-1]

    def records(self) -> list[dict[str, Any]]:
        runtime = self.server.runtime
        self.server.run(asyncio.sleep(0))  # an answer is sent before it is put on record, in one step
        runtime._recording.submit(runtime._flush).result()
        text = (self.server.settings.data / "decisions.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def until_idle(self) -> tuple[int, int]:
        """Wait until no client is connected; return the connections with clients and services."""
        until = time.monotonic() + 20
        while self.gateway.connections[0] and time.monotonic() < until:
            threading.Event().wait(0.01)
        return self.gateway.connections


def configure(folder: Path, url: str, services: tuple[str, ...] = ALL, **more: Any) -> Path:
    """Write a configuration."""
    lines = ['region = "cn-hangzhou"']
    for service in services:
        lines += ["[[upstream]]", f'service = "{service}"', f'url = "{url}"']
        lines += [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    file = folder / "gateway.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@contextmanager
def gateway(server: Server, file: Path, tls: tuple[Path, Path] | None = None) -> Iterator[Running]:
    """Run a gateway beside a server, with the same store."""
    context = server_context(*tls) if tls is not None else None
    made = Gateway(read(file), server.runtime.ports, gatehouse.open_signer(server.settings.data))
    listener, check = listen("127.0.0.1:0"), listen("127.0.0.1:0")
    ready = threading.Event()
    ended = threading.Event()

    async def start() -> None:
        serving = made.serve(listener, tls=context, on_ready=ready.set, check=check)
        task = asyncio.get_running_loop().create_task(serving)
        task.add_done_callback(lambda _: ended.set())

    async def stop() -> None:
        made.stop()

    server.run(start())
    assert ready.wait(20)
    try:
        yield Running(server, made, url_of(listener, secure=tls is not None), url_of(check))
    finally:
        server.run(stop())
        assert ended.wait(20)
