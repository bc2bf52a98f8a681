"""Explain: from a diagnostic message, an error's text or a request id to why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from daypass.console import story
from daypass.console.page import address
from daypass.console.routing import ask, get
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_REFUSED: Final = 403
_NOTHING: Final[dict[str, Any]] = {
    "told": None,
    "error": "",
    "next_url": "",
    "simulator": "",
    "asked": {},
    "unknown": False,
}
"""What the page shows unless there is something to show."""

_REQUEST: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_MESSAGE: Final = re.compile(r"[A-Za-z0-9_-]{120,}={0,2}", re.ASCII)
_ASKED: Final = re.compile(r"Resource: (?P<resource>\S+) Action: (?P<action>[\w-]+:\w+)")


async def form(page: Page) -> Response:
    """Show the form, and what a request id in the address says."""
    request = page.query.word("request")
    if not request:
        return await _shown(page, "")
    return await _of_request(page, request, request)


async def explained(page: Page) -> Response:
    """Explain what was pasted."""
    text = page.form["text"].strip()
    message = _MESSAGE.search(text)
    if message is not None:
        return await _of_message(page, text, message[0])
    request = _REQUEST.search(text)
    if request is not None:
        return await _of_request(page, text, request[0].upper())
    asked = _ASKED.search(text)
    if asked is not None:
        url = address("/simulator", action=asked["action"], resource=asked["resource"])
        return await _shown(page, text, simulator=url, asked=asked.groupdict())
    return await _shown(page, text, status=400 if text else 200, unknown=bool(text))


async def _of_message(page: Page, text: str, message: str) -> Response:
    try:
        found = await page.call("Ram", "DecodeDiagnosticMessage", EncodedDiagnosticMessage=message)
    except ApiError as error:
        if error.status == _REFUSED:
            raise
        return await _shown(page, text, status=error.status, error=error.message)
    return await _shown(page, text, told=await story.of_denial(page, found["DecodedDiagnosticMessage"]))


async def _of_request(page: Page, text: str, request: str) -> Response:
    token = page.query.word("token")
    try:
        found = await page.call("Daypass", "ExplainRequest", RequestId=request, NextToken=token or None)
    except ApiError as error:
        if error.status == _REFUSED:
            raise
        return await _shown(page, text, status=error.status, error=error.message)
    explanation = found.get("Explanation")
    if explanation is None:
        more = address("/explain", request=request, token=found["NextToken"])
        return await _shown(page, text, next_url=more)
    return await _shown(page, text, told=await story.of_request(page, explanation))


async def _shown(page: Page, text: str, *, status: int = 200, **values: Any) -> Response:
    shown = {
        "told": None,
        "error": "",
        "next_url": "",
        "simulator": "",
        "asked": {},
        "unknown": False,
        **values,
    }
    return await page.render("explain/ask.html", status=status, text=text, **shown)


ROUTES = [get("/explain", form), ask("/explain", explained)]
