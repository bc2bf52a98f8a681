"""How a user logs on to the console: password, whether it has to be changed, MFA, and taking it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.initial_passwords import make_password
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.routing import ask, get, post
from daypass.console.users.creating import password_length
from daypass.console.users.showing import full_name
from daypass.errors import ApiError
from daypass.secret import Secret

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/users/{name}/console-logon"
KEPT, MADE_UP, TYPED = "kept", "generated", "custom"


@dataclass(slots=True)
class Wanted:
    """What the form says.

    Attributes:
        there: whether the user could log on before.
        kind: of the password: kept, generated or custom.
    """

    there: bool
    active: bool = True
    kind: str = MADE_UP
    password: Secret = field(default_factory=lambda: Secret(""))
    reset: bool = True
    mfa: bool = False
    error: str = ""

    @classmethod
    def of_profile(cls, profile: dict[str, Any]) -> Wanted:
        """Return what is so now."""
        if not profile:
            return cls(there=False)
        return cls(
            there=True,
            active=profile["Status"] == "Active",
            kind=KEPT,
            reset=profile["PasswordResetRequired"],
            mfa=profile["MFABindRequired"],
        )

    @classmethod
    def read(cls, page: Page, *, there: bool) -> Wanted:
        """Read the form."""
        form = page.form
        kinds = (KEPT, MADE_UP, TYPED) if there else (MADE_UP, TYPED)
        kind = form["password-kind"] if form["password-kind"] in kinds else kinds[0]
        return cls(
            there=there,
            active=form["status"] != "Inactive",
            kind=kind,
            password=Secret(form["Password"]),
            reset="reset" in form,
            mfa="mfa" in form,
        )

    def call(self, page: Page, password: Secret) -> Call:
        """Return what makes it so."""
        return call(
            "Ims",
            "UpdateLoginProfile" if self.there else "CreateLoginProfile",
            UserPrincipalName=full_name(page, page.segment("name")),
            Password=None if self.kind == KEPT else password.reveal(),
            PasswordResetRequired=self.reset,
            MFABindRequired=self.mfa,
            Status=("Active" if self.active else "Inactive") if self.there or not self.active else None,
        )


def _home(page: Page) -> str:
    return address(f"/users/{page.segment('name')}")


async def _profile(page: Page) -> dict[str, Any]:
    found = await part(
        page,
        "Ims",
        "GetLoginProfile",
        UserPrincipalName=full_name(page, page.segment("name")),
        absent="EntityNotExist.User.LoginProfile",
    )
    profile: dict[str, Any] = found.body.get("LoginProfile", {})
    return profile


async def show(page: Page) -> Response:
    """Show the form as it stands."""
    return await _form(page, Wanted.of_profile(await _profile(page)))


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    wanted = Wanted.read(page, there=bool(await _profile(page)))
    return await calls.fragment(page, [wanted.call(page, wanted.password)])


async def save(page: Page) -> Response:
    """Make it so; show a password that was made up."""
    wanted = Wanted.read(page, there=bool(await _profile(page)))
    if wanted.kind == TYPED and not wanted.password.reveal():
        wanted.error = page.t("Enter a password, or have one generated.")
        return await _form(page, wanted, status=400)
    password = wanted.password
    if wanted.kind == MADE_UP:
        password = make_password(page.console.entropy, await password_length(page))
    try:
        await calls.run(page, wanted.call(page, password))
    except ApiError as error:
        if not error.code.startswith("InvalidParameter.Password"):
            raise
        wanted.error = error.message
        return await _form(page, wanted, status=400)
    if wanted.kind == MADE_UP:
        return await page.render(
            "users/password.html", name=page.segment("name"), password=password, home=_home(page)
        )
    return page.done(_home(page), page.t("The console logon was saved."))


async def _form(page: Page, wanted: Wanted, status: int = 200) -> Response:
    name = page.segment("name")
    action = "UpdateLoginProfile" if wanted.there else "CreateLoginProfile"
    return await page.render(
        "users/console_logon.html",
        status=status,
        name=name,
        wanted=wanted,
        refusal=await page.may("Ram", action, UserName=name),
        snippets=calls.shown(page, [wanted.call(page, wanted.password)]),
        home=_home(page),
    )


async def ask_delete(page: Page) -> Response:
    """Say what taking the logon away means."""
    about = page.t("The password is deleted. AccessKeys go on working.")
    return await _confirm(page, page.t("Remove Console Access"), about, _deletion(page))


async def delete(page: Page) -> Response:
    """Take the logon away."""
    await calls.run(page, _deletion(page))
    return page.done(_home(page), page.t("The user can no longer log on to the console."))


def _deletion(page: Page) -> Call:
    return call("Ram", "DeleteLoginProfile", UserName=page.segment("name"))


async def ask_unbind(page: Page) -> Response:
    """Say what unbinding the MFA device means."""
    about = page.t("The user logs on with the password alone until another device is bound.")
    return await _confirm(page, page.t("Unbind MFA Device"), about, _unbinding(page))


async def unbind(page: Page) -> Response:
    """Unbind the MFA device."""
    await calls.run(page, _unbinding(page))
    return page.done(_home(page), page.t("The MFA device was unbound."))


def _unbinding(page: Page) -> Call:
    return call("Ram", "UnbindMFADevice", UserName=page.segment("name"))


async def ask_sign_out(page: Page) -> Response:
    """Say what signing the user out everywhere means."""
    about = page.t(
        "Every browser that the user is signed in with has to sign in again. AccessKeys go on working."
    )
    return await _confirm(page, page.t("Sign Out Everywhere"), about, _signing_out(page))


async def sign_out(page: Page) -> Response:
    """Sign the user out everywhere."""
    await calls.run(page, _signing_out(page))
    return page.done(_home(page), page.t("The user is signed out everywhere."))


def _signing_out(page: Page) -> Call:
    return call("Daypass", "EndConsoleSessions", UserName=page.segment("name"))


async def _confirm(page: Page, title: str, about: str, wanted: Call) -> Response:
    return await confirmation(
        page,
        title,
        (about,),
        [wanted],
        trail=(("/users", page.t("Users")), (_home(page), page.segment("name"))),
        refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
    )


ROUTES: Final = [
    get(_PATH, show),
    ask(f"{_PATH}/snippets", snippets),
    post(_PATH, save),
    get(f"{_PATH}/delete", ask_delete),
    post(f"{_PATH}/delete", delete),
    get("/users/{name}/mfa", ask_unbind),
    post("/users/{name}/mfa", unbind),
    get("/users/{name}/sign-out", ask_sign_out),
    post("/users/{name}/sign-out", sign_out),
]
