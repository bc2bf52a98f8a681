"""ExplainRequest: what was decided of a request, by which layer, policy and statement.

It takes the request id that every answer prints. Of a change the store tells; of the decision,
the decision log, which for denials holds the whole explanation, sealed, as it was when they
happened. One call reads a bounded part of the log: where it holds no such request and there is
more of the log, ``NextToken`` goes on.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from daypass.audit.reading import BUDGET, SLACK, Position, Want
from daypass.errors import ErrorCode
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Text
from daypass.services.actiontrail.events import EventBody, of_change, of_decision, owner_of
from daypass.services.actiontrail.service import NEXT_TOKEN
from daypass.services.daypass.service import daypass
from daypass.services.daypass.statements import StatementBody
from daypass.services.ram.diagnostics import DecodedDiagnosticMessage, decoded

if TYPE_CHECKING:
    from daypass.audit.decisions import DecisionRecord
    from daypass.directory.records import AuditEvent
    from daypass.service.call import Call

EXPLAIN_REQUEST: Final = "ExplainRequest"

READ_AT_ONCE: Final = 4 * BUDGET
"""Bytes of the log that one call looks through."""

NO_SUCH_REQUEST: Final = ErrorCode(
    "EntityNotExist.Request", 404, "There is no record of a request {id} of this account."
)
BAD_TOKEN: Final = codes.INVALID.of("NextToken")

_STATEMENT: Final = re.compile(
    r"(?:(?P<layer>[a-z_]+):)?(?P<policy>.*?)(?:@(?P<version>[^@]*))?#(?P<index>[0-9]+)", re.DOTALL
)

REQUEST_ID: Final = Text(
    wire="RequestId",
    help="Id of the request, as every answer prints it.",
    most=64,
    pattern=re.compile(r"[0-9A-Za-z-]+", re.ASCII),
    allowed="letters, digits and -",
)


class ExplainRequestRequest(Request, frozen=True, kw_only=True):
    """Which request, and where to go on looking for it."""

    request_id: Annotated[str, REQUEST_ID]
    next_token: Annotated[str, NEXT_TOKEN] = ""


class ExplanationBody(Response, frozen=True, kw_only=True):
    """What is on record of a request.

    Attributes:
        event: as LookupEvents tells it.
        statements: those that decided.
        denial: of a denial, all there is to know of it; absent where only another account may know.
    """

    event: EventBody
    statements: tuple[StatementBody, ...]
    denial: DecodedDiagnosticMessage | None = None


class ExplainRequestResponse(Response, frozen=True, kw_only=True):
    """The explanation, or where to go on looking."""

    explanation: ExplanationBody | None = None
    next_token: str | None = None


@daypass.operation(
    EXPLAIN_REQUEST,
    ExplainRequestRequest,
    ExplainRequestResponse,
    authorize=Permission(
        "daypass:ExplainRequest",
        lambda q, call: f"acs:daypass:*:{call.account}:*",  # noqa: ARG005 (the account as a whole)
        about="acs:daypass:*:{AccountId}:*",
    ),
    runs=Runs.READ,
    errors=(NO_SUCH_REQUEST, BAD_TOKEN),
)
def explain_request(call: Call, q: ExplainRequestRequest) -> ExplainRequestResponse:
    """Explain how a request of the account was decided: the statements, and of a denial what was missing."""
    request_id = q.request_id.upper()
    changes = call.txn.audit.list(account_id=call.account, request_id=request_id, limit=1).items
    change = changes[0] if changes else None
    near = "" if change is None else timestamp(change.time_ms // 1000 - SLACK)
    until = "" if change is None else timestamp(change.time_ms // 1000 + SLACK)
    want = Want((call.account, request_id), near, until)
    scan = call.decisions.backwards(want, _position(q.next_token), READ_AT_ONCE)
    record = next((found.record for found in scan if _is_it(found.record, request_id, call.account)), None)
    if record is None and change is None:
        if scan.over or scan.position is None:
            raise NO_SUCH_REQUEST(id=request_id)
        return ExplainRequestResponse(next_token=_token(scan.position))
    return ExplainRequestResponse(explanation=_explanation(call, record, change))


def _is_it(record: DecisionRecord, request_id: str, account: str) -> bool:
    mine = record.account == account or owner_of(record.resource) == account
    return record.request_id == request_id and mine


def _explanation(call: Call, record: DecisionRecord | None, change: AuditEvent | None) -> ExplanationBody:
    if record is None:
        if change is None:
            raise LookupError("nothing is on record")
        return ExplanationBody(event=of_change(change, region=call.region), statements=())
    own = record.account == call.account
    event = of_decision(record, region=call.region, account=call.account)
    if change is not None:
        changed = of_change(change, region=call.region)
        told = msgspec.structs.replace(event.additional_event_data, change=True)
        event = msgspec.structs.replace(
            event, request_parameter_json=changed.request_parameter_json, additional_event_data=told
        )
    return ExplanationBody(
        event=event,
        statements=tuple(filter(None, map(_statement, record.statements))) if own else (),
        denial=_denial(call, record.diagnostic) if own and record.diagnostic else None,
    )


def _denial(call: Call, message: str) -> DecodedDiagnosticMessage | None:
    """Open the explanation of a denial; None where the key that sealed it was taken out since."""
    try:
        diagnosis = call.diagnostics.decode(message)
    except ValueError:
        return None
    return decoded(diagnosis) if diagnosis.account == call.account else None


def _statement(text: str) -> StatementBody | None:
    """Read a statement as the log names it; older records name the policy alone."""
    match = _STATEMENT.fullmatch(text)
    if match is None:
        return None
    return StatementBody(
        layer=match["layer"],
        policy_name=match["policy"],
        policy_version=match["version"] or None,
        statement=int(match["index"]),
    )


def _token(position: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def _position(token: str) -> Position | None:
    if not token:
        return None
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        position = Position(*msgspec.json.decode(text, type=tuple[int, int]))
    except (binascii.Error, ValueError):
        raise BAD_TOKEN(reason="it is none that an answer gave") from None
    if not all(0 <= number < 1 << 62 for number in position):
        raise BAD_TOKEN(reason="it is none that an answer gave")
    return position
