"""Create User: one or several at once, with console passwords and AccessKeys, which are shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.initial_passwords import LENGTH, LONGEST, make_password
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError
from daypass.secret import Secret

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.forms import Fields
    from daypass.console.page import Page

PATH: Final = "/create-user"
MOST: Final = 20
"""Users that one form makes."""


@dataclass(slots=True)
class Row:
    """One user of the form."""

    name: str = ""
    display_name: str = ""
    error: str = ""


@dataclass(slots=True)
class Wanted:
    """What the form says so far.

    Attributes:
        rows: one a user.
        logon: whether they may log on to the console.
        password: of all of them, if it is typed; else each gets one that is made up.
        made_up: whether passwords are made up.
        reset: whether the password has to be changed at the first logon.
        key: whether each gets an AccessKey.
    """

    rows: list[Row] = field(default_factory=lambda: [Row()])
    comments: str = ""
    logon: bool = False
    made_up: bool = True
    password: Secret = field(default_factory=lambda: Secret(""))
    reset: bool = True
    key: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields) -> Wanted:
        """Read a form; rows without anything in them do not count."""
        numbers = [number for number in range(1, MOST + 1) if f"UserName.{number}" in fields]
        rows = [
            Row(fields.word(f"UserName.{number}"), fields.word(f"DisplayName.{number}")) for number in numbers
        ]
        return cls(
            [row for row in rows if row.name or row.display_name] or [Row()],
            fields.word("Comments"),
            logon="logon" in fields,
            made_up=fields["password-kind"] != "custom",
            password=Secret(fields["Password"]),
            reset="reset" in fields,
            key="key" in fields,
        )

    def check(self, page: Page) -> bool:
        """Return whether there is anything to try; note what is missing."""
        names = [row.name for row in self.rows]
        for row in self.rows:
            if not row.name:
                row.error = page.t("Enter a logon name.")
            elif names.count(row.name) > 1:
                row.error = page.t("This name is there twice.")
        if self.logon and not self.made_up and not self.password.reveal():
            self.errors["Password"] = page.t("Enter a password, or have one generated.")
        return not self.errors and not any(row.error for row in self.rows)

    def calls(self, row: Row, password: Secret) -> list[Call]:
        """Return what makes one of the users."""
        made = [
            call(
                "Ram",
                "CreateUser",
                UserName=row.name or None,
                DisplayName=row.display_name or None,
                Comments=self.comments or None,
            )
        ]
        if self.logon:
            made.append(
                call(
                    "Ram",
                    "CreateLoginProfile",
                    UserName=row.name or None,
                    Password=password.reveal(),
                    PasswordResetRequired=self.reset,
                )
            )
        if self.key:
            made.append(call("Ram", "CreateAccessKey", UserName=row.name or None))
        return made


@dataclass(slots=True)
class Created:
    """A user, what is secret about it, and what went wrong if not all of it worked."""

    row: Row
    password: Secret | None = None
    key: dict[str, str] = field(default_factory=dict)
    there: bool = False
    why: str = ""


async def show(page: Page) -> Response:
    """Show the form."""
    return await _form(page, Wanted())


async def more(page: Page) -> Response:
    """Show the form with a row more."""
    wanted = Wanted.read(page.form)
    if len(wanted.rows) < MOST:
        wanted.rows.append(Row())
    return await _form(page, wanted)


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    wanted = Wanted.read(page.form)
    return await calls.fragment(page, _all_calls(wanted))


async def create(page: Page) -> Response:
    """Create the users, and show once what is secret about them."""
    wanted = Wanted.read(page.form)
    if not wanted.check(page):
        return await _form(page, wanted, status=400)
    length = 0 if not (wanted.logon and wanted.made_up) else await password_length(page)
    made = [await _create(page, wanted, row, length) for row in wanted.rows]
    if not any(each.there for each in made):
        for each in made:
            each.row.error = each.why
        return await _form(page, wanted, status=400)
    if any(each.password or each.key or each.why for each in made):
        return await page.render("users/created.html", made=made, logon=wanted.logon)
    if len(made) == 1:
        return page.done(address(f"/users/{made[0].row.name}"), page.t("The user was created."))
    return page.done("/users", page.t("The users were created."))


async def _create(page: Page, wanted: Wanted, row: Row, length: int) -> Created:
    """Create one of the users, as far as it goes."""
    password = make_password(page.console.entropy, length) if length else wanted.password
    made = Created(row)
    try:
        for each in wanted.calls(row, password):
            answer = await calls.run(page, each)
            made.there = True
            if each.action == "CreateLoginProfile" and length:
                made.password = password
            made.key = answer.get("AccessKey", {})
    except ApiError as error:
        made.why = error.message
    return made


async def password_length(page: Page) -> int:
    """Return how long a password has to be; the longest there is, if the policy may not be seen."""
    policy = await part(page, "Ram", "GetPasswordPolicy")
    if not policy:
        return LONGEST
    return max(LENGTH, int(policy.body["PasswordPolicy"]["MinimumPasswordLength"]))


def _all_calls(wanted: Wanted) -> list[Call]:
    return [each for row in wanted.rows for each in wanted.calls(row, wanted.password)]


async def _form(page: Page, wanted: Wanted, status: int = 200) -> Response:
    return await page.render(
        "users/create.html",
        status=status,
        wanted=wanted,
        most=MOST,
        refusal=await page.may("Ram", "CreateUser"),
        logon_refusal=await page.may("Ram", "CreateLoginProfile"),
        snippets=calls.shown(page, _all_calls(wanted)),
    )


ROUTES: Final = [
    get(PATH, show),
    ask(f"{PATH}/rows", more),
    ask(f"{PATH}/snippets", snippets),
    post(PATH, create),
]
