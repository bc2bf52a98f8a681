"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from daypass.console import cookies, guard
from daypass.console.routing import get, post
from daypass.errors import ApiError
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.console.page import Page


async def sign_in(page: Page) -> Response:
    """Ask who it is."""
    return await _asked(page, name=page.query["username"], back=page.query["back"])


async def let_in(page: Page) -> Response:
    """Sign a RAM user in with name and password."""
    name, back = page.form.word("name"), page.form["back"]
    try:
        begun = await page.console.door.sign_in(name, Secret(page.form["password"]), page.browser)
    except ApiError as error:
        return await _asked(page, name=name, back=back, wrong=error)
    cookie, seconds = begun.cookie.reveal(), begun.expires_at - page.console.clock()
    response = page.done(back or "/")
    if page.is_fragment:
        # A dialog on a page that is open: its forms belong to the new session from now on.
        headers = {"X-Form-Token": guard.token_of(cookie), "X-Expires": str(begun.expires_at)}
        response = Response(status_code=204, headers=headers)
    cookies.set_session(page.request, response, cookie, seconds)
    return response


async def _asked(page: Page, *, name: str, back: str, wrong: ApiError | None = None) -> Response:
    return await page.render(
        "signing_in/sign_in.html",
        status=wrong.status if wrong else 200,
        name=name,
        back=back,
        wrong=wrong.message if wrong else "",
    )


async def sign_out(page: Page) -> Response:
    """End the session, and have the browser forget everything of it."""
    await page.console.door.sign_out(page.who)
    response = page.done("/sign-in")
    cookies.set_session(page.request, response, "", 0)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


ROUTES = [
    get("/sign-in", sign_in, signed_in=False),
    post("/sign-in", let_in, signed_in=False),
    post("/sign-out", sign_out),
]
