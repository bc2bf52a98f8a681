"""The console as an ASGI application: which page answers, who asks, and what every answer carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route as StarletteRoute

from daypass.console import assets, cookies, failures, guard
from daypass.console.door import SESSION_ENDED
from daypass.console.forms import MOST_FIELDS, MOST_FILES, Fields
from daypass.console.language import LANGUAGE, chosen, text
from daypass.console.page import PAGE, Page, address
from daypass.console.routing import Route, routes
from daypass.errors import ApiError
from daypass.service import codes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from daypass.console.front import Application
    from daypass.console.ports import Console
    from daypass.console.routing import Function

    Endpoint = Callable[[Request], Awaitable[Response]]

_log: Final = structlog.get_logger("daypass.console")

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Cookie, Accept-Language, X-Fragment",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_VISITOR_BYTES: Final = 32
_WRONG_METHOD: Final = 405


def application(console: Console) -> Application:
    """Put the console together."""
    names = guard.host_names(console.names)
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes():
        by_path.setdefault(route.path, {})[route.method] = route
    served = [
        StarletteRoute("/static/{version}/{name}", _static, methods=["GET"]),
        *(
            StarletteRoute(path, _answering(console, methods), methods=["GET", "POST"])
            for path, methods in by_path.items()
        ),
    ]

    async def elsewhere(request: Request, refusal: Exception) -> Response:
        wrong_method = isinstance(refusal, HTTPException) and refusal.status_code == _WRONG_METHOD
        return await _answer(console, request, _no_method if wrong_method else _no_page)

    pages = Starlette(routes=served, exception_handlers={HTTPException: elsewhere})
    pages.router.redirect_slashes = False

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            guard.check_host(Request(scope), names)
        except ApiError as refusal:
            await PlainTextResponse(f"{refusal.message}\n", refusal.status)(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return guarded


async def _static(request: Request) -> Response:
    asset = assets.assets().get(request.path_params["name"])
    if asset is None or request.path_params["version"] != assets.version():
        raise HTTPException(guard.NO_PAGE.status)
    headers = {"Cache-Control": _FOREVER, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, media_type=asset.kind, headers=headers)
    return Response(asset.body, media_type=asset.kind, headers=headers)


def _answering(console: Console, methods: dict[str, Route]) -> Endpoint:
    async def routed(page: Page) -> Response:
        return await _routed(page, methods)

    async def endpoint(request: Request) -> Response:
        return await _answer(console, request, routed)

    return endpoint


async def _no_page(_: Page) -> Response:
    raise guard.NO_PAGE()


async def _no_method(_: Page) -> Response:
    raise guard.NO_METHOD()


async def _answer(console: Console, request: Request, function: Function) -> Response:
    """Answer a request, whatever happens, with the headers that every page has."""
    LANGUAGE.set(chosen(cookies.preference(request, "language"), request.headers.get("accept-language", "")))
    visitor = cookies.visitor_cookie(request)
    new_visitor = "" if visitor else console.entropy(_VISITOR_BYTES).hex()
    page = Page(request, console, None, visitor or new_visitor)
    PAGE.set(page)
    try:
        page = await _entered(page)
        PAGE.set(page)
        response = await function(page)
    except ApiError as error:
        ended = error.declared is SESSION_ENDED
        response = await (_sign_in_first(page, {}) if ended else failures.explained(page, error))
    except Exception:  # noqa: BLE001 (a fault of ours: logged, answered without detail)
        _log.exception("a page failed", request_id=page.request_id)
        response = await failures.explained(page, codes.INTERNAL())
    if new_visitor and page.given_who is None:
        cookies.set_visitor(request, response, new_visitor)
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _entered(page: Page) -> Page:
    """Return the page as its user's, if the browser is signed in."""
    cookie = cookies.session_cookie(page.request)
    if not cookie:
        return page
    who = await page.console.door.who(cookie, page.browser)
    if who is None:
        return page
    entered = Page(page.request, page.console, who, cookie)
    entered.note = cookies.note(page.request, cookie)
    return entered


async def _routed(page: Page, methods: dict[str, Route]) -> Response:
    request = page.request
    route = methods.get("GET" if request.method == "HEAD" else request.method)
    if route is None:
        raise guard.NO_METHOD()
    if route.signed_in and page.given_who is None:
        return await _sign_in_first(page, methods)
    if route.method == "POST":
        await _read_form(page)
        if route.writes and not _first_time(page):
            if route.again is not None:
                return await route.again(page)
            return page.done(
                page.path if "GET" in methods else "/",
                text("This form was sent already; nothing was done a second time."),
                "warning",
            )
    return await route.function(page)


async def _read_form(page: Page) -> None:
    """Read a form that passes all checks.

    Raises:
        ApiError: it does not.
    """
    await _read_fields(page)
    guard.check_token(page.cookie, page.form[guard.TOKEN])


async def _read_fields(page: Page) -> None:
    """Read a form that a page of this console has sent, whoever is signed in.

    Raises:
        ApiError: it comes from elsewhere, or is no form.
    """
    request = page.request
    guard.check_origin(request)
    if request.state.too_large:
        raise guard.FORM_TOO_LARGE()
    try:
        sent = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
    except (MultiPartException, HTTPException):
        raise guard.FORM_TOO_LARGE() from None
    files = {name: await value.read() for name, value in sent.items() if not isinstance(value, str)}
    page.form = Fields(sent, files)


def _first_time(page: Page) -> bool:
    """Whether a form is sent for the first time; forms of visitors change nothing of an account's."""
    if page.given_who is None:
        return True
    return page.console.once(page.who.account_id, page.form[guard.ONCE][:64])


async def _sign_in_first(page: Page, methods: dict[str, Route]) -> Response:
    """Send somebody who is not signed in to the page for it, and back afterwards."""
    request = page.request
    if page.is_fragment or request.method == "POST":
        if request.method == "POST" and not page.is_fragment:
            await _read_fields(page)
        return await failures.signed_out(page, page.address if "GET" in methods else "/")
    if request.headers.get("sec-fetch-site") == "cross-site":
        # The cookie of a signed-in user does not come with a link from elsewhere; it does the second time.
        return HTMLResponse('<!doctype html><title>daypass</title><meta http-equiv="refresh" content="0">')
    back = "" if page.address == "/" else page.address
    return RedirectResponse(address("/sign-in", back=back), 303)
