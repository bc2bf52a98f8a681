"""Options: argparse with our wording, and settings that may come from the environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from daypass.cli.errors import UsageError
from daypass.names import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH: Final = 100
"""Of help texts; the same on every terminal, so that they can be compared."""

_TRUTH: Final = {"1": True, "true": True, "yes": True, "on": True} | dict.fromkeys(
    ("0", "false", "no", "off"), False
)


def variable(option: str) -> str:
    """Return the environment variable of an option, ``DAYPASS_READY_FILE`` of ``--ready-file``."""
    return "DAYPASS_" + option.removeprefix("--").replace("-", "_").upper()


class Parser(argparse.ArgumentParser):
    """Options of one command. What is wrong with them is raised as :class:`UsageError`."""

    def __init__(self, **settings: Any) -> None:
        form = lambda prog: argparse.HelpFormatter(prog, max_help_position=30, width=WIDTH)  # noqa: E731
        super().__init__(**{"allow_abbrev": False, "formatter_class": form, **settings})
        self._positionals.title = "arguments"
        self._settings: Final[list[_Setting]] = []

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        raise UsageError(self.prog, message.removeprefix("argument "))

    def setting(
        self,
        option: str,
        about: str,
        *,
        read: Callable[[str], Any] = str,
        default: Any = None,
        many: bool = False,
        metavar: str,
    ) -> None:
        """Add an option with a value, which its environment variable can give as well.

        Args:
            option: as in ``--ready-file``.
            about: for the help text.
            read: makes the value; raises ``ArgumentTypeError`` for a wrong one.
            default: without option and variable.
            many: the option may be repeated; the variable holds a list with commas.
            metavar: what the value is called.
        """
        named = variable(option)
        action = self.add_argument(
            option,
            type=read,
            default=None,
            metavar=metavar,
            action="append" if many else "store",
            help=f"{about} [{named}]",
        )
        self._settings.append(_Setting(named, action.dest, read, default, many=many))

    def flag(self, option: str, about: str) -> None:
        """Add an option without a value, which its environment variable can set as well."""
        named = variable(option)
        action = self.add_argument(
            option, action="store_true", default=None, help=f"{about.replace('%', '%%')} [{named}]"
        )
        self._settings.append(_Setting(named, action.dest, _truth, default=False))

    def parse_known_args(  # type: ignore[override] # argparse overloads it for other namespaces, which we do not use
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, and look into the environment for what is not among ``given``."""
        found, rest = super().parse_known_args(args, namespace)
        return self._settled(found), rest

    def parse_known_intermixed_args(  # type: ignore[override] # as above
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Do the same where options and arguments may alternate."""
        found, rest = super().parse_known_intermixed_args(args, namespace)
        return self._settled(found), rest

    def _settled(self, found: argparse.Namespace) -> argparse.Namespace:
        if self._settings and not hasattr(found, "given"):
            given = (setting.dest for setting in self._settings if getattr(found, setting.dest) is not None)
            found.given = frozenset(given)
        for setting in self._settings:
            if getattr(found, setting.dest) is None:
                setattr(found, setting.dest, self._from_environment(setting))
        return found

    def _from_environment(self, setting: _Setting) -> Any:
        text = os.environ.get(setting.variable, "")
        if not text:
            return setting.default
        try:
            if setting.many:
                return [setting.read(part.strip()) for part in text.split(",") if part.strip()]
            return setting.read(text)
        except argparse.ArgumentTypeError as wrong:
            self.error(f"{setting.variable}: {wrong}")


class _Setting:
    """An option that has a variable."""

    def __init__(
        self, variable: str, dest: str, read: Callable[[str], Any], default: Any, *, many: bool = False
    ) -> None:
        self.variable: Final = variable
        self.dest: Final = dest
        self.read: Final = read
        self.default: Final = default
        self.many: Final = many


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in a range."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
            raise argparse.ArgumentTypeError(f"a number from {least} to {most} is wanted, not {text}")
        return int(text)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of words, in any case."""

    def read(text: str) -> str:
        for word in words:
            if word.lower() == text.lower():
                return word
        raise argparse.ArgumentTypeError(f"{' or '.join(words)} is wanted, not {text}")

    return read


def account_id(text: str) -> str:
    """Read an account id."""
    if not ACCOUNT_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("an account id has 16 digits")
    return text


def path(text: str) -> Path:
    """Read a path; ``~`` is the home directory."""
    if not text:
        raise argparse.ArgumentTypeError("a path is wanted")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(f"there is no home directory for {text}") from None


def _truth(text: str) -> bool:
    value = _TRUTH.get(text.lower())
    if value is None:
        raise argparse.ArgumentTypeError(f"true or false is wanted, not {text}")
    return value
