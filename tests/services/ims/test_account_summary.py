"""The account in numbers. A real server."""

from __future__ import annotations

from tests.services.ims.calls import Ims
from tests.world import allow, document, trusting

QUOTAS = {
    "UsersQuota": 5000,
    "GroupsQuota": 300,
    "RolesQuota": 1000,
    "PoliciesQuota": 1500,
    "VirtualMFADevicesQuota": 5000,
    "AccessKeysPerUserQuota": 2,
    "AccountAccessKeysPerAccountQuota": 2,
    "GroupsPerUserQuota": 10,
    "AttachedPoliciesPerUserQuota": 10,
    "AttachedPoliciesPerGroupQuota": 10,
    "AttachedPoliciesPerRoleQuota": 10,
    "AttachedSystemPoliciesPerUserQuota": 20,
    "AttachedSystemPoliciesPerGroupQuota": 20,
    "AttachedSystemPoliciesPerRoleQuota": 20,
    "PolicySizeQuota": 6144,
    "VersionsPerPolicyQuota": 5,
    "ConditionsPerAKPolicyQuota": 8,
    "IPItemsPerAKPolicyQuota": 50,
}
NOTHING = {"Users": 0, "Groups": 0, "Roles": 0, "Policies": 0, "MFADevices": 0, "MFADevicesInUse": 0}


def test_a_new_account_has_nothing_and_the_published_quotas(ims: Ims) -> None:
    assert ims("GetAccountSummary")["SummaryMap"] == {**NOTHING, **QUOTAS}


def test_everything_is_counted_in_its_own_account(ims: Ims) -> None:
    other = Ims(ims.server, ims.server.new_account())
    for account in (ims, other):
        account.ram("CreateUser", UserName="alice")
        account.ram("CreateGroup", GroupName="readers")
        account.ram("CreateRole", RoleName="reader", AssumeRolePolicyDocument=trusting(account.ram.everyone))
        account.ram("CreatePolicy", PolicyName="read", PolicyDocument=document(allow("iot:*")))
        account("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    ims.ram("CreateUser", UserName="bob")
    counts = {"Users": 2, "Groups": 1, "Roles": 1, "Policies": 1, "MFADevices": 1, "MFADevicesInUse": 0}
    assert ims("GetAccountSummary")["SummaryMap"] == {**counts, **QUOTAS}


def test_quotas_are_those_in_force_for_the_account(ims: Ims) -> None:
    with ims.server.runtime.database.write() as txn:
        txn.account_quotas.set(ims.id, "users", 7)
        txn.account_quotas.set(ims.id, "virtual_mfa_devices", 1)
    summary = ims("GetAccountSummary")["SummaryMap"]
    assert (summary["UsersQuota"], summary["VirtualMFADevicesQuota"]) == (7, 1)
    ims("CreateVirtualMFADevice", VirtualMFADeviceName="one")
    ims.refused("CreateVirtualMFADevice", "LimitExceeded.VirtualMFADevice", VirtualMFADeviceName="two")


def test_the_summary_is_for_whoever_a_policy_lets(ims: Ims) -> None:
    ims.someone("nobody").refused("GetAccountSummary", "NoPermission")
    ims.someone("auditor", document(allow("ram:GetAccountSummary", f"acs:ram:*:{ims.id}:*")))(
        "GetAccountSummary"
    )
