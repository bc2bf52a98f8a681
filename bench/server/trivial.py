"""The ceiling: the product's own HTTP stack around a handler that does nothing.

``python -m bench.server.trivial BYTES`` answers every request with a body of that size and
the headers of an API answer. Whatever daypass does beyond this is what its rate is
compared for.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

from daypass.server.identifiers import new_request_id
from daypass.server.run import listen, make_server, url_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping


class Trivial:
    """Answers anything with the same body."""

    def __init__(self, size: int) -> None:
        self._start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"application/json;charset=utf-8"),
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


async def nothing() -> None:
    """Do what there is to do every second."""


def main(size: int) -> None:
    """Serve until told to stop."""
    listener = listen("127.0.0.1:0")
    server = make_server(
        Trivial(size),
        every_second=nothing,
        on_ready=lambda: print(f"trivial ready api={url_of(listener)}", flush=True),
    )
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
