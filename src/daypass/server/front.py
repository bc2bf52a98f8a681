"""What an HTTP request is for: an operation, or one of the pages for operators.

The API is on ``/``; dispatch is by Action and Version, not by path. Beside it stand
``/healthz``, ``/readyz``, ``/metrics`` and ``/errors/<Code>``, which error bodies name.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import httptools
import structlog

from daypass.errors import ApiError
from daypass.server.identifiers import new_request_id
from daypass.server.protocol import BODY_BYTES
from daypass.service import codes, render
from daypass.service.pipeline import Pipeline, Reply
from daypass.service.record import Wire
from daypass.signing import RawHeaders, WireRequest, requested_format

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from daypass.server.protocol import HttpRequest
    from daypass.server.trust import ProxyTrust

    Page = Callable[[str], tuple[int, str, bytes]]

_log: Final = structlog.get_logger("daypass.front")

_METHODS: Final = {b"GET": "GET", b"POST": "POST"}


class Front:
    """Answers HTTP requests.

    Args:
        pipeline: answers API requests.
        pages: by first path segment; given the rest of the path they return status,
            content type and body. They run on a thread.
        proxies: whose forwarded headers are believed.
    """

    def __init__(self, pipeline: Pipeline, pages: dict[str, Page], proxies: ProxyTrust) -> None:
        self._answer: Final = pipeline.answer
        self._pages: Final = pages
        self._origin: Final = proxies.origin

    def answer(
        self, request: HttpRequest, address: str, *, secure: bool
    ) -> Reply | Coroutine[Any, Any, Reply]:
        """Answer a request at once or, if something has to be waited for, by the coroutine returned.

        Args:
            request: as it came.
            address: of the connection's other end.
            secure: whether the connection is TLS.
        """
        headers = RawHeaders(request.headers)
        path, query = _split(request.target)
        method = _METHODS.get(request.method)
        wire = WireRequest(method or "", path, query, headers, request.body)
        try:
            if path != "/":
                return self._page(path, request.method)
            if method is None:
                raise codes.UNSUPPORTED_METHOD(method=request.method.decode("latin-1"))
            if request.too_large:
                raise codes.BODY_TOO_LARGE(limit=BODY_BYTES)
        except ApiError as error:
            return _refusal(wire, error)
        source_ip, secure = self._origin(address, secure, headers)
        return self._answer(Wire(wire, source_ip, secure))

    def _page(self, path: str, method: bytes) -> Coroutine[Any, Any, Reply]:
        name, _, rest = path[1:].partition("/")
        page = self._pages.get(name)
        if page is None:
            raise codes.PATH_NOT_FOUND()
        if method not in {b"GET", b"HEAD"}:
            raise codes.UNSUPPORTED_METHOD(method=method.decode("latin-1"))
        return _shown(page, rest)


async def _shown(page: Page, rest: str) -> Reply:
    request_id = new_request_id()
    try:
        status, content_type, body = await asyncio.to_thread(page, rest)
    except Exception:  # noqa: BLE001 (a fault of ours: logged, answered without detail)
        _log.exception("a page failed", request_id=request_id)
        error = codes.INTERNAL()
        return Reply(error.status, render.failure("JSON", request_id, "", error), render.JSON, request_id)
    return Reply(status, body, content_type, request_id)


def _split(target: bytes) -> tuple[str, str]:
    """Return path and query of a request target, which may be an absolute URL."""
    if not target.startswith(b"/"):
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            return "", ""
        return (url.path or b"/").decode("latin-1"), (url.query or b"").decode("latin-1")
    path, _, query = target.decode("latin-1").partition("?")
    return path, query


def _refusal(wire: WireRequest, error: ApiError) -> Reply:
    """Answer an error that stands before the pipeline."""
    form = requested_format(wire) or "JSON"
    request_id = new_request_id()
    body = render.failure(form, request_id, wire.host, error)
    return Reply(error.status, body, render.content_type(form), request_id)
