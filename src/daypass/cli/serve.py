"""``daypass serve``: run a server until told to stop."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from daypass.cli.errors import FailedError, UsageError
from daypass.cli.options import Parser, one_of, path, whole
from daypass.cli.store import add_store, data_directory

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

LISTEN: Final = "127.0.0.1:8620"
CONSOLE: Final = "127.0.0.1:8621"
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_MOST_WORKERS: Final = 256
_MOST_REQUESTS: Final = 30_000
_MOST_IDLE: Final = 24 * 60


def add(parser: Parser) -> None:
    """Add the options."""
    parser.description = (
        "Runs a server until SIGTERM or SIGINT. When it accepts requests it prints one line that starts "
        "`daypass ready`. The first start makes an account and writes root-credentials.json into the data "
        "directory. Each option can come from the environment variable in brackets."
    )
    add_store(parser)
    _add_addresses(parser)
    _add_running(parser)
    _add_gateway(parser)
    _add_answers(parser)


def _add_addresses(parser: Parser) -> None:
    parser.setting(
        "--listen",
        f"address of the API; port 0 picks a free one; default {LISTEN}",
        default=LISTEN,
        metavar="HOST:PORT",
    )
    parser.setting(
        "--tls-cert",
        "certificate, in the PEM form, of a server that speaks HTTPS; `daypass tls init` makes one",
        read=path,
        metavar="FILE",
    )
    parser.setting("--tls-key", "its private key, in the PEM form", read=path, metavar="FILE")
    parser.setting(
        "--console",
        f"address of the console; off loopback it needs HTTPS; port 0 picks a free one; default {CONSOLE}",
        default=CONSOLE,
        metavar="HOST:PORT",
    )
    parser.flag("--no-console", "serve no console")
    parser.setting(
        "--console-host",
        "name that browsers reach the console by, besides its address and localhost; may be repeated",
        default=[],
        many=True,
        metavar="NAME",
    )
    parser.setting(
        "--console-idle",
        "minutes after which a console session in which nothing is done is over; default 30",
        read=whole(1, _MOST_IDLE),
        default=30,
        metavar="MINUTES",
    )
    parser.setting(
        "--trusted-proxy",
        "address or network of a proxy whose forwarded headers are believed; may be repeated",
        read=_network,
        default=[],
        many=True,
        metavar="ADDRESS",
    )


def _add_running(parser: Parser) -> None:
    parser.setting(
        "--workers",
        "how many processes answer; default 1",
        read=whole(1, _MOST_WORKERS),
        default=1,
        metavar="N",
    )
    parser.flag("--ephemeral", "keep everything in a temporary directory, removed at the end")
    parser.setting(
        "--ready-file",
        "where to write addresses, account and process id as JSON once requests are accepted",
        read=path,
        metavar="PATH",
    )


def _add_gateway(parser: Parser) -> None:
    parser.setting(
        "--gateway",
        "run a gateway in the same processes, with this configuration; see `daypass gateway`",
        read=path,
        metavar="FILE",
    )


def _add_answers(parser: Parser) -> None:
    parser.setting(
        "--region",
        "in the ARNs of services that have one, for requests that name none; default cn-shanghai",
        default="cn-shanghai",
        metavar="ID",
    )
    parser.setting(
        "--default-format",
        "of answers to requests that ask for none: XML or JSON; default XML",
        read=one_of("XML", "JSON"),
        default="XML",
        metavar="FORMAT",
    )
    parser.flag(
        "--allow-private-issuers",
        "fetch keys of OIDC issuers from private and loopback addresses too",
    )
    parser.setting(
        "--rate-limit",
        "how many requests an account may make in a second, over all workers; default 0, any number",
        read=whole(0, _MOST_REQUESTS),
        default=0,
        metavar="N",
    )


def run(options: Namespace) -> int:
    """Serve; return 0 after a clean end."""
    if options.ephemeral and options.given & {"data", "database"}:
        raise UsageError("daypass serve", "--ephemeral keeps nothing; leave --data and --database out")
    for number in _SIGNALS:
        signal.signal(number, _end_before_the_start)
    if options.ephemeral:
        options.database = ""
        with _temporary_directory() as data:
            _serve(options, data)
    else:
        _serve(options, data_directory(options))
    return 0


def _serve(options: Namespace, data: Path) -> None:
    from daypass.main import Settings, serve  # noqa: PLC0415 (slow to import; not for help texts)

    settings = Settings(
        data=data.absolute(),
        listen=options.listen,
        database=options.database,
        workers=options.workers,
        ready_file=options.ready_file,
        region=options.region,
        default_format=options.default_format,
        trusted_proxies=tuple(options.trusted_proxy),
        allow_private_issuers=options.allow_private_issuers,
        rate_limit=options.rate_limit,
        gateway=options.gateway and options.gateway.absolute(),
        tls_cert=options.tls_cert and options.tls_cert.absolute(),
        tls_key=options.tls_key and options.tls_key.absolute(),
        console="" if options.no_console else options.console,
        console_hosts=tuple(options.console_host),
        console_idle=options.console_idle,
    )
    try:
        accepted = serve(settings)
    except OSError as fault:
        raise FailedError(f"cannot use {fault.filename or data}: {fault.strerror or fault}") from None
    if not accepted:
        raise FailedError("a worker could not start; what it said stands above")


@contextlib.contextmanager
def _temporary_directory() -> Iterator[Path]:
    """Give a directory and remove it, whatever ends the server and however often it is told to."""
    directory = tempfile.TemporaryDirectory(prefix="daypass-", ignore_cleanup_errors=True)
    try:
        yield Path(directory.name)
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        directory.cleanup()


def _end_before_the_start(number: int, _: object) -> NoReturn:
    """End as asked while there is no server yet that would."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise argparse.ArgumentTypeError(f"an address or a network is wanted, not {text}") from None
