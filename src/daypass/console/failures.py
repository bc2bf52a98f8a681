"""Pages about what did not work: refusals explained, what is missing, faults of ours."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from daypass.console.language import text, told

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page
    from daypass.errors import ApiError

_REFUSED: Final = 403
_MISSING: Final = 404
_FAULT: Final = 500
_KEPT_BACK: Final = re.compile(r"password|secret|token|code|^form_", re.IGNORECASE)
"""Fields that are not shown again to whoever is not signed in any more."""
_RESOURCE: Final = re.compile(r"Resource: (\S+) Action: ")


async def explained(page: Page, error: ApiError) -> Response:
    """Return the page about an error."""
    detail = error.extra.get("AccessDeniedDetail")
    denial = detail if isinstance(detail, dict) else None
    named = _RESOURCE.search(error.message)
    resource = named[1] if named else "*"
    return await page.render(
        "error.html",
        status=error.status,
        title=_title(error),
        error=error,
        message=told(error.message),
        denial=denial,
        resource=resource,
        request_id=error.extra.get("RequestId", page.request_id),
        wanted="" if denial is None else _policy(denial["AuthAction"], resource),
    )


async def signed_out(page: Page, back: str) -> Response:
    """Say that a form or a fragment came without a session, which scripts take as a word to sign in again.

    Args:
        page: asked for.
        back: where to go once somebody is signed in.
    """
    typed = [(name, value) for name, value in page.form.items() if not _KEPT_BACK.search(name)]
    return await page.render("signed_out.html", status=401, typed=typed, back=back)


def _title(error: ApiError) -> str:
    if error.status == _REFUSED:
        return text("You may not do this")
    if error.status == _MISSING:
        return text("This does not exist")
    if error.status >= _FAULT:
        return text("Something failed here")
    return text("This did not work")


def _policy(action: str, resource: str) -> str:
    """Return the policy that would allow what was denied, as text to send to an administrator."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "1", "Statement": [statement]}, indent=2)
