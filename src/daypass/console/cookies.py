"""The console's cookies.

A cookie does not know ports: another server on this machine sees and sets those of a plain
``http://127.0.0.1``. So the session's cookie alone never suffices for a change, and what
comes back from the others is checked.
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

THEMES: Final = ("system", "light", "dark")
_YEAR: Final = 365 * 86_400
_NOTE_SECONDS: Final = 60


def _name(request: Request, what: str) -> str:
    """Return a cookie's name: with HTTPS one that only this host can set, over HTTPS."""
    return f"__Host-daypass{what}" if request.url.scheme == "https" else f"daypass-on-plain-loopback{what}"


def session_cookie(request: Request) -> str:
    """Return the session's opaque id; empty without one."""
    return request.cookies.get(_name(request, ""), "")


def set_session(request: Request, response: Response, value: str, seconds: int) -> None:
    """Give the browser a session, or take it away with an empty value."""
    _set(request, response, "", value, seconds)


def visitor_cookie(request: Request) -> str:
    """Return what stands for a browser that is not signed in; its forms have tokens too."""
    return request.cookies.get(_name(request, "-visitor"), "")


def set_visitor(request: Request, response: Response, value: str) -> None:
    """Give the browser something its forms' tokens can be made of before it signs in."""
    _set(request, response, "-visitor", value, 3600)


def preference(request: Request, what: str) -> str:
    """Return a choice of the user's, ``theme`` or ``language``; whatever the cookie says."""
    return request.cookies.get(f"daypass-{what}", "")


def set_preference(request: Request, response: Response, what: str, value: str) -> None:
    """Remember a choice in this browser."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        f"daypass-{what}", value, max_age=_YEAR, secure=secure, httponly=True, samesite="strict"
    )


def set_note(request: Request, response: Response, key: str, kind: str, note: str) -> None:
    """Have the next page say something."""
    body = base64.urlsafe_b64encode(json.dumps([kind, note]).encode()).decode()
    _set(request, response, "-note", f"{_seal(key, body)}.{body}", _NOTE_SECONDS)


def note(request: Request, key: str) -> tuple[str, str] | None:
    """Return the kind and text of what the page before left to say; None for nothing, or not ours."""
    seal, _, body = request.cookies.get(_name(request, "-note"), "").partition(".")
    if not body or not hmac.compare_digest(seal, _seal(key, body)):
        return None
    kind, said = json.loads(base64.urlsafe_b64decode(body))
    return kind, said


def forget_note(request: Request, response: Response) -> None:
    """Say it once."""
    _set(request, response, "-note", "", 0)


def _seal(key: str, body: str) -> str:
    return hmac.new(key.encode(), f"note {body}".encode(), "sha256").hexdigest()


def _set(request: Request, response: Response, what: str, value: str, seconds: int) -> None:
    response.set_cookie(
        _name(request, what),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
