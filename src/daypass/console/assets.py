"""Style sheets, scripts and pictures: read once, compressed once, and cached by browsers for good.

The path holds a digest of all of them, so modules import one another by relative names and a
new version of the product is another path.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

_KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_COMMENT: Final = re.compile(rb"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.DOTALL | re.MULTILINE)
"""Of whole lines, in style sheets and scripts: they are for readers of the source."""
_INDENT: Final = re.compile(rb"^[ \t]+", re.MULTILINE)
"""Nothing here has a text over several lines that would miss it."""


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    kind: str
    body: bytes
    compressed: bytes


@functools.cache
def assets() -> dict[str, Asset]:
    """Return all files by name."""
    found = {}
    for file in resources.files("daypass.console").joinpath("static").iterdir():
        kind = _KINDS.get(file.name.rpartition(".")[2])
        if kind is not None:
            body = file.read_bytes()
            if not file.name.endswith(".svg"):
                body = _INDENT.sub(b"", _COMMENT.sub(b"", body))
            found[file.name] = Asset(kind, body, gzip.compress(body, 9, mtime=0))
    return found


@functools.cache
def version() -> str:
    """Return what the path of all files holds."""
    digest = hashlib.sha256()
    for name, asset in sorted(assets().items()):
        digest.update(name.encode() + b"\0" + asset.body)
    return digest.hexdigest()[:16]


def url(name: str) -> str:
    """Return the path of a file.

    Raises:
        LookupError: there is none of that name.
    """
    if name not in assets():
        raise LookupError(f"no file {name} in static")
    return f"/static/{version()}/{name}"
