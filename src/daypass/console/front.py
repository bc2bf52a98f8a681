"""The console behind the server's own HTTP protocol: each request becomes one call of an ASGI application.

So slow heads, sizes, TLS and the end of a server are the API's in every detail. The
application is put together when it is asked for the first time: a server whose console
nobody opens neither starts later for it nor holds it in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import structlog

from daypass.server.identifiers import new_request_id
from daypass.service import codes, render
from daypass.service.pipeline import Reply
from daypass.signing import RawHeaders

if TYPE_CHECKING:
    from daypass.server.protocol import HttpRequest
    from daypass.server.trust import ProxyTrust

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_log: Final = structlog.get_logger("daypass.console")

_OURS: Final = {b"content-type", b"content-length"}
"""Headers that the protocol writes itself."""


class ConsoleFront:
    """Answers the requests of the console's listener.

    Args:
        build: makes the application; called once, on a thread.
        proxies: whose forwarded headers are believed.
    """

    def __init__(self, build: Callable[[], Application], proxies: ProxyTrust) -> None:
        self._build: Final = build
        self._origin: Final = proxies.origin
        self._building: asyncio.Future[Application] | None = None

    async def answer(self, request: HttpRequest, address: str, *, secure: bool) -> Reply:
        """Answer a request.

        Args:
            request: as it came.
            address: of the connection's other end.
            secure: whether the connection is TLS.
        """
        request_id = new_request_id()
        try:
            return await self._answer(request, address, secure, request_id)
        except Exception:  # noqa: BLE001 (a fault of ours: logged, answered without detail)
            _log.exception("a page failed", request_id=request_id)
            error = codes.INTERNAL()
            return Reply(error.status, render.failure("JSON", request_id, "", error), render.JSON, request_id)

    async def _answer(self, request: HttpRequest, address: str, secure: bool, request_id: str) -> Reply:
        address, secure = self._origin(address, secure, RawHeaders(request.headers))
        if self._building is None:
            self._building = asyncio.ensure_future(asyncio.to_thread(self._build))
        application = await asyncio.shield(self._building)
        answer = _Answer(request.body)
        await application(_scope(request, address, secure, request_id), answer.receive, answer.send)
        return answer.reply(request_id)


class _Answer:
    """The two channels of an ASGI call, with the whole request and the whole answer in memory."""

    def __init__(self, body: bytes) -> None:
        self._request: Final = body
        self._start: Message = {}
        self._parts: Final[list[bytes]] = []

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self._request, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def reply(self, request_id: str) -> Reply:
        headers = self._start["headers"]
        kind = next((value for name, value in headers if name == b"content-type"), b"text/plain")
        more = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers if name not in _OURS
        )
        return Reply(self._start["status"], b"".join(self._parts), kind.decode("latin-1"), request_id, more)


def _scope(request: HttpRequest, address: str, secure: bool, request_id: str) -> Message:
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method.decode("latin-1"),
        "scheme": "https" if secure else "http",
        "path": unquote(path.decode("latin-1"), errors="replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": request.headers,
        "client": (address, 0),
        "server": None,
        "state": {"request_id": request_id, "too_large": request.too_large},
    }
