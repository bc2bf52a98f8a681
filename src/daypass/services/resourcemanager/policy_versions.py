"""Versions of policies: Create, Get, List, SetDefault and Delete PolicyVersion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from daypass.directory.errors import POLICY_MISSING, TOO_MANY, VERSION_IS_DEFAULT, VERSION_MISSING
from daypass.service.call import timestamp
from daypass.service.operation import Nothing, Response, Runs
from daypass.services.ram.parameters import POLICY_DOCUMENT, SET_AS_DEFAULT
from daypass.services.ram.policy_versions import GetPolicyVersionRequest, VersionRequest
from daypass.services.ram.service import CustomPolicyRequest, PolicyRequest, on_custom_policy, on_policy
from daypass.services.resourcemanager.service import resourcemanager

if TYPE_CHECKING:
    from daypass.directory.records import PolicyVersion
    from daypass.service.call import Call


class VersionBody(Response, frozen=True, kw_only=True):
    """A version of a policy, without its text."""

    version_id: str
    is_default_version: bool
    create_date: str


class VersionInFull(VersionBody, frozen=True, kw_only=True):
    """A version of a policy and its text as it was given."""

    policy_document: str


def _body(version: PolicyVersion) -> dict[str, Any]:
    return {
        "version_id": version.version_id,
        "is_default_version": version.is_default,
        "create_date": timestamp(version.created_at),
    }


class CreatePolicyVersionRequest(CustomPolicyRequest, frozen=True, kw_only=True):
    """Which policy, and its new text."""

    policy_document: Annotated[str, POLICY_DOCUMENT]
    set_as_default: Annotated[bool, SET_AS_DEFAULT] = False


class CreatePolicyVersionResponse(Response, frozen=True, kw_only=True):
    """The new version."""

    policy_version: VersionBody


@resourcemanager.operation(
    "CreatePolicyVersion",
    CreatePolicyVersionRequest,
    CreatePolicyVersionResponse,
    authorize=on_custom_policy("ram:CreatePolicyVersion"),
    runs=Runs.WRITE,
    errors=(POLICY_MISSING, TOO_MANY.of("Policy.Version")),
)
def create_policy_version(call: Call, q: CreatePolicyVersionRequest) -> CreatePolicyVersionResponse:
    """Add a version to a custom policy; numbers go up and are never given again."""
    version = call.txn.policies.create_version(
        call.account, q.policy_name, q.policy_document, as_default=q.set_as_default
    )
    return CreatePolicyVersionResponse(policy_version=VersionBody(**_body(version)))


class GetPolicyVersionResponse(Response, frozen=True, kw_only=True):
    """The version."""

    policy_version: VersionInFull


@resourcemanager.operation(
    "GetPolicyVersion",
    GetPolicyVersionRequest,
    GetPolicyVersionResponse,
    authorize=on_policy("ram:GetPolicyVersion"),
    runs=Runs.READ,
    errors=(POLICY_MISSING, VERSION_MISSING),
)
def get_policy_version(call: Call, q: GetPolicyVersionRequest) -> GetPolicyVersionResponse:
    """Show one version of a policy."""
    version = call.txn.policies.version(call.account, q.policy_type, q.policy_name, q.version_id)
    shown = VersionInFull(**_body(version), policy_document=version.document)
    return GetPolicyVersionResponse(policy_version=shown)


class VersionsBody(Response, frozen=True, kw_only=True):
    """Versions, oldest first."""

    policy_version: tuple[VersionBody, ...]


class ListPolicyVersionsResponse(Response, frozen=True, kw_only=True):
    """All versions of the policy."""

    policy_versions: VersionsBody


@resourcemanager.operation(
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
    shown = tuple(VersionBody(**_body(version)) for version in versions)
    return ListPolicyVersionsResponse(policy_versions=VersionsBody(policy_version=shown))


@resourcemanager.operation(
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


@resourcemanager.operation(
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
