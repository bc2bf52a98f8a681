"""Language and theme, kept in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.console import cookies
from daypass.console.language import LANGUAGES
from daypass.console.routing import post

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page


async def choose(page: Page) -> Response:
    """Remember what was chosen and go back."""
    response = page.done(page.form["back"])
    language, theme = page.form["language"], page.form["theme"]
    if language in LANGUAGES:
        cookies.set_preference(page.request, response, "language", language)
    if theme in cookies.THEMES:
        cookies.set_preference(page.request, response, "theme", theme)
    return response


ROUTES = [post("/preferences", choose, signed_in=False)]
