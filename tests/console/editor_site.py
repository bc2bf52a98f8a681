"""A page with nothing but policy editors, and the answers that their scripts ask for."""

from __future__ import annotations

import contextlib
import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from tests.console.suspects import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

STATIC: Final = Path(__file__).parents[2] / "src" / "daypass" / "console" / "static"
KINDS: Final = {".js": "text/javascript", ".css": "text/css"}
KNOWN: Final = {
    "services": [{"value": "iot", "hint": "IoT"}, {"value": "ram"}, {"value": "sts"}],
    "actions": {
        "iot": [
            {"value": "iot:CreateProduct", "level": "write", "hint": "acs:iot:*:*:product/*"},
            {"value": "iot:ListDevices", "level": "list", "hint": ""},
            {"value": "iot:QueryProduct", "level": "read", "hint": ""},
        ],
        "sts": [{"value": "sts:AssumeRole", "level": "write", "hint": ""}],
    },
    "arns": {"iot": [{"value": "acs:iot:*:*:product/*", "hint": "products"}]},
    "keys": [{"value": "acs:SourceIp"}, {"value": "acs:MFAPresent"}],
    "principals": {"RAM": [{"value": "acs:ram::1000000000000100:user/alice"}]},
}
PAGE: Final = """<!doctype html><html lang="en"><head><title>editor</title><meta charset="utf-8">
<meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/base.css">
<link rel="stylesheet" href="/policy-editor.css">
<script type="module" src="/policy-editor.js"></script></head><body><main><h1>Editor</h1>
<form method="post" action="/saved"><div class="policy-editor" data-policy-editor data-kind="KIND"
 data-known="/known" data-review="/review" data-account="1000000000000100">
<div data-policy-field><label for="document">Policy Document</label>
<textarea id="document" name="PolicyDocument" rows="12" cols="40">
TEXT</textarea></div>
<section class="panel" aria-label="Review" tabindex="-1" data-policy-review></section></div>
<button>OK</button></form></main></body></html>"""
REVIEW: Final = (
    '<ol><li data-line="LINE" data-severity="error">Found on line LINE. '
    '<button type="button" data-fix value="{}">Fix</button>'
    '<button type="button" data-go-line="LINE">Show</button></li></ol>'
)


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        file = STATIC / path.lstrip("/")
        if path in {"/identity", "/trust"}:
            text = parse_qs(query).get("text", [""])[0]
            page = PAGE.replace("KIND", path.strip("/")).replace("TEXT", html.escape(text))
            self._answer("text/html; charset=utf-8", page.encode())
        elif file.parent == STATIC and file.suffix in KINDS:
            self._answer(KINDS[file.suffix], file.read_bytes())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/known":
            self._answer("application/json", json.dumps(KNOWN).encode())
            return
        text = parse_qs(sent.decode(), keep_blank_values=True)["PolicyDocument"][0].replace("\r\n", "\n")
        if self.path == "/review":
            shown = REVIEW.replace("LINE", str(text.count("\n") + 1))
        else:
            page = '<!doctype html><html lang="en"><title>saved</title><link rel="icon" href="data:,">'
            shown = f"{page}<main><h1>Saved</h1><pre>\n{html.escape(text)}</pre></main>"
        self._answer("text/html; charset=utf-8", shown.encode())

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def site() -> Iterator[str]:
    """Serve the page; give its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
