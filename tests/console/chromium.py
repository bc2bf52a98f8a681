"""Chromium, as the browser tests run it: Debian's, without a sandbox, a cache of its own, or a way out."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name is looked up: what is asked of another host fails at once, and the test with it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def launch(playwright: Playwright) -> Browser:
    """Start the browser, or fail the run and say what is missing."""
    program = shutil.which("chromium")
    if program is None:
        pytest.exit("Chromium is missing: apt-get install chromium fonts-noto-cjk", returncode=1)
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))
