"""Policies: CreatePolicy, GetPolicy, DeletePolicy, ListPolicies; the same policies that RAM has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import (
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
from daypass.services.ram.parameters import DESCRIPTION, POLICY_DOCUMENT
from daypass.services.ram.service import (
    CustomPolicyRequest,
    PolicyRequest,
    on_custom_policy,
    on_every,
    on_policy,
)
from daypass.services.resourcemanager.service import (
    LANGUAGE,
    PAGE_LENGTH,
    PAGE_NUMBER,
    PAGE_SIZE,
    POLICY_TYPE,
    resourcemanager,
)

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


class ListedPolicy(PolicyBody, frozen=True, kw_only=True):
    """A policy in a list, and how often it is attached in the account."""

    attachment_count: int
    update_date: str


class PolicyInFull(ListedPolicy, frozen=True, kw_only=True):
    """A policy with the text in force."""

    policy_document: str


def _body(policy: Policy) -> dict[str, Any]:
    return {
        "policy_name": policy.name,
        "policy_type": policy.type,
        "description": policy.description or None,
        "default_version": policy.default_version,
        "create_date": timestamp(policy.created_at),
    }


def _counted(policy: Policy) -> dict[str, Any]:
    return {
        **_body(policy),
        "attachment_count": policy.attachment_count,
        "update_date": timestamp(policy.updated_at),
    }


class CreatePolicyRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """A new policy's name and text."""

    policy_document: Annotated[str, POLICY_DOCUMENT]
    description: Annotated[str, DESCRIPTION] = ""


class CreatePolicyResponse(Response, frozen=True, kw_only=True):
    """The new policy."""

    policy: PolicyBody


@resourcemanager.operation(
    "CreatePolicy",
    CreatePolicyRequest,
    CreatePolicyResponse,
    authorize=on_every("ram:CreatePolicy", "policy"),
    runs=Runs.WRITE,
    errors=(POLICY_EXISTS, TOO_MANY.of("Policy")),
)
def create_policy(call: Call, q: CreatePolicyRequest) -> CreatePolicyResponse:
    """Create a custom policy; its document becomes version v1 and is in force."""
    policy = call.txn.policies.create(
        call.account, q.policy_name, q.policy_document, description=q.description
    )
    return CreatePolicyResponse(policy=PolicyBody(**_body(policy)))


class GetPolicyRequest(PolicyRequest, frozen=True, kw_only=True):
    """Which policy."""

    language: Annotated[str | None, LANGUAGE] = None


class GetPolicyResponse(Response, frozen=True, kw_only=True):
    """The policy and the text in force."""

    policy: PolicyInFull


@resourcemanager.operation(
    "GetPolicy",
    GetPolicyRequest,
    GetPolicyResponse,
    authorize=on_policy("ram:GetPolicy"),
    runs=Runs.READ,
    errors=(POLICY_MISSING,),
)
def get_policy(call: Call, q: GetPolicyRequest) -> GetPolicyResponse:
    """Show a policy and the text in force."""
    policies = call.txn.policies
    policy = policies.get(call.account, q.policy_type, q.policy_name)
    version = policies.version(call.account, q.policy_type, q.policy_name)
    return GetPolicyResponse(policy=PolicyInFull(**_counted(policy), policy_document=version.document))


@resourcemanager.operation(
    "DeletePolicy",
    CustomPolicyRequest,
    Nothing,
    authorize=on_custom_policy("ram:DeletePolicy"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, POLICY_HAS_USERS, POLICY_HAS_GROUPS, POLICY_HAS_ROLES, POLICY_HAS_VERSIONS),
)
def delete_policy(call: Call, q: CustomPolicyRequest) -> Nothing:
    """Delete a custom policy that is attached to nobody and has no version but the default one."""
    call.txn.policies.delete(call.account, q.policy_name)
    return Nothing()


class ListPoliciesRequest(Request, frozen=True, kw_only=True):
    """Which policies, and which page."""

    language: Annotated[str | None, LANGUAGE] = None
    page_number: Annotated[int, PAGE_NUMBER] = 1
    page_size: Annotated[int, PAGE_LENGTH] = PAGE_SIZE
    policy_type: Annotated[PolicyType | None, POLICY_TYPE] = None


class PoliciesBody(Response, frozen=True, kw_only=True):
    """System policies, then custom ones, each in the order of their names."""

    policy: tuple[ListedPolicy, ...]


class ListPoliciesResponse(Response, frozen=True, kw_only=True):
    """A page of policies."""

    page_number: int
    page_size: int
    policies: PoliciesBody
    total_count: int


@resourcemanager.operation(
    "ListPolicies",
    ListPoliciesRequest,
    ListPoliciesResponse,
    authorize=on_every("ram:ListPolicies", "policy"),
    runs=Runs.READ,
)
def list_policies(call: Call, q: ListPoliciesRequest) -> ListPoliciesResponse:
    """List system and custom policies, or those of one type, a page at a time."""
    found = call.txn.policies.numbered(
        call.account, policy_type=q.policy_type, page=q.page_number, size=q.page_size
    )
    return ListPoliciesResponse(
        page_number=q.page_number,
        page_size=q.page_size,
        policies=PoliciesBody(policy=tuple(ListedPolicy(**_counted(policy)) for policy in found.items)),
        total_count=found.total,
    )
