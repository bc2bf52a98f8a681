"""Versions of policies: Create, Get, List, SetDefault and Delete PolicyVersion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from daypass.directory.errors import POLICY_MISSING, TOO_MANY, VERSION_IS_DEFAULT, VERSION_MISSING
from daypass.service.operation import Nothing, Response, Runs
from daypass.services.ram.parameters import (
    POLICY_DOCUMENT,
    ROTATE,
    ROTATE_STRATEGY,
    SET_AS_DEFAULT,
    VERSION_ID,
)
from daypass.services.ram.service import (
    CustomPolicyRequest,
    PolicyRequest,
    on_custom_policy,
    on_policy,
    ram,
)
from daypass.services.ram.shapes import VersionBody, version_body

if TYPE_CHECKING:
    from daypass.service.call import Call


class CreatePolicyVersionRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """Which policy, and its new text."""

    policy_document: Annotated[str, POLICY_DOCUMENT]
    set_as_default: Annotated[bool, SET_AS_DEFAULT] = False
    rotate_strategy: Annotated[str, ROTATE_STRATEGY] = "None"


class PolicyVersionResponse(Response, frozen=True, kw_only=True):
    """The version."""

    policy_version: VersionBody


@ram.operation(
    "CreatePolicyVersion",
    CreatePolicyVersionRequest,
    PolicyVersionResponse,
    authorize=on_custom_policy("ram:CreatePolicyVersion"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, TOO_MANY.of("Policy.Version")),
)
def create_policy_version(call: Call, q: CreatePolicyVersionRequest) -> PolicyVersionResponse:
    """Add a version to a custom policy; numbers go up and are never given again."""
    version = call.txn.policies.create_version(
        call.account,
        q.policy_name,
        q.policy_document,
        as_default=q.set_as_default,
        rotate=q.rotate_strategy == ROTATE,
    )
    return PolicyVersionResponse(policy_version=version_body(version))


class GetPolicyVersionRequest(PolicyRequest, frozen=True, kw_only=True):
    """Which version of which policy."""

    version_id: Annotated[str, VERSION_ID]


@ram.operation(
    "GetPolicyVersion",
    GetPolicyVersionRequest,
    PolicyVersionResponse,
    authorize=on_policy("ram:GetPolicyVersion"),
    runs=Runs.READ,
    errors=(POLICY_MISSING, VERSION_MISSING),
)
def get_policy_version(call: Call, q: GetPolicyVersionRequest) -> PolicyVersionResponse:
    """Show one version of a policy."""
    version = call.txn.policies.version(call.account, q.policy_type, q.policy_name, q.version_id)
    return PolicyVersionResponse(policy_version=version_body(version))


class VersionsBody(Response, frozen=True, kw_only=True):
    """Versions, oldest first."""

    policy_version: tuple[VersionBody, ...]


class ListPolicyVersionsResponse(Response, frozen=True, kw_only=True):
    """All versions of the policy."""

    policy_versions: VersionsBody


@ram.operation(
    "ListPolicyVersions",
    PolicyRequest,
    ListPolicyVersionsResponse,
    authorize=on_policy("ram:ListPolicyVersions"),
    runs=Runs.READ,
    errors=(POLICY_MISSING,),
)
def list_policy_versions(call: Call, q: PolicyRequest) -> ListPolicyVersionsResponse:
    """List the versions of a policy; of a system policy, those that are known."""
    versions = call.txn.policies.versions(call.account, q.policy_type, q.policy_name)
    shown = tuple(version_body(version) for version in versions)
    return ListPolicyVersionsResponse(policy_versions=VersionsBody(policy_version=shown))


class VersionRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """Which version of which custom policy."""

    version_id: Annotated[str, VERSION_ID]


@ram.operation(
    "SetDefaultPolicyVersion",
    VersionRequest,
    Nothing,
    authorize=on_custom_policy("ram:SetDefaultPolicyVersion"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, VERSION_MISSING),
)
def set_default_policy_version(call: Call, q: VersionRequest) -> Nothing:
    """Put a version of a custom policy in force, for live sessions too."""
    call.txn.policies.set_default_version(call.account, q.policy_name, q.version_id)
    return Nothing()


@ram.operation(
    "DeletePolicyVersion",
    VersionRequest,
    Nothing,
    authorize=on_custom_policy("ram:DeletePolicyVersion"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, VERSION_MISSING, VERSION_IS_DEFAULT),
)
def delete_policy_version(call: Call, q: VersionRequest) -> Nothing:
    """Delete a version of a custom policy that is not in force."""
    call.txn.policies.delete_version(call.account, q.policy_name, q.version_id)
    return Nothing()
