"""Attaching policies to principals, for the whole account or within a resource group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from daypass.authz.authorize import decide_on
from daypass.authz.controls import CONTROLS
from daypass.authz.denial import NO_PERMISSION
from daypass.directory.errors import (
    ATTACHMENT_EXISTS,
    ATTACHMENT_MISSING,
    GROUP_MISSING,
    POLICY_MISSING,
    RESOURCE_GROUP_MISSING,
    ROLE_MISSING,
    SERVICE_LINKED,
    TOO_MANY,
    USER_MISSING,
)
from daypass.directory.records import Account, Attachment, PolicyType
from daypass.directory.system import OWNER
from daypass.policy.decision import EXPLICIT_DENY
from daypass.service.authorization import Permission
from daypass.service.call import NO_CONDITIONS, Conditions, timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.services.principals import PrincipalName, full_name
from daypass.services.resourcemanager.principals import (
    PRINCIPAL_NAME,
    PRINCIPAL_TYPE,
    TYPES,
    WIRE_TYPES,
    require_type,
)
from daypass.services.resourcemanager.service import (
    LANGUAGE,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    POLICY_NAME,
    POLICY_TYPE,
    SCOPE,
    every_resource,
    resourcemanager,
)
from daypass.services.tags import resource_tags

if TYPE_CHECKING:
    from daypass.authz.authorize import Verdict
    from daypass.errors import ErrorCode
    from daypass.service.call import Call

_PRINCIPAL_MISSING: Final = (USER_MISSING, GROUP_MISSING, ROLE_MISSING)
_KINDS: Final = tuple(WIRE_TYPES)


class AttachmentRequest(Request, frozen=True, kw_only=True):
    """Which policy, which principal, and where it holds."""

    policy_name: Annotated[str, POLICY_NAME]
    policy_type: Annotated[PolicyType, POLICY_TYPE]
    principal_name: Annotated[PrincipalName, PRINCIPAL_NAME]
    principal_type: Annotated[str, PRINCIPAL_TYPE]
    resource_group_id: Annotated[str, SCOPE]

    def __post_init__(self) -> None:
        """Check that the principal's name and type go together.

        Raises:
            ApiError: ``InvalidParameter.PrincipalName``.
        """
        require_type(self.principal_name, self.principal_type)


@dataclass(frozen=True, slots=True)
class OnAttachment:
    """A permission on all principals of the kind, and on the policy.

    So says the published table, with ``acs:ims`` for users and groups. A Deny on the very principal,
    as RAM's own operations name it, counts too: one statement guards it whichever product is used.

    Attributes:
        action: as policies write it.
    """

    action: str

    def check(self, call: Call, q: AttachmentRequest, /) -> Verdict:
        """Decide on all principals, look for a Deny on this one, decide on the policy."""
        own = q.principal_name.resource(call)
        owner = OWNER if q.policy_type == "System" else call.account
        policy = f"acs:ram:*:{owner}:policy/{q.policy_name}"
        product = "ram" if q.principal_name.kind == "Role" else "ims"
        every = f"acs:{product}:*:{call.account}:{q.principal_name.kind.lower()}/*"
        on_principals = self._decide(call, every, own)
        if not on_principals.allowed:
            return on_principals
        on_this_one = self._decide(call, own, own)
        if on_this_one.decision.outcome is EXPLICIT_DENY:
            return on_this_one
        return self._decide(call, policy, policy)

    def _decide(self, call: Call, resource: str, about: str) -> Verdict:
        controls = call.look(CONTROLS, call.account)
        context = Conditions(call, NO_CONDITIONS, resource_tags, about)
        return decide_on(call.caller, controls, self.action, resource, context)

    def describe(self) -> str:
        """Return the action and the resources."""
        return (
            f"`{self.action}` on `acs:ims:*:{{AccountId}}:user/*`, `acs:ims:*:{{AccountId}}:group/*` or "
            "`acs:ram:*:{AccountId}:role/*`, and on `acs:ram:*:{AccountId}|system:policy/{PolicyName}`; "
            "no Deny on `acs:ram:*:{AccountId}:user/{UserName}`, `group/{GroupName}` or `role/{RoleName}`"
        )

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return none: deciding refuses with NoPermission only."""
        return ()

    def refusal(self, verdict: Verdict, /) -> str:
        """Name resource and action, as RAM does."""
        request = verdict.request
        return NO_PERMISSION.template.format(resource=request.resource, action=request.action)


