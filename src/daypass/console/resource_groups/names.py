"""Resource groups as choices on other pages: where a grant holds, where a resource is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.errors import ApiError

if TYPE_CHECKING:
    from daypass.console.page import Page

_AT_ONCE: Final = 100
_MOST: Final = 1000
_FORBIDDEN: Final = 403


async def every_group(page: Page) -> dict[str, str]:
    """Return the names for people of the account's resource groups, by their ids; none if they are hidden."""
    names: dict[str, str] = {}
    for number in range(1, _MOST // _AT_ONCE + 1):
        try:
            answer = await page.call(
                "ResourceManager", "ListResourceGroups", PageNumber=number, PageSize=_AT_ONCE
            )
        except ApiError as error:
            if error.status != _FORBIDDEN:
                raise
            return names
        names |= {each["Id"]: each["DisplayName"] for each in answer["ResourceGroups"]["ResourceGroup"]}
        if len(names) >= answer["TotalCount"]:
            break
    return names
