"""Signing in and out: name and password, what may follow them, and the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from daypass.console import cookies, guard
from daypass.console.page import address
from daypass.console.pictures import qr_code
from daypass.console.routing import get, post
from daypass.console.signing_in.sayings import NOT_REPEATED, said
from daypass.errors import ApiError
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.authn.new_sessions import Begun
    from daypass.authn.sign_in_steps import NewDevice, Unfinished
    from daypass.console.page import Page

_STEPS: Final = {"mfa": "/sign-in/code", "password": "/sign-in/new-password", "bind": "/sign-in/device"}


async def sign_in(page: Page) -> Response:
    """Ask who it is; who is in the middle of signing in starts again."""
    return await _asked(page, name=page.query["username"], back=page.query["back"])


async def let_in(page: Page) -> Response:
    """Sign a RAM user in with name and password."""
    name = page.form.word("name")
    try:
        begun = await page.console.door.sign_in(name, Secret(page.form["password"]), page.browser)
    except ApiError as error:
        return await _asked(page, name=name, back=page.form["back"], wrong=error)
    return await begun_at(page, begun)


async def _asked(page: Page, *, name: str, back: str, wrong: ApiError | None = None) -> Response:
    return await page.render(
        "signing_in/sign_in.html",
        status=wrong.status if wrong else 200,
        name=name,
        back=back,
        wrong=said(wrong),
    )


async def ask_root(page: Page) -> Response:
    """Ask for the account's AccessKey."""
    return await _root_asked(page, back=page.query["back"])


async def let_root_in(page: Page) -> Response:
    """Sign the account in with an AccessKey of its own."""
    key, secret = page.form.word("access_key_id"), Secret(page.form.word("access_key_secret"))
    try:
        begun = await page.console.door.sign_in_as_root(key, secret, page.browser)
    except ApiError as error:
        return await _root_asked(page, key=key, back=page.form["back"], wrong=error)
    return await begun_at(page, begun)


async def _root_asked(page: Page, *, back: str, key: str = "", wrong: ApiError | None = None) -> Response:
    return await page.render(
        "signing_in/root.html", status=wrong.status if wrong else 200, key=key, back=back, wrong=said(wrong)
    )


async def begun_at(page: Page, begun: Begun) -> Response:
    """Give the browser what it is to hold now, and send it to what comes next."""
    if page.given_who is not None:
        await page.console.door.sign_out(page.who)
    cookie, seconds = begun.cookie.reveal(), begun.expires_at - page.console.clock()
    back = page.form["back"]
    if begun.awaits:
        response = page.done(address(_STEPS[begun.awaits], back=back))
    elif page.is_fragment:
        # A dialog on a page that is open: its forms belong to the new session from now on.
        headers = {"X-Form-Token": guard.token_of(cookie), "X-Expires": str(begun.expires_at)}
        response = Response(status_code=204, headers=headers)
    else:
        response = page.done(back or "/")
    cookies.set_session(page.request, response, cookie, seconds)
    return response


async def _unfinished(page: Page, awaits: str) -> Unfinished | None:
    """Return the sign-in that waits for something, if it does."""
    found = await page.console.door.steps.unfinished(cookies.session_cookie(page.request))
    return found if found is not None and found.awaits == awaits else None


async def _step(page: Page, awaits: str, template: str, *, wrong: ApiError | None = None) -> Response:
    """Show the page of a step, or start again if it is not due."""
    found = await _unfinished(page, awaits)
    back = page.form["back"] or page.query["back"]
    if found is None:
        return page.done(address("/sign-in", back=back))
    return await page.render(
        template, status=wrong.status if wrong else 200, name=found.user_name, back=back, wrong=said(wrong)
    )


async def ask_code(page: Page) -> Response:
    """Ask for a code of the user's device."""
    return await _step(page, "mfa", "signing_in/code.html")


async def take_code(page: Page) -> Response:
    """Go on with a code."""
    cookie = cookies.session_cookie(page.request)
    try:
        begun = await page.console.door.steps.with_code(cookie, page.form["code"], page.browser)
    except ApiError as error:
        return await _step(page, "mfa", "signing_in/code.html", wrong=error)
    return await begun_at(page, begun)


