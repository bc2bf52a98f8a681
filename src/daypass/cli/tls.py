"""``daypass tls init``: a local certificate authority and a certificate for the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daypass.cli.errors import FailedError, UsageError
from daypass.cli.options import Parser, path
from daypass.cli.store import DEFAULT_DATA, data_directory

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.server.certificates import Pair

FOLDER: Final = "tls"
AUTHORITY: Final = ("ca.pem", "ca-key.pem")
SERVER: Final = ("server.pem", "server-key.pem")
_PUBLIC: Final = 0o644
_PRIVATE: Final = 0o600


def add(parser: Parser) -> None:
    """Add the sub-command and its options."""
    init = parser.add_subparsers(dest="verb", required=True, metavar="init").add_parser(
        "init",
        help="make a local certificate authority and a certificate for the server",
        description="Makes a local certificate authority, which clients are told to trust, and a certificate "
        "for the server under it, as files in the folder tls of the data directory. Both are for localhost, "
        "127.0.0.1, ::1 and the names given; the authority can vouch for no others.",
    )
    init.setting(
        "--data",
        f"data directory of the server; default {DEFAULT_DATA}, or daypass in XDG_DATA_HOME",
        read=path,
        metavar="DIR",
    )
    init.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="another host name, which may start *., or address; may be repeated",
    )
    init.add_argument(
        "--official-names",
        action="store_true",
        help="also the host names under which clients look for Alibaba Cloud's own RAM, STS, IMS, "
        "ResourceManager and IoT",
    )
    again = init.add_mutually_exclusive_group()
    again.add_argument(
        "--renew",
        action="store_true",
        help="make a new certificate for the same names under the authority that is there; clients need "
        "not be told",
    )
    again.add_argument(
        "--force", action="store_true", help="replace what is there; clients then need the new authority"
    )


def run(options: Namespace) -> int:
    """Make the files and say what to do with them."""
    options.database = ""
    folder = data_directory(options).absolute() / FOLDER
    try:
        if options.renew:
            _renew(folder, options)
        else:
            _make(folder, options)
    except OSError as fault:
        raise FailedError(f"cannot use {fault.filename or folder}: {fault.strerror}") from None
    certificate, key = (folder / name for name in SERVER)
    print(f"authority, for clients to trust: {folder / AUTHORITY[0]}")
    print(f"serve with: --tls-cert {certificate} --tls-key {key}")
    return 0


def _make(folder: Path, options: Namespace) -> None:
    from daypass.main import clock  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.server import certificates  # noqa: PLC0415 (as above)

    present = [name for name in (*AUTHORITY, *SERVER) if (folder / name).exists()]
    if present and not options.force:
        raise FailedError(
            f"there is {present[0]} in {folder} already; --renew keeps the authority, --force replaces all"
        )
    official = certificates.OFFICIAL if options.official_names else ()
    names = list(dict.fromkeys((*certificates.LOOPBACK, *options.name, *official)))
    authority = certificates.make_authority(names, now=clock())
    server = certificates.certify(authority, names, now=clock())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder, AUTHORITY, authority)
    _write(folder, SERVER, server)


def _renew(folder: Path, options: Namespace) -> None:
    from daypass.main import clock  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.secret import Secret  # noqa: PLC0415 (as above)
    from daypass.server import certificates  # noqa: PLC0415 (as above)

    if options.name or options.official_names:
        raise UsageError("daypass tls init", "--renew keeps the names; --force makes all anew, for others")
    certificate, key, now_served = (_read(folder / name) for name in (*AUTHORITY, SERVER[0]))
    names = certificates.names_of(now_served)
    server = certificates.certify(certificates.Pair(certificate, Secret(key)), names, now=clock())
    _write(folder, SERVER, server)


def _read(file: Path) -> str:
    return file.read_text(encoding="ascii", errors="replace")


def _write(folder: Path, names: tuple[str, str], pair: Pair) -> None:
    _replace(folder / names[1], pair.key.reveal(), _PRIVATE)
    _replace(folder / names[0], pair.certificate, _PUBLIC)


def _replace(file: Path, text: str, mode: int) -> None:
    """Write a file that nobody sees half-written, or with other rights than its own."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
    partial.replace(file)
