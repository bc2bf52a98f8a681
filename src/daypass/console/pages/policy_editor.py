"""What the policy editor's scripts ask for: reviews, and what there is to suggest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from daypass.console.policy_editor import review
from daypass.console.routing import ask
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_MOST: Final = 1000
_VARIES: Final = re.compile(r"\{[^}]*\}")


async def reviewed(page: Page) -> Response:
    """Review the document of a form that is being filled in."""
    kind = page.query.word("kind")
    shown = await review(
        page,
        page.form[page.query.word("field", "PolicyDocument")],
        kind=next((each for each in ("Identity", "Trust", "Session") if each == kind), "Identity"),
        policy_name=page.query.word("policy"),
        role_name=page.query.word("role"),
    )
    return await page.render("policy_editor/review.html", review=shown)


async def known(page: Page) -> Response:
    """Tell what a policy may name: services, actions, ARNs, condition keys, principals of this account."""
    actions = await _actions(page)
    by_service: dict[str, list[dict[str, str]]] = {}
    arns: dict[str, dict[str, str]] = {}
    for action in actions:
        service = action["Service"]
        hint = ", ".join(action["Resources"])
        entry = {"value": action["Action"], "level": action["AccessLevel"], "hint": hint}
        by_service.setdefault(service, []).append(entry)
        for arn in action["Resources"]:
            if arn.startswith("acs:"):
                arns.setdefault(arn.split(":")[1], {})[_pattern(arn, page.who.account_id)] = arn
    return JSONResponse(
        {
            "services": [{"value": service} for service in sorted(by_service)],
            "actions": by_service,
            "arns": {
                service: [{"value": value, "hint": hint} for value, hint in found.items()]
                for service, found in arns.items()
            },
            "keys": [
                {"value": key} for key in sorted({key for each in actions for key in each["ConditionKeys"]})
            ],
            "principals": await _principals(page),
        }
    )


async def _actions(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    marker = None
    while True:
        answer = await page.call("Daypass", "ListActions", MaxItems=_MOST, Marker=marker)
        found += answer["Actions"]["Action"]
        if not answer["IsTruncated"]:
            return found
        marker = answer["Marker"]


def _pattern(arn: str, account: str) -> str:
    """Return an ARN as a policy of this account writes it: what varies is a star."""
    return _VARIES.sub("*", arn.replace("{AccountId}", account))


async def _principals(page: Page) -> dict[str, list[dict[str, str]]]:
    """Return whom a trust policy may name, as far as this user may list them."""
    account = page.who.account_id
    users = await _listed(page, "Ram", "ListUsers", ("Users", "User"))
    roles = await _listed(page, "Ram", "ListRoles", ("Roles", "Role"))
    named = [f"acs:ram::{account}:root", *(f"acs:ram::{account}:user/{each['UserName']}" for each in users)]
    providers = [
        *await _listed(page, "Ims", "ListSAMLProviders", ("SAMLProviders", "SAMLProvider"), paged=False),
        *await _listed(page, "Ims", "ListOIDCProviders", ("OIDCProviders", "OIDCProvider"), paged=False),
    ]
    return {
        "RAM": [{"value": arn} for arn in (*named, *(each["Arn"] for each in roles))],
        "Service": [{"value": f"{name}.aliyuncs.com"} for name in ("ecs", "fc", "iot", "log", "mns", "rds")],
        "Federated": [{"value": each["Arn"]} for each in providers],
    }


async def _listed(
    page: Page, product: str, operation: str, at: tuple[str, str], *, paged: bool = True
) -> list[dict[str, Any]]:
    """Return the first entries of a list; none if this user may not see it."""
    if await page.may(product, operation):
        return []
    try:
        answer = await page.call(product, operation, **({"MaxItems": _MOST} if paged else {}))
    except ApiError:
        return []  # suggestions only: whoever writes the policy can type what is not suggested
    found: list[dict[str, Any]] = answer[at[0]][at[1]]
    return found


ROUTES = [ask("/policy-review", reviewed), ask("/policy-known", known)]
