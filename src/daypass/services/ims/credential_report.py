"""The report on all users' credentials: GenerateCredentialReport, GetCredentialReport.

A report is made on a reader thread, from one moment of the store, and then kept: no write
waits for it, and whoever asks for one finds it complete. One line tells of the account,
one of each user. What there is none of is ``N/A``, what never happened ``-``.

Source: the pages of the two operations and of the report's fields. The account has no
password here, whose existence that page takes for granted.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.credential_reports import CredentialReport
from daypass.directory.errors import REPORT_MISSING
from daypass.directory.settings import PasswordPolicy
from daypass.errors import ErrorCode
from daypass.service import codes
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Parsed, Text
from daypass.services.ims.service import ims
from daypass.services.principals import full_name
from daypass.services.ram.service import on_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daypass.directory.credential_reports import ReportedKey, ReportedUser
    from daypass.service.call import Call

COMPLETED: Final = "COMPLETED"
MOST_LINES: Final = 3501
MOST_USERS: Final = 20_000
"""A report of so many takes about one and a half seconds and four megabytes."""
_KEYS: Final = ("access_key_1", "access_key_2", *(f"additional_access_key_{n}" for n in (1, 2, 3)))
HEADER: Final = (
    "user",
    "user_creation_time",
    "user_last_logon",
    "password_exist",
    "password_active",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"{key}_{fact}" for key in _KEYS for fact in ("exist", "active", "last_rotated", "last_used")),
)
_NONE: Final = "N/A"
_NEVER: Final = "-"
_DAY: Final = 24 * 3600

TOO_MANY_USERS: Final = ErrorCode(
    "LimitExceeded.CredentialReport", 409, "A report tells of at most {limit} users; the account has more."
)
BAD_TOKEN: Final = codes.INVALID.of("NextToken")


def _items(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST_LINES:
        raise ValueError(f"a number from 1 to {MOST_LINES} is wanted")
    return int(text)


MAX_ITEMS: Final = Parsed(
    wire="MaxItems",
    help=f"The most users to return; 1 to {MOST_LINES}, default {MOST_LINES}. The account counts as one.",
    parse=_items,
    invalid=codes.INVALID.of("MaxItems"),
)
NEXT_TOKEN: Final = Text(
    wire="NextToken", help="Goes on where a truncated answer ended.", least=0, most=128, length=BAD_TOKEN
)


def _report(call: Call, q: Request) -> CredentialReport:  # noqa: ARG001 (asks for nothing more)
    if call.txn.users.count(call.account) > MOST_USERS:
        raise TOO_MANY_USERS(limit=MOST_USERS)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_lines(call))
    return CredentialReport(call.now, written.getvalue())


def _lines(call: Call) -> Iterator[Sequence[str]]:
    reported = call.txn.credential_reports.of_account(call.account)
    account = call.txn.accounts.get(call.account)
    days = call.txn.settings.get(call.account, PasswordPolicy).max_password_age
    no_password = (_flag(on=False), _NONE, _NONE, _NONE)
    keys = _keys(reported.keys)
    yield ("<root>", timestamp(account.created_at), _NEVER, *no_password, _flag(on=False), *keys)
    for user in reported.users:
        logon = _NEVER if user.last_login_at is None else timestamp(user.last_login_at)
        yield (
            full_name(account, "User", user.name),
            timestamp(user.created_at),
            logon,
            *_password(user, days),
            _flag(on=user.has_mfa),
            *_keys(user.keys),
        )


def _password(user: ReportedUser, max_age_days: int) -> tuple[str, str, str, str]:
    if user.login_status is None or user.password_set_at is None:
        return (_flag(on=False), _NONE, _NONE, _NONE)
    changed = user.password_set_at
    rotation = timestamp(changed + max_age_days * _DAY) if max_age_days else _NEVER
    return (_flag(on=True), _flag(on=user.login_status == "Active"), timestamp(changed), rotation)


def _keys(keys: Sequence[ReportedKey]) -> Iterator[str]:
    for number in range(len(_KEYS)):
        key = keys[number] if number < len(keys) else None
        yield _flag(on=key is not None)
        if key is None:
            yield from (_NONE, _NONE, _NONE)
        else:
            yield _flag(on=key.status == "Active")
            yield timestamp(key.created_at)
            yield _NEVER if key.used_at is None else timestamp(key.used_at)


def _flag(*, on: bool) -> str:
    return "TRUE" if on else "FALSE"


class GenerateCredentialReportResponse(Response, frozen=True, kw_only=True):
    """How far the report is."""

    state: str


@ims.operation(
    "GenerateCredentialReport",
    Request,
    GenerateCredentialReportResponse,
    authorize=on_account("ram:GenerateCredentialReport"),
    runs=Runs.WRITE,
    errors=(TOO_MANY_USERS,),
    prepare=_report,
)
def generate_credential_report(call: Call, q: Request) -> GenerateCredentialReportResponse:  # noqa: ARG001 (asks for no more)
    """Make a report on the credentials of the account and its RAM users; it replaces the one before."""
    call.txn.credential_reports.put(call.account, call.prepared(CredentialReport))
    return GenerateCredentialReportResponse(state=COMPLETED)


class GetCredentialReportRequest(Request, frozen=True, kw_only=True):
    """Which part of the report."""

    max_items: Annotated[int, MAX_ITEMS] = MOST_LINES
    next_token: Annotated[str, NEXT_TOKEN] = ""


class GetCredentialReportResponse(Response, frozen=True, kw_only=True):
    """Part of the report, and where to go on."""

    content: str
    generated_time: str
    is_truncated: str
    next_token: str | None = None


@ims.operation(
    "GetCredentialReport",
    GetCredentialReportRequest,
    GetCredentialReportResponse,
    authorize=on_account("ram:GetCredentialReport"),
    runs=Runs.READ,
    errors=(REPORT_MISSING, BAD_TOKEN),
)
def get_credential_report(call: Call, q: GetCredentialReportRequest) -> GetCredentialReportResponse:
    """Show the report that was made last: CSV in base64; its parts, one after the other, are the whole."""
    report = call.txn.credential_reports.find(call.account)
    if report is None:
        raise REPORT_MISSING()
    header, *lines = report.content.splitlines(keepends=True)
    start = _read_token(report, q.next_token, len(lines)) if q.next_token else 0
    end = start + q.max_items
    part = "".join(([] if start else [header]) + lines[start:end])
    more = end < len(lines)
    return GetCredentialReportResponse(
        content=base64.b64encode(part.encode()).decode(),
        generated_time=timestamp(report.generated_at),
        is_truncated="true" if more else "false",
        next_token=_make_token(report, end) if more else None,
    )


def _make_token(report: CredentialReport, line: int) -> str:
    """Return a token that goes on at a line of this very report."""
    mark = hashlib.sha256(report.content.encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{mark}:{line}".encode()).decode()


def _read_token(report: CredentialReport, token: str, lines: int) -> int:
    try:
        line = int(base64.urlsafe_b64decode(token).decode("ascii").partition(":")[2])
    except (binascii.Error, ValueError):
        raise _bad_token() from None
    if not 0 < line < lines or _make_token(report, line) != token:
        raise _bad_token()
    return line


def _bad_token() -> Exception:
    return BAD_TOKEN(reason="it is not one that the last answer on this report gave")
