"""Use this role: temporary credentials, shown once, with what to do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.page import address
from daypass.console.roles.session_forms import assume, session_form
from daypass.console.roles.showing import role_of, tab_of
from daypass.console.roles.using import texts
from daypass.console.routing import ask, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/roles/{name}/sessions"
_WRONG: Final = frozenset((400, 403))


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [assume(page, (await role_of(page))["Arn"])])


async def again(page: Page) -> Response:
    """Show the form as it is, with the review of its session policy."""
    role = await role_of(page)
    return await tab_of(page, role, "sessions", await session_form(page, role))


async def use(page: Page) -> Response:
    """Assume the role and show the credentials, in this answer and never again."""
    role = await role_of(page)
    try:
        answer = await calls.run(page, assume(page, role["Arn"]))
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        return await tab_of(page, role, "sessions", await session_form(page, role, error))
    name = role["RoleName"]
    return await page.render(
        "roles/session.html",
        role=role,
        credentials=answer["Credentials"],
        arn=answer["AssumedRoleUser"]["Arn"],
        texts=texts(answer["Credentials"], page.console.api_url, name),
        home=address(f"/roles/{name}", tab="sessions"),
    )


ROUTES: Final = [
    ask(f"{_PATH}/snippets", snippets),
    ask(f"{_PATH}/again", again),
    post(_PATH, use),
]
