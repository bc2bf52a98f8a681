"""A user binds a virtual MFA device, or takes it away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from daypass.console import calls, cookies
from daypass.console.account.showing import HOME, device_name, own_device
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.pictures import qr_code
from daypass.console.routing import get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/account/mfa"
_ISSUER: Final = "daypass"
_WRONG_CODES: Final = {"CheckAuthenticationCodeFail", "InvalidParameter.AuthenticationCode.Format"}


def _serial(page: Page) -> str:
    return f"acs:ram::{page.who.account_id}:mfa/{device_name(page)}"


def _making(page: Page) -> Call:
    return call("Ram", "CreateVirtualMFADevice", VirtualMFADeviceName=device_name(page))


def _binding(page: Page, first: str = "", second: str = "") -> Call:
    return call(
        "Ram",
        "BindMFADevice",
        UserName=page.who.user_name,
        SerialNumber=_serial(page),
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )


async def ask_bind(page: Page) -> Response:
    """Say what is about to be done."""
    if (await own_device(page)).body.get("MFADevice"):
        return page.done(HOME, page.t("A device is bound already."), "warning")
    return await page.render(
        "account/device.html",
        refusal=await page.may("Ram", "CreateVirtualMFADevice", VirtualMFADeviceName=device_name(page)),
        snippets=calls.shown(page, [_making(page), _binding(page)]),
    )


async def make(page: Page) -> Response:
    """Make a device and show what it is fed with, in this answer and no other."""
    try:
        made = await calls.run(page, _making(page))
    except ApiError as error:
        if error.code != "EntityAlreadyExists.VirtualMFADevice":
            raise
        # One that was made before, and bound by nobody, since then what it was fed with was not kept.
        await calls.run(page, call("Ram", "DeleteVirtualMFADevice", SerialNumber=_serial(page)))
        made = await calls.run(page, _making(page))
    return await _codes_asked(page, made["VirtualMFADevice"]["Base32StringSeed"])


async def again(page: Page) -> Response:
    """Say why a form that was sent before shows nothing."""
    return page.done(_PATH, page.t("The QR code is shown once. Have another one made."), "warning")


async def bind(page: Page) -> Response:
    """Bind the device with two codes that it shows."""
    codes = (page.form[name].replace(" ", "") for name in ("code_1", "code_2"))
    try:
        await calls.run(page, _binding(page, *codes))
    except ApiError as error:
        if error.code not in _WRONG_CODES:
            raise
        wrong = page.t("These are not two codes of the device that follow each other. Try again.")
        return await _codes_asked(page, "", wrong)
    return page.done(HOME, page.t("The MFA device is bound. You need it whenever you sign in from now on."))


async def _codes_asked(page: Page, seed: str, wrong: str = "") -> Response:
    holder = f"{_ISSUER}:{device_name(page)}@{page.who.account_id}"
    uri = f"otpauth://totp/{quote(holder)}?{urlencode({'secret': seed, 'issuer': _ISSUER})}"
    return await page.render(
        "account/bind.html",
        status=400 if wrong else 200,
        seed=seed,
        picture=qr_code(uri) if seed else "",
        wrong=wrong,
        refusal=await page.may("Ram", "BindMFADevice", **_binding(page, "000000", "000000").parameters),
    )


async def ask_unbind(page: Page) -> Response:
    """Say what taking the device away means."""
    wanted = call("Ram", "UnbindMFADevice", UserName=page.who.user_name)
    return await confirmation(
        page,
        page.t("Unbind MFA Device"),
        (
            page.t("Your password alone will be enough to sign in, unless the account wants a device."),
            page.t("You are signed out everywhere, here too."),
        ),
        [wanted],
        trail=((HOME, page.t("My account")),),
        refusal=await page.may("Ram", "UnbindMFADevice", UserName=page.who.user_name),
    )


async def unbind(page: Page) -> Response:
    """Take the device away, with which the user's sessions end."""
    await calls.run(page, call("Ram", "UnbindMFADevice", UserName=page.who.user_name))
    response = page.done("/sign-in")
    cookies.set_session(page.request, response, "", 0)
    return response


ROUTES: Final = [
    get(_PATH, ask_bind),
    post(_PATH, make, again=again),
    post(f"{_PATH}/bind", bind),
    get(f"{_PATH}/unbind", ask_unbind),
    post(f"{_PATH}/unbind", unbind),
]
