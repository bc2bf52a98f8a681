"""What a page's function gets: who asks, what was sent, and the ways to answer."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from daypass.console import cookies, guard, templating
from daypass.console.door import Browser
from daypass.console.forms import Fields
from daypass.console.language import LANGUAGE, text, told
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.requests import Request

    from daypass.console.door import Refusal, SignedIn
    from daypass.console.ports import Console

PAGE: Final[ContextVar[Page]] = ContextVar("page")
"""The page that is being made, for templates' macros."""


class Page:
    """One request for a page.

    Attributes:
        request: as it came.
        console: what the console reaches.
        form: what was posted; empty for ``GET``.
        query: what the address asks for.
        cookie: what the tokens of this browser's forms are made of.
    """

    def __init__(self, request: Request, console: Console, who: SignedIn | None, cookie: str) -> None:
        self.request: Final = request
        self.console: Final = console
        self.cookie: Final = cookie
        self.query: Final = Fields(request.query_params)
        self.form = Fields(FormData())
        self.given_who: Final = who
        self.note: tuple[str, str] | None = None

    @property
    def who(self) -> SignedIn:
        """The signed-in user."""
        if self.given_who is None:
            raise LookupError("nobody is signed in on this page")
        return self.given_who

    @property
    def browser(self) -> Browser:
        """Where the request comes from."""
        request = self.request
        agent = request.headers.get("user-agent", "")
        return Browser(request.client.host if request.client else "", request.url.scheme == "https", agent)

    @property
    def path(self) -> str:
        """The path asked for."""
        return self.request.url.path

    @property
    def address(self) -> str:
        """Path and query asked for."""
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def request_id(self) -> str:
        """Printed on pages about errors, and in the log."""
        return str(self.request.state.request_id)

    @property
    def language(self) -> str:
        """Of the page, as an HTML tag."""
        return LANGUAGE.get()

    @property
    def theme(self) -> str:
        """Chosen by the user: ``system``, ``light`` or ``dark``."""
        chosen = cookies.preference(self.request, "theme")
        return chosen if chosen in cookies.THEMES else "system"

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for the content alone, to put it into a page that is there."""
        return "x-fragment" in self.request.headers

    @property
    def token(self) -> str:
        """The token of this session's forms."""
        return guard.token_of(self.cookie)

    def new_once(self) -> str:
        """Return a token that lets one form through once."""
        return guard.new_once(self.console.entropy)

    def segment(self, name: str) -> str:
        """Return a variable part of the path, ``name`` of ``/roles/{name}``."""
        return str(self.request.path_params[name])

    async def call(self, product: str, operation: str, **parameters: str | int | None) -> dict[str, Any]:
        """Run an operation as the signed-in user and return what a client would get as JSON.

        Args:
            product: ``Ram``, ``Ims``, ``Sts``, ``ResourceManager``, ``Daypass`` …
            operation: its name.
            parameters: by their names on the wire; those that are None are left out.

        Raises:
            ApiError: as a client gets it, its message in the page's language. Uncaught it becomes
                a page that explains it.
        """
        try:
            return await self.console.door.call(self.who, product, operation, _wire(parameters))
        except ApiError as error:
            error.message = told(error.message)
            raise

    async def may(self, product: str, operation: str, **parameters: str | int | None) -> Refusal | None:
        """Return why the user may not do something; None if nothing speaks against it. Nothing is run."""
        return await self.console.door.may(self.who, product, operation, _wire(parameters))

    def t(self, english: str) -> str:
        """Return a text in the page's language; it has to stand in a table of ``zh_CN``."""
        return text(english)

    async def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page made of a template of ``templates/``.

        Args:
            template: its path.
            status: of HTTP.
            values: what it shows.
        """
        layout = "fragment.html" if self.is_fragment else "base.html"
        shown = {**values, "page": self, "layout": layout}
        body = await asyncio.to_thread(templating.render, template, shown)
        response = HTMLResponse(body, status)
        if self.note is not None:
            cookies.forget_note(self.request, response)
        return response

    def done(self, url: str, note: str = "", kind: str = "success") -> Response:
        """Answer a form: go to a page, and say there what was done.

        Args:
            url: of this console, ``/roles/reader``.
            note: one sentence, in the page's language.
            kind: ``success``, ``warning`` or ``error``.
        """
        response: Response = RedirectResponse(here(url), 303)
        if note:
            cookies.set_note(self.request, response, self.cookie, kind, note)
        return response


def here(url: str) -> str:
    """Return an address of this console; ``/`` for whatever is none, wherever it came from."""
    local = url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
    return url if local else "/"


def address(path: str, **query: str | None) -> str:
    """Return a path with a query; what is empty is left out."""
    given = {name: value for name, value in query.items() if value}
    return f"{quote(path)}?{urlencode(given)}" if given else quote(path)


def _wire(parameters: dict[str, str | int | None]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items() if value is not None}