async def ask_password(page: Page) -> Response:
    """Ask for a new password."""
    return await _step(page, "password", "signing_in/new_password.html")


async def take_password(page: Page) -> Response:
    """Go on with a new password."""
    cookie, template = cookies.session_cookie(page.request), "signing_in/new_password.html"
    try:
        password = repeated(page, "password", "again")
        begun = await page.console.door.steps.with_new_password(cookie, password, page.browser)
    except ApiError as error:
        return await _step(page, "password", template, wrong=error)
    return await begun_at(page, begun)


def repeated(page: Page, name: str, again: str) -> Secret:
    """Return a new password that was typed twice.

    Raises:
        ApiError: not the same both times.
    """
    if page.form[name] != page.form[again]:
        raise NOT_REPEATED()
    return Secret(page.form[name])


async def ask_device(page: Page) -> Response:
    """Say that a device is needed."""
    return await _step(page, "bind", "signing_in/device.html")


async def make_device(page: Page) -> Response:
    """Show a new device, once."""
    cookie = cookies.session_cookie(page.request)
    try:
        device = await page.console.door.steps.new_device(cookie)
    except ApiError as error:
        return await _step(page, "bind", "signing_in/device.html", wrong=error)
    return await _codes_asked(page, device)


async def bind_device(page: Page) -> Response:
    """Go on with two codes of the new device."""
    cookie, codes = cookies.session_cookie(page.request), (page.form["code_1"], page.form["code_2"])
    try:
        begun = await page.console.door.steps.with_device(cookie, *codes, page.browser)
    except ApiError as error:
        return await _codes_asked(page, None, wrong=error)
    return await begun_at(page, begun)


async def _codes_asked(page: Page, device: NewDevice | None, wrong: ApiError | None = None) -> Response:
    if await _unfinished(page, "bind") is None:
        return page.done("/sign-in")
    return await page.render(
        "signing_in/bind.html",
        status=wrong.status if wrong else 200,
        seed=device.seed.reveal() if device is not None else "",
        picture=qr_code(device.uri.reveal()) if device is not None else "",
        back=page.form["back"],
        wrong=said(wrong),
    )


async def setup(page: Page) -> Response:
    """Ask for the first administrator's name and password; the link is used up by sending them."""
    return await _setup_asked(page, page.query["link"])


async def set_up(page: Page) -> Response:
    """Make the first administrator and sign him in."""
    link, name = page.form["link"], page.form.word("name")
    try:
        password = repeated(page, "password", "again")
        begun = await page.console.door.setup.complete(link, name, password, page.browser)
    except ApiError as error:
        return await _setup_asked(page, link, name=name, wrong=error)
    return await begun_at(page, begun)


async def _setup_asked(
    page: Page, link: str, *, name: str = "admin", wrong: ApiError | None = None
) -> Response:
    try:
        account = await page.console.door.setup.account_of(link)
    except ApiError as error:
        # Who comes without a link asks how to get one.
        status, wrong_link = (error.status, said(error)) if link else (200, "")
        return await page.render("signing_in/no_setup.html", status=status, wrong=wrong_link)
    return await page.render(
        "signing_in/setup.html",
        status=wrong.status if wrong else 200,
        account=account,
        link=link,
        name=name,
        wrong=said(wrong),
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
    get("/sign-in/root", ask_root, signed_in=False),
    post("/sign-in/root", let_root_in, signed_in=False),
    get("/sign-in/code", ask_code, signed_in=False),
    post("/sign-in/code", take_code, signed_in=False),
    get("/sign-in/new-password", ask_password, signed_in=False),
    post("/sign-in/new-password", take_password, signed_in=False),
    get("/sign-in/device", ask_device, signed_in=False),
    post("/sign-in/device", make_device, signed_in=False),
    post("/sign-in/device/bind", bind_device, signed_in=False),
    get("/setup", setup, signed_in=False),
    post("/setup", set_up, signed_in=False),
    post("/sign-out", sign_out),
]
