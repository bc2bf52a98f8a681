"""``daypass gateway``: enforcement in front of services, and descriptions of these."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daypass.cli.errors import FailedError, UsageError
from daypass.cli.options import Parser, path, whole
from daypass.cli.store import add_data, add_store, data_directory

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.descriptions import Description

_MOST_WORKERS: Final = 256


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    _add_running(parser)
    verbs = parser.add_subparsers(dest="verb", required=False, metavar="check|show|key")
    check = verbs.add_parser(
        "check",
        help="check descriptions of services",
        description="Checks descriptions of services: their form, and whether they contradict themselves. "
        "Prints what each describes; exits 1 if one cannot be used.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a description, TOML; - is standard input")
    show = verbs.add_parser(
        "show",
        help="print a description that comes with daypass",
        description="Prints a description that comes with daypass, to start one of your own from.",
    )
    show.add_argument("service", metavar="SERVICE", help="as its actions begin, as in oss")
    key = verbs.add_parser(
        "key",
        help="print the public key that assertions are checked with",
        description="Prints the public key that a service checks the gateway's assertions with, as a JSON "
        "Web Key Set. It is made if there is none yet.",
    )
    add_data(key)


def _add_running(parser: Parser) -> None:
    parser.description = (
        "Stands in front of services until SIGTERM or SIGINT: authenticates requests in their own protocols, "
        "decides by the policies of the store, and forwards what is allowed with a signed statement of who "
        "calls. When it accepts requests it prints one line that starts `daypass gateway ready`. It works "
        "beside servers on the same store."
    )
    parser.setting("--config", "which services; needed to run", read=path, metavar="FILE")
    add_store(parser)
    parser.setting(
        "--listen", "address of the gateway, instead of the configured one", default="", metavar="HOST:PORT"
    )
    parser.setting(
        "--workers",
        "how many processes answer; default 1",
        read=whole(1, _MOST_WORKERS),
        default=1,
        metavar="N",
    )
    parser.setting(
        "--ready-file",
        "where to write address and process id as JSON once requests are accepted",
        read=path,
        metavar="PATH",
    )


def run(options: Namespace) -> int:
    """Run the gateway, or do what the verb says."""
    if options.verb is None:
        return _serve(options)
    if options.verb == "key":
        return _key(data_directory(options))
    return _show(options.service) if options.verb == "show" else _check(options.files)


def _serve(options: Namespace) -> int:
    from daypass.gatehouse import serve_gateway  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.main import Settings  # noqa: PLC0415 (likewise)

    if options.config is None:
        raise UsageError("daypass gateway", "name a file with --config, or say check, show or key")
    data = data_directory(options).absolute()
    settings = Settings(
        data=data,
        listen=options.listen,
        database=options.database,
        workers=options.workers,
        ready_file=options.ready_file,
    )
    try:
        told = serve_gateway(settings, options.config.absolute())
    except OSError as fault:
        raise FailedError(f"cannot use {fault.filename or data}: {fault.strerror or fault}") from None
    if not told:
        raise FailedError("a worker could not start; what it said stands above")
    return 0


def _key(data: Path) -> int:
    from daypass.gatehouse import open_signer  # noqa: PLC0415 (as above)

    print(json.dumps(open_signer(data.absolute()).public_keys()))
    return 0


def _check(files: list[str]) -> int:
    from daypass.descriptions import DescriptionError, parse  # noqa: PLC0415 (not for help texts)

    wrong = 0
    for name in files:
        try:
            description, _ = parse(_read(name))
        except (DescriptionError, FailedError) as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            wrong += 1
        else:
            print(f"{name}: {_about(description)}")
    return 1 if wrong else 0


def _about(description: Description) -> str:
    parts = [
        f"{len({name for action in each.action for name in action.all_names})} actions by {each.protocol}"
        for each in description.interface
    ]
    return f"{description.service}, {' and '.join(parts)}"


def _show(service: str) -> int:
    from daypass.descriptions import DescriptionError, shipped_text  # noqa: PLC0415 (as above)

    try:
        print(shipped_text(service), end="")
    except DescriptionError as fault:
        raise FailedError(str(fault)) from None
    return 0


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as fault:
        raise FailedError(f"cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise FailedError("is not UTF-8 text") from None
