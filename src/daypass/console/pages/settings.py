"""Settings of the account: security, passwords, MFA, networks, and its name."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.routing import ask, get, post
from daypass.console.settings.sections import NETWORK, SECTIONS, SECURITY, Section
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_PATH: Final = "/settings"
_NAME: Final = "name"
_WRONG: Final = {400, 409}
_NO_ALIAS: Final = "EntityNotExist"


async def settings(page: Page) -> Response:
    """Show the section that the address asks for."""
    key = page.query["tab"]
    if key == _NAME:
        return await _name_shown(page)
    return await _shown(page, SECTIONS.get(key, SECURITY))


async def change(page: Page) -> Response:
    """Change what was changed in a section's form, and nothing else."""
    if page.query["tab"] == _NAME:
        return await _rename(page)
    section = SECTIONS.get(page.query["tab"], SECURITY)
    changes = section.changes(page.form)
    home = address(_PATH, tab=section.key if section is not SECURITY else "")
    if not changes:
        return page.done(home, page.t("Nothing was changed."), "warning")
    if section is NETWORK and not page.form["anyway"] and _shuts_out(page, changes):
        error = page.t(
            "Your own address, {address}, is not among these. Add it, or confirm that you want this."
        ).replace("{address}", page.browser.source_ip)
        return await _shown(page, section, error=error, shuts_out=True)
    try:
        await calls.run(page, call("Ims", section.writes, **changes))
    except ApiError as error:
        if error.status not in _WRONG:
            raise
        return await _shown(page, section, error=error.message)
    return page.done(home, page.t("The settings were changed."))


async def snippets(page: Page) -> Response:
    """Show what a section's form would do, for people who script."""
    if page.query["tab"] == _NAME:
        return await calls.fragment(page, [_naming(page)])
    section = SECTIONS.get(page.query["tab"], SECURITY)
    return await calls.fragment(page, [call("Ims", section.writes, **section.sent(page.form))])


def _shuts_out(page: Page, changes: dict[str, str]) -> bool:
    """Whether a mask would keep whoever sets it from signing in again."""
    try:
        networks = [
            ip_network(mask, strict=False) for mask in changes["LoginNetworkMasks"].split(";") if mask
        ]
        here = ip_address(page.browser.source_ip)
    except ValueError:
        return False  # the operation says what is wrong with it
    return bool(networks) and not any(here in network for network in networks)


async def _shown(page: Page, section: Section, *, error: str = "", shuts_out: bool = False) -> Response:
    found = await part(page, "Ims", section.reads)
    values = section.values(found.body) if found else {}
    was = {each.name: each.sent(values[each.name]) for each in section.controls} if found else {}
    if error:
        values = {each.name: each.shown(each.sent(page.form[each.name])) for each in section.controls}
        was = {each.name: page.form[f"was-{each.name}"] for each in section.controls}
    sent = {each.name: each.sent(values[each.name]) for each in section.controls} if values else {}
    return await page.render(
        "settings/section.html",
        status=400 if error else 200,
        section=section,
        tabs=_tabs(page),
        found=found,
        values=values,
        was=was,
        error=error,
        shuts_out=shuts_out,
        translated=lambda options: [(key, page.t(said), "") for key, said in options],
        refusal=await page.may("Ims", section.writes),
        snippets=calls.shown(page, [call("Ims", section.writes, **sent)]),
    )


def _tabs(page: Page) -> list[tuple[str, str]]:
    sections = [(each.key, page.t(each.title)) for each in SECTIONS.values()]
    return [*sections, (_NAME, page.t("Alias and domain"))]


async def _name_shown(page: Page, *, error: str = "") -> Response:
    alias = await part(page, "Ram", "GetAccountAlias", absent="EntityNotExist")
    domain = await part(page, "Ims", "GetDefaultDomain")
    typed = page.form.word("AccountAlias") if error else alias.body.get("AccountAlias", "")
    return await page.render(
        "settings/name.html",
        status=400 if error else 200,
        tabs=_tabs(page),
        alias=alias,
        domain=domain,
        typed="" if typed == page.who.account_id else typed,
        error=error,
        refusals={
            "SetAccountAlias": await page.may("Ram", "SetAccountAlias"),
            "ClearAccountAlias": await page.may("Ram", "ClearAccountAlias"),
        },
        snippets=calls.shown(page, [_naming(page)]),
    )


def _naming(page: Page) -> Call:
    alias = page.form.word("AccountAlias")
    return call("Ram", "SetAccountAlias", AccountAlias=alias) if alias else call("Ram", "ClearAccountAlias")


async def _rename(page: Page) -> Response:
    """Give the account another alias, or take it away."""
    try:
        await calls.run(page, _naming(page))
    except ApiError as error:
        if error.code == _NO_ALIAS:
            return page.done(address(_PATH, tab=_NAME), page.t("Nothing was changed."), "warning")
        if error.status not in _WRONG:
            raise
        return await _name_shown(page, error=error.message)
    return page.done(address(_PATH, tab=_NAME), page.t("The settings were changed."))


ROUTES: Final = [
    get(_PATH, settings),
    post(_PATH, change),
    ask(f"{_PATH}/snippets", snippets),
]
