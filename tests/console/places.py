"""Where every page of the console is, on the account that tests of all pages look at."""

from __future__ import annotations

from typing import Final

from daypass.console.routing import routes

PLACES: Final[dict[str, str]] = {}
"""For paths with variable parts: the page of something that tests/console/test_pages.py puts there."""


def pages() -> list[str]:
    """Return an address of every page, in the order of their routes."""
    gets = (route.path for route in routes() if route.method == "GET")
    return [PLACES.get(path, path) for path in gets]
