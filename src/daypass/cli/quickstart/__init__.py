"""``daypass quickstart``: the six steps with the official Python SDK, against a throw-away server."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

from daypass.cli.errors import EXIT_FAILED, FailedError

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.cli.options import Parser

SDKS: Final = ("alibabacloud_sts20150401", "alibabacloud_ram20150501", "alibabacloud_iot20180120")

_PROXIES: Final = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def add(parser: Parser) -> None:
    """Describe the command; it has no options."""
    parser.description = (
        "Starts a throw-away server, takes the six steps from a role to temporary credentials and their use "
        "with the official Python SDK, and shows each request, its answer, and what is denied before and "
        "after. Exits 0 only if everything came out as it should."
    )


def run(options: Namespace) -> int:
    """Take the six steps; return 1 if anything came out otherwise than it should."""
    del options
    missing = [name for name in SDKS if importlib.util.find_spec(name) is None]
    if missing:
        raise FailedError(
            f"the official SDK is not installed ({', '.join(missing)}); "
            "`pip install 'daypass[quickstart]'` installs it, or `make demo` in a clone"
        )
    from daypass.cli.quickstart.screen import Screen  # noqa: PLC0415 (a start imports what it needs)
    from daypass.cli.quickstart.server import throw_away_server  # noqa: PLC0415
    from daypass.cli.quickstart.stage import Stage  # noqa: PLC0415
    from daypass.cli.quickstart.steps import take_the_steps  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _leave)
    for name in _PROXIES:
        os.environ.pop(name, None)  # the SDK would ask a proxy for 127.0.0.1
    began = time.monotonic()
    with throw_away_server() as server:
        stage = Stage(Screen(), server)
        take_the_steps(stage)
    stage.screen.close(stage.requests, stage.surprises, time.monotonic() - began)
    return EXIT_FAILED if stage.surprises else 0


def _leave(number: int, _: object) -> NoReturn:
    """End on a signal as on Ctrl-C, taking the server along."""
    sys.exit(128 + number)
