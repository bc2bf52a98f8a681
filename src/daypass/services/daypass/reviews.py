"""ReviewPolicy: what a policy document means, what is wrong with it, and what it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from daypass.directory.errors import POLICY_MISSING, ROLE_MISSING, VERSION_MISSING
from daypass.directory.records import PolicyType
from daypass.policy import DocumentKind, check_document, parse
from daypass.policy.lint import Finding, guess_kind
from daypass.policy.meaning import meaning
from daypass.policy.places import nearest, places, point
from daypass.policy.remarks import Language
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Text
from daypass.services.daypass.comparisons import ComparisonBody, compare_policy, compare_role
from daypass.services.daypass.known_actions import known, known_actions
from daypass.services.daypass.service import daypass
from daypass.services.ram.parameters import POLICY_NAME, POLICY_TYPE, ROLE_NAME, VERSION_ID
from daypass.services.ram.service import policy_resource, role_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.authz.authorize import Verdict
    from daypass.errors import ErrorCode
    from daypass.policy.document import Document
    from daypass.service.call import Call

LONGEST: Final = 20_480
"""Characters of a document that is looked at: more than any may have, so that too long ones are told so."""

ONE_ONLY: Final = codes.INVALID.of("RoleName")

DOCUMENT: Final = Text(
    wire="PolicyDocument",
    help=f"The document, good or bad; at most {LONGEST} characters.",
    most=LONGEST,
)
KIND: Final = Choice(
    wire="PolicyKind",
    help="What the document is for: Identity, Trust, Session or Control. Without it, Trust if a statement "
    "has a Principal, else Identity.",
    options=("Identity", "Trust", "Session", "Control"),
)
REPLACED: Final = POLICY_NAME.named(
    "PolicyName", "The policy that the document would be the new default version of; says what changes."
)
REPLACED_VERSION: Final = VERSION_ID.named(
    "VersionId", "The version to compare with; without it the default version."
)
REPLACED_TRUST: Final = ROLE_NAME.named(
    "RoleName", "The role whose trust policy the document would be; says what changes."
)
LANGUAGE: Final = Choice(wire="Language", help="en or zh; default en.", options=("en", "zh"))


class ReviewPolicyRequest(Request, frozen=True, kw_only=True):
    """A document, and what it would replace."""

    policy_document: Annotated[str, DOCUMENT]
    policy_kind: Annotated[str | None, KIND] = None
    policy_type: Annotated[PolicyType, POLICY_TYPE] = "Custom"
    policy_name: Annotated[str | None, REPLACED] = None
    version_id: Annotated[str | None, REPLACED_VERSION] = None
    role_name: Annotated[str | None, REPLACED_TRUST] = None
    language: Annotated[Language, LANGUAGE] = "en"

    def __post_init__(self) -> None:
        """Check that it names at most one thing to replace.

        Raises:
            ApiError: ``InvalidParameter.RoleName``.
        """
        if self.role_name is not None and self.policy_name is not None:
            raise ONE_ONLY(reason="a document replaces a policy or a trust policy, not both")


class StatementBody(Response, frozen=True, kw_only=True):
    """A statement's place in the text, counted from 1, and its meaning."""

    number: int
    line: int
    column: int
    meaning: str


class StatementsBody(Response, frozen=True, kw_only=True):
    """The statements in the author's order."""

    statement: tuple[StatementBody, ...]


class FindingBody(Response, frozen=True, kw_only=True):
    """A remark: ``error`` for what would be refused, ``warning`` for what is probably not meant.

    Lines and columns are counted from 1, columns in characters. ``Fix`` is the whole text with the
    obvious correction in it.
    """

    code: str
    severity: str
    at: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    suggestion: str
    fix: str | None = None


class FindingsBody(Response, frozen=True, kw_only=True):
    """Remarks in the order of the text; a document that would be refused has one."""

    finding: tuple[FindingBody, ...]


class ReviewPolicyResponse(Response, frozen=True, kw_only=True):
    """The review; what changes only for a document that would be taken and replaces something."""

    policy_kind: str
    statements: StatementsBody
    findings: FindingsBody
    comparison: ComparisonBody | None = None


