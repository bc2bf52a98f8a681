"""What must not happen while a test looks at pages, whatever else the test is about."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import (
        BrowserContext,
        CDPSession,
        ConsoleMessage,
        Page,
        Request,
        Response,
        WebError,
        WebSocket,
    )

STRICT: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
"""Directives that the Content-Security-Policy of every page has, in these words."""

_LOCAL: Final = frozenset({"data", "blob", "about"})
_TOLD_BY_RESPONSE: Final = "Failed to load resource: the server responded with a status of "


class Watch:
    """Listens to a browser context and remembers each fault.

    Args:
        context: all pages of which are listened to.
        origin: of the console; nothing else may be asked for anything.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin: Final = origin.rstrip("/")
        self._faults: Final[list[str]] = []
        self._answers: Final[list[tuple[int, str]]] = []
        self._messages: Final[list[tuple[str, str, str]]] = []
        self._expected: Final[set[int]] = set()
        self._audits: Final[list[tuple[Page, CDPSession]]] = []
        context.on("console", self._console)
        context.on("weberror", self._web_error)
        context.on("request", self._request)
        context.on("requestfailed", self._request_failed)
        context.on("response", self._response)

    def expect(self, *statuses: int) -> None:
        """Let responses fail with these statuses; each of them then has to be seen."""
        self._expected.update(statuses)

    def follow(self, page: Page) -> None:
        """Have the browser report what the page's policies forbade, also where scripts are off."""
        session = page.context.new_cdp_session(page)
        session.on("Audits.issueAdded", self._issue)
        session.send("Audits.enable")
        self._audits.append((page, session))
        page.on("websocket", self._web_socket)
        page.on("crash", lambda page: self._faults.append(f"the page crashed: {page.url}"))

    def faults(self) -> list[str]:
        """Return what went wrong so far, each in a line."""
        self._catch_up()
        seen = {status for status, _ in self._answers}
        forgiven = {url for status, url in self._answers if status in self._expected}
        return [
            *self._faults,
            *(f"status {status}: {url}" for status, url in self._answers if status not in self._expected),
            *(
                f"console {kind}: {text} ({url})"
                for kind, text, url in self._messages
                if not (text.startswith(_TOLD_BY_RESPONSE) and url in forgiven)
            ),
            *(f"no response had the expected status {status}" for status in self._expected - seen),
        ]

    def _catch_up(self) -> None:
        """Wait for events that are under way: an answer comes after what was sent before it."""
        for page, session in self._audits:
            if not page.is_closed():
                session.send("Runtime.evaluate", {"expression": "0"})

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self._messages.append((message.type, message.text, message.location["url"]))

    def _web_error(self, error: WebError) -> None:
        self._faults.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _LOCAL and f"{parts.scheme}://{parts.netloc}" != self._origin:
            self._faults.append(f"off-origin request: {request.method} {request.url}")

    def _request_failed(self, request: Request) -> None:
        # The page itself gives up what it no longer needs, and a download ends its navigation.
        if request.failure != "net::ERR_ABORTED":
            self._faults.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST:
            self._answers.append((response.status, response.url))
        if response.request.is_navigation_request() and response.status not in range(300, 400):
            policy = response.headers.get("content-security-policy", "")
            directives = {" ".join(part.split()) for part in policy.split(";")}
            missing = [directive for directive in STRICT if directive not in directives]
            if missing:
                self._faults.append(f"weak policy, without {'; '.join(missing)}: {response.url}")

    def _web_socket(self, socket: WebSocket) -> None:
        self._faults.append(f"websocket: {socket.url}")

    def _issue(self, event: dict[str, dict[str, object]]) -> None:
        issue = event["issue"]
        if issue["code"] == "ContentSecurityPolicyIssue":
            self._faults.append(f"forbidden by the page's policy: {issue['details']}")
