"""Policies: CreatePolicy, GetPolicy, UpdatePolicyDescription, DeletePolicy, ListPolicies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import (
    BAD_MARKER,
    POLICY_EXISTS,
    POLICY_HAS_GROUPS,
    POLICY_HAS_ROLES,
    POLICY_HAS_USERS,
    POLICY_HAS_VERSIONS,
    POLICY_MISSING,
    TOO_MANY,
)
from daypass.directory.records import PolicyType
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Request, Response, Runs
from daypass.service.params import Tag
from daypass.services.ram.parameters import (
    CASCADING_DELETE,
    DEFAULT_ITEMS,
    DESCRIPTION,
    MARKER,
    MAX_ITEMS,
    NEW_POLICY_DESCRIPTION,
    POLICY_DOCUMENT,
    POLICY_TYPE,
    TAG,
    TAG_FILTER,
)
from daypass.services.ram.service import (
    CustomPolicyRequest,
    PolicyRequest,
    on_custom_policy,
    on_every,
    on_new,
    on_policy,
    ram,
)
from daypass.services.ram.shapes import TagsBody, VersionBody, tag_filter, tag_list, tags_body, version_body

if TYPE_CHECKING:
    from daypass.directory.records import Policy
    from daypass.service.call import Call


class PolicyBody(Response, frozen=True, kw_only=True):
    """A new policy."""

    policy_name: str
    policy_type: str
    description: str | None = None
    default_version: str
    create_date: str


class ChangedPolicy(PolicyBody, frozen=True, kw_only=True):
    """A policy and when it was last changed."""

    update_date: str


class PolicyInFull(ChangedPolicy, frozen=True, kw_only=True):
    """A policy with the text in force and how often it is attached in the account."""

    attachment_count: int
    policy_document: str


class ListedPolicy(ChangedPolicy, frozen=True, kw_only=True):
    """A policy in a list, without its text."""

    attachment_count: int
    tags: TagsBody


def _body(policy: Policy) -> dict[str, Any]:
    return {
        "policy_name": policy.name,
        "policy_type": policy.type,
        "description": policy.description or None,
        "default_version": policy.default_version,
        "create_date": timestamp(policy.created_at),
    }


class CreatePolicyRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """A new policy's name and text."""

    policy_document: Annotated[str, POLICY_DOCUMENT]
    description: Annotated[str, DESCRIPTION] = ""
    tag: Annotated[tuple[Tag, ...], TAG] = ()


class CreatePolicyResponse(Response, frozen=True, kw_only=True):
    """The new policy."""

    policy: PolicyBody


@ram.operation(
    "CreatePolicy",
    CreatePolicyRequest,
    CreatePolicyResponse,
    authorize=on_new("ram:CreatePolicy", "policy"),
    runs=Runs.WRITE,
    errors=(POLICY_EXISTS, TOO_MANY.of("Policy"), TOO_MANY.of("Tag")),
)
def create_policy(call: Call, q: CreatePolicyRequest) -> CreatePolicyResponse:
    """Create a custom policy; its document becomes version v1 and is in force."""
    policy = call.txn.policies.create(
        call.account, q.policy_name, q.policy_document, description=q.description, tags=tag_list(q.tag)
    )
    return CreatePolicyResponse(policy=PolicyBody(**_body(policy)))


class GetPolicyResponse(Response, frozen=True, kw_only=True):
    """The policy and its version in force."""

    policy: PolicyInFull
    default_policy_version: VersionBody


@ram.operation(
    "GetPolicy",
    PolicyRequest,
    GetPolicyResponse,
    authorize=on_policy("ram:GetPolicy"),
    runs=Runs.READ,
    errors=(POLICY_MISSING,),
)
def get_policy(call: Call, q: PolicyRequest) -> GetPolicyResponse:
    """Show a policy and the text in force."""
    policies = call.txn.policies
    policy = policies.get(call.account, q.policy_type, q.policy_name)
    version = policies.version(call.account, q.policy_type, q.policy_name)
    shown = PolicyInFull(
        **_body(policy),
        update_date=timestamp(policy.updated_at),
        attachment_count=policy.attachment_count,
        policy_document=version.document,
    )
    return GetPolicyResponse(policy=shown, default_policy_version=version_body(version))


class UpdatePolicyDescriptionRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """Which policy, and what to say of it."""

    new_description: Annotated[str, NEW_POLICY_DESCRIPTION]


class UpdatePolicyDescriptionResponse(Response, frozen=True, kw_only=True):
    """The policy as it is now."""

    policy: ChangedPolicy


@ram.operation(
    "UpdatePolicyDescription",
    UpdatePolicyDescriptionRequest,
    UpdatePolicyDescriptionResponse,
    authorize=on_custom_policy("ram:UpdatePolicyDescription"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING,),
)
def update_policy_description(
    call: Call, q: UpdatePolicyDescriptionRequest
) -> UpdatePolicyDescriptionResponse:
    """Describe a custom policy anew."""
    policy = call.txn.policies.update_description(call.account, q.policy_name, q.new_description)
    shown = ChangedPolicy(**_body(policy), update_date=timestamp(policy.updated_at))
    return UpdatePolicyDescriptionResponse(policy=shown)


class DeletePolicyRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """Which policy, and whether its versions go with it."""

    cascading_delete: Annotated[bool, CASCADING_DELETE] = False


@ram.operation(
    "DeletePolicy",
    DeletePolicyRequest,
    Nothing,
    authorize=on_custom_policy("ram:DeletePolicy"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, POLICY_HAS_USERS, POLICY_HAS_GROUPS, POLICY_HAS_ROLES, POLICY_HAS_VERSIONS),
)
def delete_policy(call: Call, q: DeletePolicyRequest) -> Nothing:
    """Delete a custom policy that is attached to nobody and has no version but the default one."""
    call.txn.policies.delete(call.account, q.policy_name, cascading=q.cascading_delete)
    return Nothing()


class ListPoliciesRequest(Request, frozen=True, kw_only=True):
    """Which policies, and which part of the list."""

    policy_type: Annotated[PolicyType | None, POLICY_TYPE] = None
    marker: Annotated[str, MARKER] = ""
    max_items: Annotated[int, MAX_ITEMS] = DEFAULT_ITEMS
    tag: Annotated[tuple[Tag, ...], TAG_FILTER] = ()


class PoliciesBody(Response, frozen=True, kw_only=True):
    """System policies, then custom ones, each in the order of their names."""

    policy: tuple[ListedPolicy, ...]


class ListPoliciesResponse(Response, frozen=True, kw_only=True):
    """Part of the list, and where to go on."""

    policies: PoliciesBody
    is_truncated: bool
    marker: str | None = None


@ram.operation(
    "ListPolicies",
    ListPoliciesRequest,
    ListPoliciesResponse,
    authorize=on_every("ram:ListPolicies", "policy"),
    runs=Runs.READ,
    errors=(BAD_MARKER,),
)
def list_policies(call: Call, q: ListPoliciesRequest) -> ListPoliciesResponse:
    """List system and custom policies, all or those of a type or with certain tags."""
    page = call.txn.policies.list(
        call.account,
        policy_type=q.policy_type,
        tags=tag_filter(q.tag),
        marker=q.marker or None,
        limit=q.max_items,
    )
    shown = tuple(
        ListedPolicy(
            **_body(policy),
            update_date=timestamp(policy.updated_at),
            attachment_count=policy.attachment_count,
            tags=tags_body(policy.tags),
        )
        for policy in page.items
    )
    return ListPoliciesResponse(
        policies=PoliciesBody(policy=shown), is_truncated=page.is_truncated, marker=page.marker
    )
