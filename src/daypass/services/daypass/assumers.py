"""ListRoleAssumers: who can assume a role, with both halves of the answer.

A user or a role of the account needs two things: the role's trust policy must let it, and
its own policies must allow ``sts:AssumeRole`` on the role. Whoever has one half is shown,
so that the missing one can be seen. A page looks at a bounded number of users and roles,
so it may have few entries, or none, and still not be the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import BAD_MARKER, ROLE_MISSING
from daypass.directory.pages import Page
from daypass.policy.change_words import requirement_in_words
from daypass.policy.principals import FORMS, fold_principal
from daypass.policy.remarks import Language
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Integer, Parsed
from daypass.services.daypass.actions import MARKER
from daypass.services.daypass.candidates import Candidate, candidate, candidates
from daypass.services.daypass.reviews import LANGUAGE
from daypass.services.daypass.service import daypass
from daypass.services.ram.parameters import ROLE_NAME
from daypass.services.ram.service import role_resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.policy.decision import Reason
    from daypass.policy.possible import Possibility
    from daypass.service.call import Call

MAX_ITEMS: Final = Integer(
    wire="MaxItems", help="The most entries to return; 1 to 100, default 20.", least=1, most=100
)


def _principal(text: str) -> str:
    if not any(form.fullmatch(text) for form in FORMS.values()):
        raise ValueError("the ARN of an account, a user, a role or a provider, or a service is wanted")
    return fold_principal(text)


PRINCIPAL: Final = Parsed(
    wire="Principal",
    help="Only this principal, written as in trust policies; told of whether or not it has a half.",
    parse=_principal,
    invalid=codes.INVALID_FORMAT.of("Principal"),
)


class ListRoleAssumersRequest(Request, frozen=True, kw_only=True):
    """Which role, and which part of the list."""

    role_name: Annotated[str, ROLE_NAME]
    principal: Annotated[str | None, PRINCIPAL] = None
    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = 20
    language: Annotated[Language, LANGUAGE] = "en"


class GrantingBody(Response, frozen=True, kw_only=True):
    """A statement that an answer rests on, counted from 0 in its policy."""

    policy_name: str
    policy_type: str
    policy_version: str | None = None
    statement: int
    effect: str
    attached_entity: str | None = None


class HalfBody(Response, frozen=True, kw_only=True):
    """One half: ``Yes``, ``No`` or ``Conditional``, or a word for why no policy of the account says.

    That is ``NotNeeded`` for services and identity providers, ``NotKnown`` for other accounts, whose own
    policies decide, ``Individual`` for the account as a whole: each of its users and roles needs
    his own. ``Conditions`` say in words what a conditional answer hangs on.
    """

    answer: str
    conditions: tuple[str, ...]
    policies: tuple[GrantingBody, ...]


class AssumerBody(Response, frozen=True, kw_only=True):
    """Somebody who can assume the role, or has one half of what it takes.

    ``Principal`` is how a trust policy names him, ``IsNamed`` whether this one does, ``Exists``
    false for a name that stands for nobody any more.
    """

    principal: str
    principal_type: str
    name: str
    account_id: str | None = None
    is_named: bool
    exists: bool
    may_assume: str
    trust: HalfBody
    permission: HalfBody
    control: HalfBody | None = None


class AssumersBody(Response, frozen=True, kw_only=True):
    """Whom the trust policy names, then users, then roles."""

    assumer: tuple[AssumerBody, ...]


class ListRoleAssumersResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    arn: str
    assumers: AssumersBody
    is_truncated: bool
    marker: str | None = None


@daypass.operation(
    "ListRoleAssumers",
    ListRoleAssumersRequest,
    ListRoleAssumersResponse,
    authorize=Permission(
        "daypass:ListRoleAssumers",
        lambda q, call: role_resource(call, q.role_name),
        about="acs:ram:*:{AccountId}:role/{RoleName}",
    ),
    runs=Runs.READ,
    errors=(ROLE_MISSING, BAD_MARKER),
)
def list_role_assumers(call: Call, q: ListRoleAssumersRequest) -> ListRoleAssumersResponse:
    """List who can assume a role, or lacks one half of it: the role's trust, or a permission of his own."""
    role = call.txn.roles.get(call.account, q.role_name)
    if q.principal is not None:
        page = Page((candidate(call, role, q.principal),), None)
    else:
        page = candidates(call, role, q.marker or None, q.max_items)
    return ListRoleAssumersResponse(
        arn=role.arn,
        assumers=AssumersBody(assumer=tuple(_body(each, q.language) for each in page.items)),
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


def _body(one: Candidate, language: Language) -> AssumerBody:
    return AssumerBody(
        principal=one.principal,
        principal_type=one.type,
        name=one.name,
        account_id=one.account or None,
        is_named=one.named,
        exists=one.exists,
        may_assume=one.may_assume.value,
        trust=_half(one.trust, language),
        permission=_half(one.permission, language)
        if one.permission is not None
        else HalfBody(answer=one.elsewhere, conditions=(), policies=()),
        control=None if one.control is None else _half(one.control, language),
    )


def _half(possibility: Possibility, language: Language) -> HalfBody:
    return HalfBody(
        answer=possibility.answer.value,
        conditions=tuple(requirement_in_words(each, language) for each in possibility.requirements),
        policies=tuple(_granting(possibility.because)),
    )


def _granting(reasons: Iterable[Reason]) -> Iterable[GrantingBody]:
    for reason in reasons:
        yield GrantingBody(
            policy_name=reason.policy,
            policy_type=reason.policy_type,
            policy_version=reason.version or None,
            statement=reason.statement,
            effect=reason.effect,
            attached_entity=reason.entity or None,
        )
