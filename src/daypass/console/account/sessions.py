"""One's own console sessions: one is ended, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls, cookies
from daypass.console.account.showing import HOME
from daypass.console.calls import call
from daypass.console.routing import post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_GONE: Final = "EntityNotExist.ConsoleSession"


async def end_one(page: Page) -> Response:
    """End a session; one that has ended meanwhile is as good."""
    session = page.form["SessionId"]
    if session == page.who.session_id:
        return await end_all(page, SessionId=session)
    try:
        await calls.run(page, call("Daypass", "EndConsoleSessions", SessionId=session))
    except ApiError as error:
        if error.code != _GONE:
            raise
    return page.done(HOME, page.t("The session was ended."))


async def end_all(page: Page, **which: str) -> Response:
    """End all sessions, this one included."""
    await calls.run(page, call("Daypass", "EndConsoleSessions", **which))
    response = page.done("/sign-in")
    cookies.set_session(page.request, response, "", 0)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


ROUTES: Final = [post("/account/sessions/end", end_one), post("/account/sessions/end-all", end_all)]
