"""Grant Permission: several principals, up to five policies, for the account or in a resource group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from daypass.console.calls import Call, call, fragment, shown
from daypass.console.grants.choices import Choice, Found, find_policies, find_principals
from daypass.console.grants.grant import AT_ONCE, TYPES, Grant, Policy, attach, refusal
from daypass.console.grants.principals import KINDS, Principal
from daypass.console.page import here
from daypass.console.resource_groups.names import every_group
from daypass.console.routing import ask, get, post

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.forms import Fields
    from daypass.console.page import Page

PATH: Final = "/grants/new"
_GRANTS: Final = "/grants"


@dataclass(slots=True)
class Wanted:
    """What the form says so far.

    Attributes:
        scope: ``account`` or ``group``.
        group: id of the resource group.
        who: the part of a name that principals are looked for by.
        kind: of principals to look for; empty for all.
        what: the part of a name that policies are looked for by.
        type: of policies to look for; empty for both.
        back: where to go when it is done.
    """

    scope: str
    group: str
    principals: list[Principal]
    policies: list[Policy]
    who: str
    kind: str
    what: str
    type: str
    back: str
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields) -> Wanted:
        """Read a form, or an address that another page made."""
        principals = [Principal.read(text) for text in fields.all("principal")]
        principals += [Principal(kind, name) for kind in KINDS if (name := fields.word(kind.lower()))]
        policies = [Policy.read(text) for text in fields.all("policy")]
        group = fields.word("resource-group")
        back = here(fields.word("back")) if fields.word("back") else ""
        known = [each for each in principals if each is not None]
        return cls(
            fields.word("scope", "group" if group else "account"),
            group,
            list(dict.fromkeys(known)),
            list(dict.fromkeys(each for each in policies if each is not None)),
            fields.word("who"),
            fields.word("kind"),
            fields.word("what"),
            fields.word("type"),
            back or (known[0].path if len(known) == 1 else _GRANTS),
        )

    def grants(self) -> list[Grant]:
        """Return every policy for every principal."""
        scope = self.group if self.scope == "group" else ""
        return [Grant(principal, policy, scope) for principal in self.principals for policy in self.policies]

    def calls(self) -> list[Call]:
        """Return what granting is made of; its form only as long as nothing is picked."""
        known = [grant.attach for grant in self.grants()]
        return known or [call("Ram", "AttachPolicyToRole")]

    def check(self, page: Page) -> bool:
        """Return whether it can be granted; note in ``errors`` what is missing."""
        if self.scope == "group" and not self.group:
            self.errors["resource-group"] = page.t("Choose a resource group.")
        if not self.principals:
            self.errors["principal"] = page.t("Choose at least one principal.")
        if not self.policies:
            self.errors["policy"] = page.t("Choose at least one policy.")
        if len(self.policies) > AT_ONCE:
            words = page.t("Choose at most {most} policies; grant the others in a second go.")
            self.errors["policy"] = words.format(most=AT_ONCE)
        return not self.errors


async def show(page: Page) -> Response:
    """Show the panel, with what the page that leads here has chosen already."""
    return await _panel(page, Wanted.read(page.query))


async def find(page: Page) -> Response:
    """Show the panel again, with what was looked for; what is chosen stays so."""
    return await _panel(page, Wanted.read(page.form))


async def snippets(page: Page) -> Response:
    """Say for people who script what the form would do as it stands."""
    return await fragment(page, Wanted.read(page.form).calls())


async def grant(page: Page) -> Response:
    """Grant, and tell of each grant what became of it."""
    wanted = Wanted.read(page.form)
    if not wanted.check(page):
        return await _panel(page, wanted, status=400)
    outcomes = await attach(page, wanted.grants())
    return await page.render(
        "grants/result.html",
        title=page.t("Grant Permission"),
        outcomes=outcomes,
        failed=sum(outcome.state == "failed" for outcome in outcomes),
        groups=await every_group(page),
        words={
            "done": page.t("Done"),
            "before": page.t("Was granted already"),
            "failed": page.t("Failed"),
        },
        back=wanted.back,
    )


async def _panel(page: Page, wanted: Wanted, status: int = 200) -> Response:
    kinds = [wanted.kind] if wanted.kind in KINDS else list(KINDS)
    types = [wanted.type] if wanted.type in TYPES else list(TYPES)
    principals = await find_principals(page, wanted.who, kinds)
    policies = await find_policies(page, wanted.what, types)
    return await page.render(
        "grants/new.html",
        status=status,
        wanted=wanted,
        principals=_with(principals, wanted.principals),
        policies=_with(policies, wanted.policies),
        groups=await every_group(page),
        most=AT_ONCE,
        snippets=shown(page, wanted.calls()),
        refusal=await refusal(page, wanted.principals),
    )


def _with(found: Found, chosen: list[Principal] | list[Policy]) -> Found:
    """Return what was found, with what is chosen already before it: it stays chosen though not looked for."""
    known = {choice.value for choice in found.choices}
    ahead = [Choice(value) for value in chosen if value not in known]
    return Found([*ahead, *found.choices], found.more, found.hidden)


ROUTES: Final = [
    get(PATH, show),
    ask("/grants/find", find),
    ask(f"{PATH}/snippets", snippets),
    post(PATH, grant),
]
