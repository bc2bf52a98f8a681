"""What is granted to a user or a group, and taking one of it back, on the page about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.confirming import confirmation
from daypass.console.page import address
from daypass.console.parts import Part, part
from daypass.console.routing import Route, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

MANY: Final = 100
_REFUSED: Final = frozenset({400, 403, 404, 409})


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind of thing that permissions are granted to.

    Attributes:
        kind: ``User`` or ``Group``.
        area: the path of its pages.
        wire: what ResourceManager calls it.
        domain: that ResourceManager names it with.
    """

    kind: str
    area: str
    wire: str
    domain: str

    async def granted(self, page: Page, name: str) -> Part:
        """Return what is granted to one of them itself, each with its scope."""
        return await part(
            page,
            "ResourceManager",
            "ListPolicyAttachments",
            PrincipalType=self.wire,
            PrincipalName=f"{name}@{self.domain.format(account=page.who.account_id)}",
            PageSize=MANY,
        )

    def routes(self) -> list[Route]:
        """Return the page that asks, and what its form is sent to."""
        path = f"{self.area}/{{name}}/revoke"
        return [get(path, self._ask), post(path, self._revoke)]

    async def _ask(self, page: Page) -> Response:
        return await self._form(page)

    async def _revoke(self, page: Page) -> Response:
        try:
            await calls.run(page, self._detaching(page))
        except ApiError as error:
            if error.status not in _REFUSED:
                raise
            return await self._form(page, error.message)
        return page.done(self._home(page), page.t("The permission was revoked."))

    def _home(self, page: Page) -> str:
        return address(f"{self.area}/{page.segment('name')}", tab="permissions")

    def _detaching(self, page: Page) -> Call:
        asked = _asked(page)
        scope = asked["scope"]
        return call(
            "Ram",
            f"DetachPolicyFrom{self.kind}",
            PolicyType=asked["type"],
            PolicyName=asked["policy"],
            ResourceGroupId=None if scope in {"", page.who.account_id} else scope,
            **{f"{self.kind}Name": page.segment("name")},
        )

    async def _form(self, page: Page, failed: str = "") -> Response:
        wanted, asked, name = self._detaching(page), _asked(page), page.segment("name")
        about = page.t("{policy} will no longer be granted to {name}. This counts from the next request on.")
        areas = {"User": page.t("Users"), "Group": page.t("Groups")}
        return await confirmation(
            page,
            page.t("Revoke Permission"),
            (about.format(policy=asked["policy"], name=name),),
            [wanted],
            trail=((self.area, areas[self.kind]), (self._home(page), name)),
            refusal=await page.may(wanted.product, wanted.action, **wanted.parameters),
            failed=failed,
            hidden=asked,
        )


def _asked(page: Page) -> dict[str, str]:
    """Return which grant is meant: by the address, or by the form that it led to."""
    return {name: page.form.word(name) or page.query.word(name) for name in ("type", "policy", "scope")}


USERS: Final = Holder("User", "/users", "IMSUser", "{account}.onaliyun.com")
GROUPS: Final = Holder("Group", "/groups", "IMSGroup", "group.{account}.onaliyun.com")
