"""The ceilings: the HTTP server daypass is built on around a handler that does nothing.

``python -m bench.server.trivial asgi BYTES`` is an ASGI application on uvicorn with httptools
and uvloop, as anyone would write it; ``bare`` is the same nothing behind daypass's own protocol.
Both answer every request with a body of that size and the headers of an API answer. Whatever
daypass does beyond this is what its rate is compared for.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from daypass.server.identifiers import new_request_id
from daypass.server.run import Server, listen, make_server, url_of
from daypass.service import render
from daypass.service.pipeline import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from daypass.server.front import Front


class Trivial:
    """Answers anything with the same body, as an ASGI application."""

    def __init__(self, size: int) -> None:
        self._start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", render.JSON.encode()),
                (b"content-length", str(size).encode()),
                (b"x-acs-request-id", new_request_id().encode()),
            ],
        }
        self._body = {"type": "http.response.body", "body": b"x" * size}

    async def __call__(
        self,
        scope: MutableMapping[str, Any],  # noqa: ARG002 (ASGI's form)
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],  # noqa: ARG002 (likewise)
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer."""
        await send(self._start)
        await send(self._body)


class Bare:
    """Answers anything with the same body, as daypass's front does."""

    def __init__(self, size: int) -> None:
        self._reply = Reply(200, b"x" * size, render.JSON, new_request_id())

    def answer(self, request: object, address: str, *, secure: bool) -> Reply:  # noqa: ARG002 (the front's form)
        """Answer."""
        return self._reply


async def nothing() -> None:
    """Do what there is to do every second."""


def main(kind: str, size: int) -> None:
    """Serve until told to stop."""
    listener = listen("127.0.0.1:0")

    def announce() -> None:
        print(f"{kind} ready api={url_of(listener)}", flush=True)

    if kind == "bare":
        server = make_server(cast("Front", Bare(size)), every_second=nothing, on_ready=announce)
    else:
        server = Server(_config(Trivial(size)), announce)
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])


def _config(app: Trivial) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