@resourcemanager.operation(
    "AttachPolicy",
    AttachmentRequest,
    Nothing,
    authorize=OnAttachment("ram:AttachPolicy"),
    runs=Runs.WRITE,
    errors=(
        *_PRINCIPAL_MISSING,
        POLICY_MISSING,
        RESOURCE_GROUP_MISSING,
        SERVICE_LINKED,
        *(ATTACHMENT_EXISTS.of(kind) for kind in _KINDS),
        *(TOO_MANY.of(f"{kind}.Policy") for kind in _KINDS),
    ),
)
def attach_policy(call: Call, q: AttachmentRequest) -> Nothing:
    """Attach a policy to a RAM user, group or role, for the account or within a resource group."""
    principal = q.principal_name
    principal.require_domain(call)
    call.txn.attachments.attach(
        call.account, principal.kind, principal.name, q.policy_type, q.policy_name, scope=q.resource_group_id
    )
    return Nothing()


@resourcemanager.operation(
    "DetachPolicy",
    AttachmentRequest,
    Nothing,
    authorize=OnAttachment("ram:DetachPolicy"),
    runs=Runs.WRITE,
    errors=(
        *_PRINCIPAL_MISSING,
        POLICY_MISSING,
        RESOURCE_GROUP_MISSING,
        SERVICE_LINKED,
        *(ATTACHMENT_MISSING.of(kind) for kind in _KINDS),
    ),
)
def detach_policy(call: Call, q: AttachmentRequest) -> Nothing:
    """Detach a policy from a RAM user, group or role, in the scope it was attached in."""
    principal = q.principal_name
    principal.require_domain(call)
    call.txn.attachments.detach(
        call.account, principal.kind, principal.name, q.policy_type, q.policy_name, scope=q.resource_group_id
    )
    return Nothing()


class ListPolicyAttachmentsRequest(Request, frozen=True, kw_only=True):
    """Which attachments: every one that fits all that is given."""

    language: Annotated[str | None, LANGUAGE] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    policy_name: Annotated[str | None, POLICY_NAME] = None
    policy_type: Annotated[PolicyType | None, POLICY_TYPE] = None
    principal_name: Annotated[PrincipalName | None, PRINCIPAL_NAME] = None
    principal_type: Annotated[str | None, PRINCIPAL_TYPE] = None
    resource_group_id: Annotated[str | None, SCOPE] = None

    def __post_init__(self) -> None:
        """Check that the principal's name and type go together.

        Raises:
            ApiError: ``InvalidParameter.PrincipalName``.
        """
        if self.principal_name is not None:
            require_type(self.principal_name, self.principal_type)


class PolicyAttachment(Response, frozen=True, kw_only=True):
    """A policy, whom it is attached to, and where it holds."""

    attach_date: str
    description: str
    policy_name: str
    policy_type: str
    principal_name: str
    principal_type: str
    resource_group_id: str


class PolicyAttachments(Response, frozen=True, kw_only=True):
    """Attachments of a page."""

    policy_attachment: tuple[PolicyAttachment, ...]


class ListPolicyAttachmentsResponse(Response, frozen=True, kw_only=True):
    """A page of attachments."""

    page_number: int
    page_size: int
    policy_attachments: PolicyAttachments
    total_count: int


@resourcemanager.operation(
    "ListPolicyAttachments",
    ListPolicyAttachmentsRequest,
    ListPolicyAttachmentsResponse,
    authorize=Permission(
        "ram:ListPolicyAttachments", lambda _, call: every_resource(call), about="acs:ram:*:{AccountId}:*"
    ),
    runs=Runs.READ,
    errors=_PRINCIPAL_MISSING,
)
def list_policy_attachments(call: Call, q: ListPolicyAttachmentsRequest) -> ListPolicyAttachmentsResponse:
    """List which policies are attached to whom, in the account or in one resource group."""
    kind = TYPES[q.principal_type] if q.principal_type is not None else None
    name = None
    if q.principal_name is not None:
        q.principal_name.require_domain(call)
        kind, name = q.principal_name.kind, q.principal_name.name
    found = call.txn.attachments.numbered(
        call.account,
        policy_type=q.policy_type,
        policy_name=q.policy_name,
        kind=kind,
        principal_name=name,
        scope=q.resource_group_id,
        page=q.page_number,
        size=q.page_size,
    )
    account = call.txn.accounts.get(call.account)
    return ListPolicyAttachmentsResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        policy_attachments=PolicyAttachments(
            policy_attachment=tuple(_shown(account, attachment) for attachment in found.items)
        ),
        total_count=found.total,
    )


def _shown(account: Account, attachment: Attachment) -> PolicyAttachment:
    return PolicyAttachment(
        attach_date=timestamp(attachment.attached_at),
        description=attachment.policy_description,
        policy_name=attachment.policy_name,
        policy_type=attachment.policy_type,
        principal_name=full_name(account, attachment.principal_kind, attachment.principal_name),
        principal_type=WIRE_TYPES[attachment.principal_kind],
        resource_group_id=attachment.scope,
    )
