"""Control policies: Create, Update, Delete, Get and List, and switching them on and off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from daypass.directory.errors import (
    CONTROL_POLICY_EXISTS,
    CONTROL_POLICY_IN_USE,
    CONTROL_POLICY_IS_SYSTEM,
    CONTROL_POLICY_MISSING,
    DIRECTORY_MISSING,
    TOO_MANY,
)
from daypass.directory.records import PolicyType
from daypass.policy import DocumentKind
from daypass.service import codes
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Choice, Text
from daypass.services.ram.parameters import DESCRIPTION, PolicyText
from daypass.services.resourcemanager.directory_access import (
    ABOUT_CONTROL_POLICY,
    control_policy_resource,
    directory_of,
    on_every_control_policy,
)
from daypass.services.resourcemanager.resource_directories import NoParameters, status_of
from daypass.services.resourcemanager.service import (
    LANGUAGE,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    POLICY_TYPE,
    resourcemanager,
)

if TYPE_CHECKING:
    from daypass.directory.records import ControlPolicy
    from daypass.service.call import Call

POLICY_ID: Final = Text(wire="PolicyId", help="Id of the control policy.", most=64)
CONTROL_POLICY_NAME: Final = Text(
    wire="PolicyName",
    help="Name of the control policy; 1 to 128 characters, a letter first.",
    most=128,
    pattern=re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII),
    allowed="letters, digits and hyphens, and start with a letter",
)
NEW_POLICY_NAME: Final = CONTROL_POLICY_NAME.named("NewPolicyName")
CONTROL_DOCUMENT: Final = PolicyText(
    wire="PolicyDocument",
    help="What may be done at most, and what not at all; 1 to 4096 characters.",
    document=DocumentKind.CONTROL,
)
NEW_CONTROL_DOCUMENT: Final = CONTROL_DOCUMENT.named("NewPolicyDocument")
NEW_DESCRIPTION: Final = DESCRIPTION.named("NewDescription", length=codes.LENGTH.of("NewDescription"))
EFFECT_SCOPE: Final = Choice(
    wire="EffectScope",
    help="RAM: it limits RAM users and roles, not the members' root users.",
    options=("RAM",),
)


class PolicyBody(Response, frozen=True, kw_only=True):
    """A control policy without its text."""

    attachment_count: str
    create_date: str
    description: str | None = None
    effect_scope: str
    policy_id: str
    policy_name: str
    policy_type: str
    update_date: str


class PolicyInFull(PolicyBody, frozen=True, kw_only=True):
    """A control policy with its text."""

    policy_document: str


class PolicyResponse(Response, frozen=True, kw_only=True):
    """The control policy as it is now."""

    control_policy: PolicyBody


def _body(policy: ControlPolicy) -> dict[str, Any]:
    return {
        "attachment_count": str(policy.attachment_count),
        "create_date": timestamp(policy.created_at),
        "description": policy.description or None,
        "effect_scope": "RAM",
        "policy_id": policy.id,
        "policy_name": policy.name,
        "policy_type": policy.type,
        "update_date": timestamp(policy.updated_at),
    }


class CreateRequest(Request, frozen=True, kw_only=True):
    """A new control policy's name and text."""

    effect_scope: Annotated[str, EFFECT_SCOPE]
    policy_document: Annotated[str, CONTROL_DOCUMENT]
    policy_name: Annotated[str, CONTROL_POLICY_NAME]
    description: Annotated[str, DESCRIPTION] = ""


@resourcemanager.operation(
    "CreateControlPolicy",
    CreateRequest,
    PolicyResponse,
    authorize=on_every_control_policy("resourcemanager:CreateControlPolicy"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, CONTROL_POLICY_EXISTS, TOO_MANY.of("ControlPolicy")),
)
def create_control_policy(call: Call, q: CreateRequest) -> PolicyResponse:
    """Create a control policy; it limits what it is attached to."""
    policy = call.txn.control_policies.create(
        directory_of(call), q.policy_name, q.policy_document, description=q.description
    )
    return PolicyResponse(control_policy=PolicyBody(**_body(policy)))


class PolicyRequest(Request, frozen=True, kw_only=True):
    """Which control policy."""

    policy_id: Annotated[str, POLICY_ID]


def on_control_policy(action: str) -> Permission[PolicyRequest]:
    """Ask for an action on the control policy that is named."""
    return Permission(
        action, lambda q, call: control_policy_resource(call, q.policy_id), about=ABOUT_CONTROL_POLICY
    )


class GetRequest(PolicyRequest, frozen=True, kw_only=True):
    """Which control policy."""

    language: Annotated[str | None, LANGUAGE] = None


class GetResponse(Response, frozen=True, kw_only=True):
    """The control policy."""

    control_policy: PolicyInFull


