"""What a page module declares: its paths, and what answers them.

A module in ``pages/`` has a list ``ROUTES``. Whatever is in the package is served; nothing
else has to be told about a new page.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daypass.console import pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

    Function = Callable[[Page], Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """One method of one path.

    Attributes:
        method: ``GET`` or ``POST``.
        path: as Starlette writes it: ``/roles/{name}``.
        function: makes the answer.
        signed_in: whether only signed-in users get there.
        writes: whether a form posted here changes something, so that it counts once; a form
            that only asks (a review, a simulation) can be posted again and again.
        again: answers such a form when it comes a second time; without it the page does where
            the form stood.
        is_page: whether people see a page there; else it is a file they save.
    """

    method: str
    path: str
    function: Function
    signed_in: bool = True
    writes: bool = False
    again: Function | None = None
    is_page: bool = True


def get(path: str, function: Function, *, signed_in: bool = True) -> Route:
    """Declare a page."""
    return Route("GET", path, function, signed_in)


def download(path: str, function: Function) -> Route:
    """Declare a file that signed-in users can save."""
    return Route("GET", path, function, is_page=False)


def post(path: str, function: Function, *, signed_in: bool = True, again: Function | None = None) -> Route:
    """Declare what a form posts to in order to change something. The kit lets each form through once."""
    return Route("POST", path, function, signed_in, writes=True, again=again)


def ask(path: str, function: Function, *, signed_in: bool = True) -> Route:
    """Declare what a form posts to in order to see something; it changes nothing."""
    return Route("POST", path, function, signed_in)


def routes() -> list[Route]:
    """Return the routes of all page modules, in the order of the modules' names."""
    found: list[Route] = []
    for module in pkgutil.iter_modules(pages.__path__):
        found += importlib.import_module(f"{pages.__name__}.{module.name}").ROUTES
    return found


NAVIGATION: Final = (
    ("", (("/", "Overview", "o"),)),
    (
        "Identities",
        (
            ("/users", "Users", "u"),
            ("/groups", "Groups", "g"),
            ("/roles", "Roles", "r"),
            ("/identity-providers", "Identity providers", "i"),
        ),
    ),
    (
        "Permissions",
        (
            ("/policies", "Policies", "p"),
            ("/grants", "Grants", "t"),
            ("/resource-groups", "Resource groups", "s"),
        ),
    ),
    (
        "Security",
        (("/explain", "Explain", "e"), ("/simulator", "Simulator", "m"), ("/audit", "Audit", "a")),
    ),
    ("Account", (("/settings", "Settings", "c"), ("/account", "My account", "y"))),
)
"""Groups of links: path, name, and the key that goes there after ``g``. Shown once they are served."""
