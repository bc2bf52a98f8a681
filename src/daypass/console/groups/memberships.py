"""Users are put into groups, any number of one into any number of the other; or taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address, here
from daypass.console.parts import part
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.forms import Fields
    from daypass.console.page import Page

PATH: Final = "/add-to-group"
SHOWN: Final = 50
_LOOKED_THROUGH: Final = 1000
_USER: Final = "User:"


@dataclass(frozen=True, slots=True)
class Choices:
    """Names to pick from.

    Attributes:
        names: those that are picked already first.
        picked: of them.
        part: the part of a name they were looked for by.
        more: whether there are others.
        denied: why they cannot be listed.
    """

    names: list[str]
    picked: list[str]
    part: str
    more: bool
    denied: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be in which groups, and where to go afterwards."""

    users: list[str]
    groups: list[str]
    back: str

    @classmethod
    def read(cls, fields: Fields) -> Wanted:
        """Read a form, or an address that another page made."""
        users = [text.removeprefix(_USER) for text in fields.all("principal") if text.startswith(_USER)]
        return cls(
            list(dict.fromkeys(users)),
            list(dict.fromkeys(fields.all("group"))),
            here(fields["back"]) if fields["back"] else "",
        )

    @property
    def home(self) -> str:
        """Where to go when it is done."""
        if self.back:
            return self.back
        if len(self.users) == 1:
            return address(f"/users/{self.users[0]}", tab="groups")
        return address(f"/groups/{self.groups[0]}") if len(self.groups) == 1 else "/users"

    def calls(self) -> list[Call]:
        """Return what does it; one with places to fill, as long as nothing is picked."""
        users, groups = self.users or [""], self.groups or [""]
        return [
            call("Ram", "AddUserToGroup", UserName=user or None, GroupName=group or None)
            for group in groups
            for user in users
        ]


async def show(page: Page) -> Response:
    """Show who can be picked."""
    return await _form(page, Wanted.read(page.query), page.query)


async def find(page: Page) -> Response:
    """Show it again with what was looked for."""
    return await _form(page, Wanted.read(page.form), page.form)


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, Wanted.read(page.form).calls())


async def add(page: Page) -> Response:
    """Put each into each; who is in already stays."""
    wanted = Wanted.read(page.form)
    if not wanted.users or not wanted.groups:
        return await _form(page, wanted, page.form, [page.t("Choose at least one user and one group.")])
    failures = []
    for each in wanted.calls():
        try:
            await calls.run(page, each)
        except ApiError as error:
            if not error.code.startswith("EntityAlreadyExists."):
                failures.append(
                    f"{each.parameters['UserName']} → {each.parameters['GroupName']}: {error.message}"
                )
    if failures:
        return await _form(page, wanted, page.form, failures)
    return page.done(wanted.home, page.t("The users are in the groups now."))


async def _form(page: Page, wanted: Wanted, fields: Fields, failures: list[str] | None = None) -> Response:
    return await page.render(
        "groups/add.html",
        status=400 if failures else 200,
        wanted=wanted,
        users=await _choices(page, "User", wanted.users, fields.word("who")),
        groups=await _choices(page, "Group", wanted.groups, fields.word("what")),
        failures=failures or [],
        refusal=await page.may("Ram", "AddUserToGroup"),
        snippets=calls.shown(page, wanted.calls()),
    )


async def _choices(page: Page, kind: str, picked: list[str], looked_for: str) -> Choices:
    most = _LOOKED_THROUGH if looked_for else SHOWN
    found = await part(page, "Ram", f"List{kind}s", MaxItems=most)
    entries = found.body.get(f"{kind}s", {}).get(kind, ())
    texts = [
        (each[f"{kind}Name"], f"{each[f'{kind}Name']} {each.get('DisplayName', '')}") for each in entries
    ]
    names = [name for name, text in texts if looked_for.lower() in text.lower() and name not in picked]
    more = bool(found.body.get("IsTruncated")) or len(names) > SHOWN
    return Choices([*picked, *names[:SHOWN]], picked, looked_for, more, found.denied)


def _leaving(page: Page) -> tuple[list[Call], str]:
    """Return what takes the chosen out, and where to go."""
    name = page.segment("name")
    if page.path.startswith("/users/"):
        made = [
            call("Ram", "RemoveUserFromGroup", UserName=name, GroupName=each)
            for each in page.form.all("group")
        ]
        return made, address(f"/users/{name}", tab="groups")
    made = [
        call("Ram", "RemoveUserFromGroup", UserName=each, GroupName=name) for each in page.form.all("user")
    ]
    return made, address(f"/groups/{name}")


async def ask_remove(page: Page) -> Response:
    """Ask before anybody loses what a group gives."""
    wanted, home = _leaving(page)
    if not wanted:
        return page.done(home, page.t("Choose somebody first."), "warning")
    area = ("/users", page.t("Users")) if page.path.startswith("/users/") else ("/groups", page.t("Groups"))
    return await confirmation(
        page,
        page.t("Remove from Group"),
        (page.t("Who leaves a group loses the permissions that come from it alone."),),
        wanted,
        template="groups/remove.html",
        trail=(area, (home, page.segment("name"))),
        refusal=await page.may("Ram", "RemoveUserFromGroup", **wanted[0].parameters),
        leaving=[each.parameters for each in wanted],
        field="group" if area[0] == "/users" else "user",
        path=page.path.removesuffix("/remove") + "/removed",
    )


async def remove(page: Page) -> Response:
    """Take the chosen out of the groups."""
    wanted, home = _leaving(page)
    for each in wanted:
        try:
            await calls.run(page, each)
        except ApiError as error:
            if not error.code.startswith("EntityNotExist.User.Group"):
                raise
    return page.done(home, page.t("Removed from the group."))


ROUTES: Final = [
    get(PATH, show),
    ask(f"{PATH}/find", find),
    ask(f"{PATH}/snippets", snippets),
    post(PATH, add),
    *(
        route
        for path in ("/users/{name}/groups", "/groups/{name}/members")
        for route in (ask(f"{path}/remove", ask_remove), post(f"{path}/removed", remove))
    ),
]
