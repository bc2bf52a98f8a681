"""``daypass policy``: policy tests, and checks of policy documents. Needs no server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser, one_of

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.policy import SuiteResult

_KINDS: Final = ("identity", "session", "trust", "control")


def add(parser: Parser) -> None:
    """Add the sub-commands and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="test|check")
    test = verbs.add_parser(
        "test",
        help="run policy tests",
        description="Runs policy tests with the server's own evaluator. Prints a line for each case that "
        "comes out otherwise and closes with `N passed, N failed`; exits 1 if any failed.",
    )
    test.add_argument("files", nargs="+", metavar="FILE", help="a policy test, JSON; - is standard input")
    check = verbs.add_parser(
        "check",
        help="check policy documents",
        description="Checks policy documents. An error would be refused when it is written, a warning "
        "would be accepted and is probably not meant. Exits 1 if there is an error.",
    )
    check.add_argument(
        "files", nargs="+", metavar="FILE", help="a policy document, JSON; - is standard input"
    )
    check.add_argument(
        "--kind",
        type=one_of(*_KINDS),
        metavar="KIND",
        help=f"what the documents are for: {', '.join(_KINDS)}; by default identity, or trust for one with "
        "a Principal",
    )


def run(options: Namespace) -> int:
    """Test or check every file."""
    return _test(options.files) if options.verb == "test" else _check(options.files, options.kind)


def _test(files: list[str]) -> int:
    from daypass.policy import MalformedSuite, run_suite  # noqa: PLC0415 (not for help texts)

    passed, failed, unreadable = 0, 0, 0
    for name in files:
        try:
            result = run_suite(_read(name))
        except (MalformedSuite, FailedError) as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            unreadable += 1
            continue
        _report(name, result)
        passed, failed = passed + result.passed, failed + result.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or unreadable else 0


def _report(name: str, suite: SuiteResult) -> None:
    for warning in suite.warnings:
        print(f"{name}: warning: {warning}", file=sys.stderr)
    for case in suite.results:
        if not case.passed:
            print(f"{name}: {case.when}: {case.detail}")


def _check(files: list[str], kind: str | None) -> int:
    from daypass.policy import DocumentKind, check_document  # noqa: PLC0415 (not for help texts)
    from daypass.services.daypass.known_actions import known  # noqa: PLC0415 (likewise)

    errors = 0
    for name in files:
        try:
            findings = check_document(_read(name), DocumentKind(kind) if kind else None, known=known())
        except FailedError as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            errors += 1
            continue
        for finding in findings:
            print(f"{name}: {finding}")
            errors += finding.severity == "error"
        if not findings:
            print(f"{name}: nothing to remark")
    return 1 if errors else 0


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as fault:
        raise FailedError(f"cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise FailedError("is not UTF-8 text") from None