class OnWhatIsReplaced:
    """Asks for a permission on what the document would replace, since the answer tells of it.

    A document alone needs none: the answer only says what the caller brought.
    """

    on_policy: Final[Permission[ReviewPolicyRequest]] = Permission(
        "daypass:ReviewPolicy",
        lambda q, call: policy_resource(call, q.policy_type, q.policy_name or ""),
        about="acs:ram:*:{AccountId}|system:policy/{PolicyName}",
    )
    on_role: Final[Permission[ReviewPolicyRequest]] = Permission(
        "daypass:ReviewPolicy",
        lambda q, call: role_resource(call, q.role_name or ""),
        about="acs:ram:*:{AccountId}:role/{RoleName}",
    )

    def check(self, call: Call, q: ReviewPolicyRequest, /) -> Verdict | None:
        """Decide on the policy or the role that is named, if one is."""
        if q.policy_name is not None:
            return self.on_policy.check(call, q)
        return None if q.role_name is None else self.on_role.check(call, q)

    def describe(self) -> str:
        """Return the action and the resources."""
        return (
            f"{self.on_policy.describe()} or `{self.on_role.about}`, whichever the document would replace; "
            "none for a document alone"
        )

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return none: deciding refuses with NoPermission only."""
        return ()

    def refusal(self, verdict: Verdict, /) -> str:
        """Name resource and action, as RAM does."""
        return self.on_policy.refusal(verdict)


@daypass.operation(
    "ReviewPolicy",
    ReviewPolicyRequest,
    ReviewPolicyResponse,
    authorize=OnWhatIsReplaced(),
    runs=Runs.READ,
    errors=(ONE_ONLY, POLICY_MISSING, VERSION_MISSING, ROLE_MISSING),
)
def review_policy(call: Call, q: ReviewPolicyRequest) -> ReviewPolicyResponse:
    """Say what a policy document means, what is probably wrong with it and how, and what it would change.

    What changes is decided by the evaluator that decides requests: under the version in force and
    under the document, for each principal that has the policy. What could not be compared is said.
    """
    before = _in_force(call, q)
    text = q.policy_document
    kind = _kind(q)
    findings = check_document(text, kind, known=known(), account=call.account)
    bodies = tuple(_finding(each, q.language) for each in findings)
    refused = any(each.severity == "error" for each in findings)
    document = None if refused else parse(text, kind or guess_kind(text))
    shown_kind = (
        kind or (document.kind if document is not None else DocumentKind.IDENTITY)
    ).value.capitalize()
    return ReviewPolicyResponse(
        policy_kind=shown_kind,
        statements=StatementsBody(
            statement=() if document is None else tuple(_statements(document, q.language))
        ),
        findings=FindingsBody(finding=bodies),
        comparison=None if document is None or before is None else _compared(call, q, before, document),
    )


def _kind(q: ReviewPolicyRequest) -> DocumentKind | None:
    if q.policy_kind is not None:
        return DocumentKind(q.policy_kind.lower())
    if q.role_name is not None:
        return DocumentKind.TRUST
    return None if q.policy_name is None else DocumentKind.IDENTITY


def _in_force(call: Call, q: ReviewPolicyRequest) -> Document | None:
    """Return the document that would be replaced, if one would be.

    Raises:
        ApiError: ``EntityNotExist.Policy``, ``.Policy.Version``, ``.Role``.
    """
    if q.role_name is not None:
        return parse(call.txn.roles.get(call.account, q.role_name).trust_document, DocumentKind.TRUST)
    if q.policy_name is None:
        return None
    policy = call.txn.policies.get(call.account, q.policy_type, q.policy_name)
    version = call.txn.policies.version(
        call.account, q.policy_type, q.policy_name, q.version_id or policy.default_version
    )
    return parse(version.document, DocumentKind.IDENTITY, limit=len(version.document))


def _compared(call: Call, q: ReviewPolicyRequest, before: Document, after: Document) -> ComparisonBody | None:
    if q.role_name is not None:
        return compare_role(call, q.role_name, before, after, q.language) if _is_trust(after) else None
    if q.policy_name is None or _is_trust(after):
        return None
    names = [action.name for action in known_actions()]
    return compare_policy(call, (q.policy_type, q.policy_name), (before, after), names, q.language)


def _is_trust(document: Document) -> bool:
    return document.kind is DocumentKind.TRUST


def _statements(document: Document, language: Language) -> Iterator[StatementBody]:
    found = places(document.text)
    for number, words in enumerate(meaning(document, language)):
        line, column = point(document.text, nearest(found, f"Statement[{number}]").start)
        yield StatementBody(number=number, line=line, column=column, meaning=words)


def _finding(finding: Finding, language: Language) -> FindingBody:
    words = finding.said_in(language)
    where: dict[str, Any] = {
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
    }
    return FindingBody(
        code=finding.code,
        severity=finding.severity,
        at=finding.at,
        **where,
        message=words.message,
        suggestion=words.suggestion,
        fix=finding.fix or None,
    )
