"""A throw-away server: ``daypass serve --ephemeral`` in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.cli.errors import FailedError
from daypass.client import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP_SECONDS: Final = 10


class ThrowAway(NamedTuple):
    """A running server: its URL, the account it was made with, and that account's own key."""

    url: str
    account: str
    root: Credentials


@contextlib.contextmanager
def throw_away_server() -> Iterator[ThrowAway]:
    """Run a server on a free port; end it afterwards, and with it all it kept.

    Raises:
        FailedError: it does not start; what it said stands on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="daypass-quickstart-") as folder:
        ready_file = Path(folder) / "ready.json"
        words = (
            "serve",
            "--ephemeral",
            "--no-console",
            "--listen",
            "127.0.0.1:0",
            "--ready-file",
            str(ready_file),
        )
        own = {name: value for name, value in os.environ.items() if not name.startswith("DAYPASS_")}
        with subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-m", "daypass.cli", *words], env=own, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                # The line comes when requests are accepted, and the end of the output when it never will.
                if process.stdout is None or not process.stdout.readline():
                    raise FailedError("the throw-away server did not start")
                yield _read(ready_file)
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
                process.kill()


def _read(ready_file: Path) -> ThrowAway:
    ready = json.loads(ready_file.read_text(encoding="utf-8"))
    root = json.loads((Path(ready["data"]) / "root-credentials.json").read_text(encoding="utf-8"))
    return ThrowAway(ready["api"], ready["account_id"], Credentials.of(root))
