"""A tiny site of pages that each break one rule, for the harness to catch."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from tests.console.watch import STRICT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GOOD_CSS: Final = "body { color: #111; background: #fff } .wide { inline-size: 3000px }"
POLICY: Final = "; ".join([*STRICT, "img-src 'self' data:", "connect-src 'self'"])


@dataclass(frozen=True)
class Suspect:
    """A page: its body's text, its script, and how it is answered."""

    body: str = "<p>Nothing wrong.</p>"
    script: str = ""
    policy: str = POLICY
    status: int = 200

    def html(self, name: str) -> str:
        script = f'<script type="module" src="/{name}.js"></script>' if self.script else ""
        return (
            f'<!doctype html><html lang="en"><head><title>{name}</title>'
            f'<link rel="icon" href="data:,"><link rel="stylesheet" href="/good.css">{script}</head>'
            f"<body><main><h1>{name}</h1>{self.body}</main></body></html>"
        )


SUSPECTS: Final[Mapping[str, Suspect]] = {
    "good": Suspect(script="document.querySelector('p').textContent = 'Still nothing wrong.';"),
    "says-error": Suspect(script="console.error('all is lost');"),
    "says-warning": Suspect(script="console.warn('some is lost');"),
    "throws": Suspect(script="throw new Error('thrown');"),
    "rejects": Suspect(script="Promise.reject(new Error('rejected'));"),
    "inline-script": Suspect(body="<p>An inline script.</p><script>document.title = 'no';</script>"),
    "inline-handler": Suspect(
        body='<button type="button" onclick="document.title = 1">Press</button>',
        script="document.querySelector('button').click();",
    ),
    "inline-style": Suspect(body='<p style="color: #222">An inline style.</p>'),
    "evaluates": Suspect(script="try { eval('1'); } catch { document.title = 'caught'; }"),
    "inner-html": Suspect(
        script="try { document.querySelector('p').innerHTML = 'x'; } catch { document.title = 'caught'; }"
    ),
    "foreign-image": Suspect(body='<p><img src="http://images.example/a.png" alt="A picture."></p>'),
    "foreign-image-allowed": Suspect(
        body='<p><img src="http://images.example/a.png" alt="A picture."></p>',
        policy=POLICY.replace("img-src 'self' data:", "img-src *"),
    ),
    "foreign-link": Suspect(body='<p><a href="http://localhost:{port}/good">Elsewhere</a></p>'),
    "missing-image": Suspect(body='<p><img src="/nothing.png" alt="A picture."></p>'),
    "fetches-nothing": Suspect(script="await fetch('/nothing');"),
    "hangs-up": Suspect(script="try { await fetch('/hang-up'); } catch { document.title = 'caught'; }"),
    "no-policy": Suspect(policy=""),
    "weak-policy": Suspect(policy=POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")),
    "forbidden": Suspect(status=403),
    "broken": Suspect(status=500),
    "websocket": Suspect(script="new WebSocket(`ws://${location.host}/socket`);"),
    "nameless-button": Suspect(body='<button type="button"></button>'),
    "pale": Suspect(body='<p class="pale">Hard to read.</p>'),
    "wide": Suspect(body='<p class="wide">Too wide.</p>'),
}


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name, _, kind = self.path.strip("/").partition(".")
        if name == "hang-up":
            self.close_connection = True
            return
        page = SUSPECTS.get(name)
        if self.path == "/good.css":
            self._answer(200, "text/css", f"{GOOD_CSS} .pale {{ color: #ddd }}")
        elif page is None:
            self._answer(404, "text/plain", "Nothing here.", POLICY)
        elif kind == "js":
            self._answer(200, "text/javascript", page.script)
        else:
            text = page.html(name).replace("{port}", self.headers["host"].partition(":")[2])
            self._answer(page.status, "text/html; charset=utf-8", text, page.policy)

    def _answer(self, status: int, kind: str, text: str, policy: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if policy:
            self.send_header("content-security-policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def site() -> Iterator[str]:
    """Serve the pages; give their origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
