"""``daypass PRODUCT ACTION Key=Value …``: any operation, signed and sent as an SDK would."""

from __future__ import annotations

import difflib
import re
import sys
from http.client import BAD_REQUEST
from typing import TYPE_CHECKING, Final, TypeVar

from daypass.cli import listing
from daypass.cli.errors import EXIT_FAILED, EXIT_USAGE, FailedError, UsageError
from daypass.cli.options import Parser, one_of, path

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Sequence

    from daypass.cli.listing import Action, Listing, Product

T = TypeVar("T")

ENDPOINT: Final = "http://127.0.0.1:8620"
_OUTPUTS: Final = ("json", "xml", "table")
_PAIR: Final = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)", re.DOTALL)
_NUMBERED: Final = re.compile(r"\.[0-9]+(\.[A-Za-z]+)?")
_HELP: Final = frozenset({"-h", "--help"})


def run(words: Sequence[str]) -> int:
    """Call ``PRODUCT ACTION …``, or show the help of either."""
    product = _product(words[0])
    if len(words) == 1 or words[1] in _HELP:
        return _help(product, None, asked=len(words) > 1)
    action = _action(product, words[1])
    if _HELP & set(words[2:]):
        return _help(product, action, asked=True)
    options, unknown = parser(product, action).parse_known_intermixed_args(words[2:])
    if unknown:
        name = unknown[0].removeprefix("--").partition("=")[0]
        raise _unknown(product, action, name)
    return _call(product, action, options)


def command_of(product: Product, action: Action) -> str:
    """Return the words that name an operation."""
    return f"daypass {product.word} {action.name}"


def parser(product: Product, action: Action) -> Parser:
    """Return the options of one operation: those of every operation, and one for each parameter."""
    made = Parser(prog=command_of(product, action), add_help=False)
    made.add_argument("pairs", nargs="*", metavar="Key=Value")
    for parameter in action.parameters:
        made.add_argument(f"--{parameter.name}", dest=f"={parameter.name}", action="append")
    add_common(made)
    return made


def add_common(made: Parser) -> None:
    """Add the options that every operation has."""
    made.add_argument("--id", metavar="AK", help="AccessKey ID to sign with")
    made.add_argument("--secret", metavar="SK", help="its secret; everyone on the machine can see it here")
    made.add_argument("--token", metavar="TOKEN", help="SecurityToken of temporary credentials")
    made.setting("--endpoint", f"the server; default {ENDPOINT}", default=ENDPOINT, metavar="URL")
    made.setting(
        "--ca-file",
        "authority whose certificate an https endpoint may show; default: those the system trusts",
        read=path,
        metavar="FILE",
    )
    made.add_argument(
        "--output",
        type=one_of(*_OUTPUTS),
        default="json",
        metavar="FORM",
        help="form of the answer on standard output: json, xml or table; default json",
    )


def _help(product: Product, action: Action | None, *, asked: bool) -> int:
    from daypass.cli import helps  # noqa: PLC0415 (a start imports what it needs)

    text = helps.of_product(product) if action is None else helps.of_action(product, action)
    print(text, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else EXIT_USAGE


def _product(word: str) -> Product:
    found = _look(lambda known: known.find(word))
    if found is not None:
        return found
    from daypass.cli.commands import COMMANDS  # noqa: PLC0415 (for the suggestion only)

    names = [*COMMANDS, *(product.word for product in listing.written().products)]
    raise UsageError("daypass", f"{word} is neither a command nor a product{_suggestion(word, names)}")


def _action(product: Product, word: str) -> Action:
    found = _look(lambda known: known.action(product.word, word))
    if found is not None:
        return found
    command = f"daypass {product.word}"
    if word in product.missing:
        raise UsageError(
            command, f"{product.name} has {word}, but daypass does not answer it: {_why(product, word)}"
        )
    names = [action.name for action in product.actions]
    raise UsageError(command, f"{product.name} has no operation {word}{_suggestion(word, names)}")


def _why(product: Product, word: str) -> str:
    why = product.missing[word]
    return f"{why.state}. {why.reason.removesuffix('.')}"


def _look(find: Callable[[Listing], T | None]) -> T | None:
    """Look something up in the written listing, then in the declarations."""
    return find(listing.written()) or find(listing.declared())


def _call(product: Product, action: Action, options: Namespace) -> int:
    from daypass.cli import failures, output  # noqa: PLC0415 (not for help texts)
    from daypass.cli.credentials import find_credentials  # noqa: PLC0415
    from daypass.client import Client, UnreachableError, UntrustedError  # noqa: PLC0415

    parameters = _parameters(product, action, options)
    credentials = None if action.anonymous else find_credentials(options, command_of(product, action))
    client = Client(options.endpoint, credentials, ca_file=options.ca_file)
    try:
        answer = client.call(
            product.version, action.name, parameters, form="XML" if options.output == "xml" else "JSON"
        )
    except UntrustedError as fault:
        raise FailedError(f"{fault}; --ca-file names the authority to trust") from None
    except UnreachableError as fault:
        raise FailedError(
            f"{fault}; is `daypass serve` running there? --endpoint names another server"
        ) from None
    if answer.status >= BAD_REQUEST:
        for line in failures.explain(answer, client, credentials):
            print(line, file=sys.stderr)
        return EXIT_FAILED
    print(output.shown(answer, options.output, options.endpoint))
    return 0


def _parameters(product: Product, action: Action, options: Namespace) -> dict[str, str]:
    """Return the parameters given as ``Key=Value`` and as options, all of them declared.

    Raises:
        UsageError: one is unknown, given twice, or missing.
    """
    given = [_pair(product, action, word) for word in options.pairs]
    for parameter in action.parameters:
        given += [(parameter.name, value) for value in getattr(options, f"={parameter.name}") or ()]
    found = dict(given)
    command = command_of(product, action)
    if len(found) != len(given):
        names = [name for name, _ in given]
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(command, f"{twice} is given twice")
    for name in found:
        if not _is_declared(product, action, name):
            raise _unknown(product, action, name)
    bases = {_NUMBERED.sub("", name) for name in found}
    missing = [each.name for each in action.parameters if each.required and each.name not in bases]
    if missing:
        raise UsageError(command, f"{' and '.join(missing)} must be given")
    return found


def _pair(product: Product, action: Action, word: str) -> tuple[str, str]:
    match = _PAIR.fullmatch(word)
    if match is None:
        raise UsageError(command_of(product, action), f"{word} is not of the form Key=Value")
    return match[1], match[2]


def _is_declared(product: Product, action: Action, name: str) -> bool:
    """Whether an operation has a parameter, or a list that ``Name.1`` is an item of."""

    def find(known: Listing) -> bool | None:
        same = known.action(product.word, action.name)
        return True if same is not None and same.takes(name) else None

    return _look(find) is not None


def _unknown(product: Product, action: Action, name: str) -> UsageError:
    names = [parameter.name for parameter in action.parameters]
    return UsageError(command_of(product, action), f"there is no parameter {name}{_suggestion(name, names)}")


def _suggestion(word: str, names: Iterable[str]) -> str:
    """Return ``; did you mean …?``, or nothing if no name is near."""
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[near[0]]}?" if near else ""
