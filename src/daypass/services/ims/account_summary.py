"""How much an account has and may have: GetAccountSummary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from daypass import names
from daypass.directory.key_policies import MOST_ADDRESSES, MOST_STATEMENTS
from daypass.service.operation import Request, Response, Runs
from daypass.services.ims.service import ims
from daypass.services.ram.service import on_account

if TYPE_CHECKING:
    from daypass.service.call import Call


class SummaryMap(Response, frozen=True, kw_only=True):
    """Numbers of what there is, and the quotas in force. What daypass does not have is left out."""

    users: int
    users_quota: int
    groups: int
    groups_quota: int
    roles: int
    roles_quota: int
    policies: int
    policies_quota: int
    mfa_devices: int = field(name="MFADevices")
    mfa_devices_in_use: int = field(name="MFADevicesInUse")
    virtual_mfa_devices_quota: int = field(name="VirtualMFADevicesQuota")
    access_keys_per_user_quota: int
    account_access_keys_per_account_quota: int
    groups_per_user_quota: int
    attached_policies_per_user_quota: int
    attached_policies_per_group_quota: int
    attached_policies_per_role_quota: int
    attached_system_policies_per_user_quota: int
    attached_system_policies_per_group_quota: int
    attached_system_policies_per_role_quota: int
    policy_size_quota: int
    versions_per_policy_quota: int
    conditions_per_ak_policy_quota: int = field(name="ConditionsPerAKPolicyQuota")
    ip_items_per_ak_policy_quota: int = field(name="IPItemsPerAKPolicyQuota")


class GetAccountSummaryResponse(Response, frozen=True, kw_only=True):
    """The account in numbers."""

    summary_map: SummaryMap


@ims.operation(
    "GetAccountSummary",
    Request,
    GetAccountSummaryResponse,
    authorize=on_account("ram:GetAccountSummary"),
    runs=Runs.READ,
)
def get_account_summary(call: Call, q: Request) -> GetAccountSummaryResponse:  # noqa: ARG001 (asks for nothing more)
    """Show how many users, groups, roles, policies and MFA devices the account has, and its quotas."""
    txn, account = call.txn, call.account
    quotas = txn.quotas(account)
    summary = SummaryMap(
        users=txn.users.count(account),
        users_quota=quotas.users,
        groups=txn.groups.count(account),
        groups_quota=quotas.groups,
        roles=txn.roles.count(account),
        roles_quota=quotas.roles,
        policies=txn.policies.count(account),
        policies_quota=quotas.custom_policies,
        mfa_devices=txn.mfa_devices.count(account),
        mfa_devices_in_use=txn.mfa_devices.count(account, in_use=True),
        virtual_mfa_devices_quota=quotas.virtual_mfa_devices,
        access_keys_per_user_quota=quotas.access_keys_per_user,
        account_access_keys_per_account_quota=quotas.account_access_keys,
        groups_per_user_quota=quotas.groups_per_user,
        attached_policies_per_user_quota=quotas.custom_policies_per_user,
        attached_policies_per_group_quota=quotas.custom_policies_per_group,
        attached_policies_per_role_quota=quotas.custom_policies_per_role,
        attached_system_policies_per_user_quota=quotas.system_policies_per_user,
        attached_system_policies_per_group_quota=quotas.system_policies_per_group,
        attached_system_policies_per_role_quota=quotas.system_policies_per_role,
        policy_size_quota=names.POLICY_DOCUMENT_CHARS,
        versions_per_policy_quota=quotas.versions_per_policy,
        conditions_per_ak_policy_quota=MOST_STATEMENTS,
        ip_items_per_ak_policy_quota=MOST_ADDRESSES,
    )
    return GetAccountSummaryResponse(summary_map=summary)
