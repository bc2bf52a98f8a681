"""Passphrases of archives: from a file, or asked for at a terminal; never an argument."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Final

from daypass.cli.errors import FailedError, UsageError
from daypass.cli.options import Parser, path
from daypass.secret import Secret

if TYPE_CHECKING:
    from argparse import Namespace

LEAST_CHARS: Final = 12
"""Each guess costs whoever has the archive a second, and nobody hurries him."""

_LONGEST: Final = 4096


def add_passphrase(parser: Parser, about: str) -> None:
    """Add the options that name a passphrase."""
    parser.setting(
        "--passphrase-file",
        f"a file whose first line {about}; at least {LEAST_CHARS} characters",
        read=path,
        metavar="FILE",
    )
    parser.add_argument("--passphrase", action="store_true", help=f"ask for what {about}")


def read_passphrase(options: Namespace, command: str) -> Secret | None:
    """Return the passphrase, if one is named.

    Raises:
        FailedError: it cannot be read, or is too short.
    """
    if options.passphrase and options.passphrase_file is not None:
        raise UsageError(command, "--passphrase and --passphrase-file are one too many")
    if options.passphrase:
        text = _asked(command)
    elif options.passphrase_file is not None:
        try:
            with options.passphrase_file.open(encoding="utf-8") as file:
                text = file.readline(_LONGEST).rstrip("\r\n")
        except OSError as fault:
            raise FailedError(f"cannot read {options.passphrase_file}: {fault.strerror}") from None
        except UnicodeDecodeError:
            raise FailedError(f"{options.passphrase_file} is not UTF-8 text") from None
    else:
        return None
    if len(text) < LEAST_CHARS:
        raise FailedError(f"a passphrase has at least {LEAST_CHARS} characters")
    return Secret(text)


def _asked(command: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(command, "--passphrase asks at a terminal; give --passphrase-file instead")
    text = getpass.getpass("passphrase: ")
    if command.endswith("snapshot") and getpass.getpass("again: ") != text:
        raise FailedError("the two passphrases differ")
    return text