@resourcemanager.operation(
    "GetControlPolicy",
    GetRequest,
    GetResponse,
    authorize=on_control_policy("resourcemanager:GetControlPolicy"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, CONTROL_POLICY_MISSING),
)
def get_control_policy(call: Call, q: GetRequest) -> GetResponse:
    """Show a control policy and its text."""
    policy = call.txn.control_policies.get(directory_of(call), q.policy_id)
    return GetResponse(control_policy=PolicyInFull(**_body(policy), policy_document=policy.document))


class UpdateRequest(PolicyRequest, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    new_description: Annotated[str | None, NEW_DESCRIPTION] = None
    new_policy_document: Annotated[str | None, NEW_CONTROL_DOCUMENT] = None
    new_policy_name: Annotated[str | None, NEW_POLICY_NAME] = None


@resourcemanager.operation(
    "UpdateControlPolicy",
    UpdateRequest,
    PolicyResponse,
    authorize=on_control_policy("resourcemanager:UpdateControlPolicy"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, CONTROL_POLICY_IS_SYSTEM, CONTROL_POLICY_MISSING, CONTROL_POLICY_EXISTS),
)
def update_control_policy(call: Call, q: UpdateRequest) -> PolicyResponse:
    """Change a control policy; a new text counts wherever it is attached, from the next decision on."""
    policy = call.txn.control_policies.update(
        directory_of(call),
        q.policy_id,
        name=q.new_policy_name,
        document=q.new_policy_document,
        description=q.new_description,
    )
    return PolicyResponse(control_policy=PolicyBody(**_body(policy)))


@resourcemanager.operation(
    "DeleteControlPolicy",
    PolicyRequest,
    Nothing,
    authorize=on_control_policy("resourcemanager:DeleteControlPolicy"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING, CONTROL_POLICY_IS_SYSTEM, CONTROL_POLICY_MISSING, CONTROL_POLICY_IN_USE),
)
def delete_control_policy(call: Call, q: PolicyRequest) -> Nothing:
    """Delete a control policy that is attached to nothing."""
    call.txn.control_policies.delete(directory_of(call), q.policy_id)
    return Nothing()


class ListRequest(Request, frozen=True, kw_only=True):
    """Which control policies, and which page."""

    language: Annotated[str | None, LANGUAGE] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    policy_type: Annotated[PolicyType | None, POLICY_TYPE] = None


class PoliciesBody(Response, frozen=True, kw_only=True):
    """The control policy that ships with the product, then the directory's own by name."""

    control_policy: tuple[PolicyBody, ...]


class ListResponse(Response, frozen=True, kw_only=True):
    """A page of control policies."""

    control_policies: PoliciesBody
    page_number: int
    page_size: int
    total_count: int


@resourcemanager.operation(
    "ListControlPolicies",
    ListRequest,
    ListResponse,
    authorize=on_every_control_policy("resourcemanager:ListControlPolicies"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING,),
)
def list_control_policies(call: Call, q: ListRequest) -> ListResponse:
    """List the control policies of the resource directory, or those of one type."""
    found = call.txn.control_policies.numbered(
        directory_of(call), policy_type=q.policy_type, page=q.page_number, size=q.page_size
    )
    shown = tuple(PolicyBody(**_body(policy)) for policy in found.items)
    return ListResponse(
        control_policies=PoliciesBody(control_policy=shown),
        page_number=q.page_number,
        page_size=q.page_size,
        total_count=found.total,
    )


class EnablementResponse(Response, frozen=True, kw_only=True):
    """Whether control policies count: Enabled or Disabled; both come about at once."""

    enablement_status: str


@resourcemanager.operation(
    "EnableControlPolicy",
    NoParameters,
    EnablementResponse,
    authorize=on_every_control_policy("resourcemanager:EnableControlPolicy"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING,),
)
def enable_control_policy(call: Call, q: NoParameters) -> EnablementResponse:  # noqa: ARG001 (takes nothing)
    """Let control policies count; every folder and member begins with FullAliyunAccess."""
    call.txn.resource_directories.switch_control_policies(call.account, on=True)
    return EnablementResponse(enablement_status=status_of(directory_of(call)))


@resourcemanager.operation(
    "DisableControlPolicy",
    NoParameters,
    EnablementResponse,
    authorize=on_every_control_policy("resourcemanager:DisableControlPolicy"),
    runs=Runs.WRITE,
    errors=(DIRECTORY_MISSING,),
)
def disable_control_policy(call: Call, q: NoParameters) -> EnablementResponse:  # noqa: ARG001 (takes nothing)
    """Let control policies count no more; all are detached, none is deleted."""
    call.txn.resource_directories.switch_control_policies(call.account, on=False)
    return EnablementResponse(enablement_status=status_of(directory_of(call)))


@resourcemanager.operation(
    "GetControlPolicyEnablementStatus",
    NoParameters,
    EnablementResponse,
    authorize=on_every_control_policy("resourcemanager:GetControlPolicyEnablementStatus"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING,),
)
def get_control_policy_enablement_status(call: Call, q: NoParameters) -> EnablementResponse:  # noqa: ARG001 (takes nothing)
    """Show whether control policies count."""
    return EnablementResponse(enablement_status=status_of(directory_of(call)))
