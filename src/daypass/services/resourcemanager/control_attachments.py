"""Attaching control policies to folders and members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from daypass.directory.errors import (
    CONTROL_ATTACHMENT_EXISTS,
    CONTROL_ATTACHMENT_IS_LAST,
    CONTROL_ATTACHMENT_MISSING,
    CONTROL_POLICIES_OFF,
    CONTROL_POLICY_MISSING,
    DIRECTORY_MISSING,
    TARGET_MISSING,
    TOO_MANY,
)
from daypass.service.authorization import Permission
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Text
from daypass.services.resourcemanager.control_policies import POLICY_ID, PolicyRequest, on_control_policy
from daypass.services.resourcemanager.directory_access import (
    ABOUT_FOLDER,
    control_policy_resource,
    directory_of,
    target_resource,
)
from daypass.services.resourcemanager.service import (
    LANGUAGE,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    resourcemanager,
)

if TYPE_CHECKING:
    from daypass.directory.records import ControlAttachment, ControlledTarget
    from daypass.service.call import Call

TARGET_ID: Final = Text(wire="TargetId", help="Id of a folder, the root folder or a member.", most=32)

_ABOUT_TARGET: Final = f"{ABOUT_FOLDER} or account/{{ResourceDirectoryPath}}"


class AttachmentRequest(Request, frozen=True, kw_only=True):
    """Which control policy, and what it limits."""

    policy_id: Annotated[str, POLICY_ID]
    target_id: Annotated[str, TARGET_ID]


def _on_both(action: str) -> Permission[AttachmentRequest]:
    """Ask for an action on the target and on the control policy."""
    return Permission(
        action,
        lambda q, call: (
            target_resource(call, q.target_id),
            control_policy_resource(call, q.policy_id),
        ),
        about=f"{_ABOUT_TARGET}, and policy/controlpolicy/{{PolicyId}}",
    )


_WRONG: Final = (DIRECTORY_MISSING, CONTROL_POLICIES_OFF, CONTROL_POLICY_MISSING, TARGET_MISSING)


@resourcemanager.operation(
    "AttachControlPolicy",
    AttachmentRequest,
    Nothing,
    authorize=_on_both("resourcemanager:AttachControlPolicy"),
    runs=Runs.WRITE,
    errors=(*_WRONG, CONTROL_ATTACHMENT_EXISTS, TOO_MANY.of("ControlPolicyAttachment")),
)
def attach_control_policy(call: Call, q: AttachmentRequest) -> Nothing:
    """Attach a control policy to a folder or member; it counts there and below from the next decision on."""
    call.txn.control_policies.attach(directory_of(call), q.policy_id, q.target_id)
    return Nothing()


@resourcemanager.operation(
    "DetachControlPolicy",
    AttachmentRequest,
    Nothing,
    authorize=_on_both("resourcemanager:DetachControlPolicy"),
    runs=Runs.WRITE,
    errors=(*_WRONG, CONTROL_ATTACHMENT_MISSING, CONTROL_ATTACHMENT_IS_LAST),
)
def detach_control_policy(call: Call, q: AttachmentRequest) -> Nothing:
    """Detach a control policy from a folder or member; what it is the only one of keeps it."""
    call.txn.control_policies.detach(directory_of(call), q.policy_id, q.target_id)
    return Nothing()


class ForTargetRequest(Request, frozen=True, kw_only=True):
    """Which target."""

    target_id: Annotated[str, TARGET_ID]
    language: Annotated[str | None, LANGUAGE] = None


class AttachedPolicy(Response, frozen=True, kw_only=True):
    """A control policy and since when it is attached."""

    attach_date: str
    description: str | None = None
    effect_scope: str
    policy_id: str
    policy_name: str
    policy_type: str


class AttachedPolicies(Response, frozen=True, kw_only=True):
    """Control policies in the order of their ids."""

    control_policy_attachment: tuple[AttachedPolicy, ...]


class ForTargetResponse(Response, frozen=True, kw_only=True):
    """What is attached right to the target."""

    control_policy_attachments: AttachedPolicies


@resourcemanager.operation(
    "ListControlPolicyAttachmentsForTarget",
    ForTargetRequest,
    ForTargetResponse,
    authorize=Permission(
        "resourcemanager:ListControlPolicyAttachmentsForTarget",
        lambda q, call: target_resource(call, q.target_id),
        about=_ABOUT_TARGET,
    ),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, TARGET_MISSING),
)
def list_control_policy_attachments_for_target(call: Call, q: ForTargetRequest) -> ForTargetResponse:
    """List the control policies attached to a folder or member itself; those around it count too."""
    found = call.txn.control_policies.of_target(directory_of(call), q.target_id)
    shown = tuple(map(_attached, found))
    return ForTargetResponse(control_policy_attachments=AttachedPolicies(control_policy_attachment=shown))


def _attached(attachment: ControlAttachment) -> AttachedPolicy:
    policy = attachment.policy
    return AttachedPolicy(
        attach_date=timestamp(attachment.attached_at),
        description=policy.description or None,
        effect_scope="RAM",
        policy_id=policy.id,
        policy_name=policy.name,
        policy_type=policy.type,
    )


class TargetsRequest(PolicyRequest, frozen=True, kw_only=True):
    """Which control policy, and which page."""

    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE


class AttachedTarget(Response, frozen=True, kw_only=True):
    """What a control policy limits, and since when."""

    attach_date: str
    target_id: str
    target_name: str
    target_type: str


class AttachedTargets(Response, frozen=True, kw_only=True):
    """Targets."""

    target_attachment: tuple[AttachedTarget, ...]


class TargetsResponse(Response, frozen=True, kw_only=True):
    """A page of targets."""

    page_number: int
    page_size: int
    target_attachments: AttachedTargets
    total_count: int


@resourcemanager.operation(
    "ListTargetAttachmentsForControlPolicy",
    TargetsRequest,
    TargetsResponse,
    authorize=on_control_policy("resourcemanager:ListTargetAttachmentsForControlPolicy"),
    runs=Runs.READ,
    errors=(DIRECTORY_MISSING, CONTROL_POLICY_MISSING),
)
def list_target_attachments_for_control_policy(call: Call, q: TargetsRequest) -> TargetsResponse:
    """List the folders and members that a control policy is attached to."""
    found = call.txn.control_policies.targets(
        directory_of(call), q.policy_id, page=q.page_number, size=q.page_size
    )
    return TargetsResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        target_attachments=AttachedTargets(target_attachment=tuple(map(_target, found.items))),
        total_count=found.total,
    )


def _target(target: ControlledTarget) -> AttachedTarget:
    return AttachedTarget(
        attach_date=timestamp(target.attached_at),
        target_id=target.id,
        target_name=target.name,
        target_type=target.type,
    )
