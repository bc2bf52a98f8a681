"""Who may post what to the console: checks that every form passes, whatever page it is of.

Three of them are independent: the session's cookie is ``SameSite=Strict``, the browser says
that the request comes from a page of this origin, and the form carries a token that only
pages of this session have. A fourth lets each form through once.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING, Final

from daypass.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

TOKEN: Final = "form_token"  # noqa: S105 (a field's name)
ONCE: Final = "form_once"
"""Fields of every form."""

WRONG_HOST: Final = ErrorCode(
    "WrongHost", 421, "The console is not known by this name. Start it with --console-host NAME."
)
PLAIN_HTTP: Final = ErrorCode("PlainHttp", 403, "The console answers over HTTPS, except to this machine.")
FOREIGN_FORM: Final = ErrorCode(
    "ForeignForm",
    403,
    "The form does not come from a page of this console in this browser. Nothing was done.",
)
STALE_FORM: Final = ErrorCode(
    "StaleForm",
    403,
    "The page with this form is from another session. Nothing was done. Open the page again.",
)
FORM_TOO_LARGE: Final = ErrorCode("RequestEntityTooLarge", 413, "The form is too large. Nothing was done.")
NO_PAGE: Final = ErrorCode("PageNotFound", 404, "There is no page at this address.")
NO_METHOD: Final = ErrorCode("UnsupportedHTTPMethod", 405, "This address does not take this HTTP method.")


def check_host(request: Request, names: frozenset[str]) -> None:
    """Refuse a request for a name that is not ours, against rebound names, and plain HTTP from afar.

    Raises:
        ApiError: see above.
    """
    host = request.headers.get("host", "")
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    if name.strip("[]").lower().rstrip(".") not in names:
        raise WRONG_HOST()
    if request.url.scheme != "https" and not _is_loopback(request.client.host if request.client else ""):
        raise PLAIN_HTTP()


def host_names(names: Iterable[str]) -> frozenset[str]:
    """Return the names that requests may be for; addresses of this machine's loopback belong together."""
    found = {name.lower().rstrip(".") for name in names}
    if any(_is_loopback(name) for name in found):
        found |= {"127.0.0.1", "::1"}
    return frozenset(found - {"0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def token_of(cookie: str) -> str:
    """Return the token of a session's forms: made of the cookie, which it does not give away."""
    return hmac.new(cookie.encode(), b"form", "sha256").hexdigest()


def check_origin(request: Request) -> None:
    """Refuse what does not come from a page of this origin.

    Raises:
        ApiError: ``ForeignForm``.
    """
    origin = request.headers.get("origin", "null")  # "null" is what browsers say of pages without referrers
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if request.headers.get("sec-fetch-site") != "same-origin" or origin not in {"null", own}:
        raise FOREIGN_FORM()


def check_token(cookie: str, token: str) -> None:
    """Refuse a form of another session, or of none.

    Raises:
        ApiError: ``StaleForm``.
    """
    if not cookie or not hmac.compare_digest(token_of(cookie).encode(), token.encode()):
        raise STALE_FORM()


def new_once(entropy: Callable[[int], bytes]) -> str:
    """Return a form's own token, good for one time."""
    return entropy(16).hex()
