"""The ASGI application: HTTP in, the pipeline, HTTP out. A thin callable, not a framework.

The API is on ``/``; dispatch is by Action and Version, not by path. Beside it stand
``/healthz``, ``/readyz``, ``/metrics`` and ``/errors/<Code>``, which error bodies name.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from daypass.errors import ApiError, DaypassError
from daypass.server.identifiers import new_request_id
from daypass.service import codes, render
from daypass.service.pipeline import Pipeline, Reply
from daypass.service.record import Wire
from daypass.signing import WireRequest, requested_format

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from daypass.server.trust import ProxyTrust

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Page = Callable[[str], tuple[int, str, bytes]]

BODY_BYTES: Final = 1024 * 1024
BODY_SECONDS: Final = 30.0

_BODY_HEADERS: Final = frozenset({"content-length", "transfer-encoding"})
_START: Final = "http.response.start"
_BODY: Final = "http.response.body"


class Application:
    """Serves the API and the pages for operators.

    Args:
        pipeline: answers API requests.
        pages: by first path segment; given the rest of the path they return status,
            content type and body.
        proxies: whose forwarded headers are believed.
    """

    def __init__(self, pipeline: Pipeline, pages: dict[str, Page], proxies: ProxyTrust) -> None:
        self._pipeline: Final = pipeline
        self._pages: Final = pages
        self._proxies: Final = proxies

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        path: str = scope["raw_path"].decode("latin-1")
        method: str = scope["method"]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        try:
            if path != "/":
                await self._page(path, method, send)
                return
            if method not in {"GET", "POST"}:
                raise codes.UNSUPPORTED_METHOD(method=method)
            body = await _body(receive, headers)
        except ApiError as error:
            await _send_error(send, error, headers, scope)
            return
        except ClientGoneError:
            return
        request = WireRequest(method, path, scope["query_string"].decode("latin-1"), headers, body)
        source_ip, secure = self._proxies.origin(scope, headers)
        reply = await self._pipeline.answered(Wire(request, source_ip, secure, _host(headers)))
        await _send(send, reply)

    async def _page(self, path: str, method: str, send: Send) -> None:
        name, _, rest = path[1:].partition("/")
        page = self._pages.get(name)
        if page is None:
            raise codes.PATH_NOT_FOUND()
        if method not in {"GET", "HEAD"}:
            raise codes.UNSUPPORTED_METHOD(method=method)
        status, content_type, body = await asyncio.to_thread(page, rest)
        await _send(send, Reply(status, body, content_type, new_request_id()))


class ClientGoneError(DaypassError):
    """The client went away within its body; there is nobody to answer."""


async def _body(receive: Receive, headers: Sequence[tuple[str, str]]) -> bytes:
    """Read the body: at most :data:`BODY_BYTES` of it, in at most :data:`BODY_SECONDS`."""
    if not any(name in _BODY_HEADERS and value != "0" for name, value in headers):
        return b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _parts(receive)
    except TimeoutError:
        raise codes.TOO_SLOW(seconds=int(BODY_SECONDS)) from None


async def _parts(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES:
            raise codes.BODY_TOO_LARGE(limit=BODY_BYTES)
    return bytes(body)


def _host(headers: list[tuple[str, str]]) -> str:
    for name, value in headers:
        if name == "host":
            return value[:255]
    return ""


async def _send_error(
    send: Send, error: ApiError, headers: list[tuple[str, str]], scope: MutableMapping[str, Any]
) -> None:
    """Answer an error that stands before the pipeline."""
    request = WireRequest("", "", scope["query_string"].decode("latin-1"), headers, b"")
    form = requested_format(request) or "JSON"
    request_id = new_request_id()
    body = render.failure(form, request_id, _host(headers), error)
    # What has not arrived by now is not waited for, so the connection cannot be used again.
    ending = (("connection", "close"),) if error.declared is codes.TOO_SLOW else ()
    await _send(send, Reply(error.status, body, render.content_type(form), request_id, ending))


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"x-acs-request-id", reply.request_id.encode()),
    ]
    headers.extend((name.encode(), value.encode()) for name, value in reply.headers)
    await send({"type": _START, "status": reply.status, "headers": headers})
    await send({"type": _BODY, "body": reply.body})
