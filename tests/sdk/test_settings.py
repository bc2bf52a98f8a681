"""Settings, MFA devices and AccessKeys' policies with the official SDKs, at every server of a store."""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from daypass.client import Credentials
from daypass.directory import totp
from daypass.testing import Server
from tests.cli.processes import serving
from tests.sdk.clients.tea import Tea, TeaV2
from tests.sdk.test_ims import Products
from tests.world import World, allow, document

OLD, NEW = "Correct-Horse-1", "Another-Horse-22"
ELSEWHERE = json.dumps(
    {"Status": "Active", "Statements": [{"Type": "ClassicWhiteList", "IPList": ["203.0.113.0/24"]}]}
)


@pytest.fixture(params=[Tea, TeaV2])
def products(request: pytest.FixtureRequest, server: Server, world: World) -> Products:
    return Products(request.param(server.url), world.account.root, world.id)


def _alias(products: Products) -> str:
    return f"corp-{products.account[-8:]}"


def test_alias_and_domain_name_users(products: Products) -> None:
    alias = _alias(products)
    products.ims("CreateUser", UserPrincipalName=products.name("Alice"), DisplayName="Alice")
    products.ram("SetAccountAlias", AccountAlias=alias)
    assert products.ram("GetAccountAlias")["AccountAlias"] == alias
    assert products.ims("GetDefaultDomain")["DefaultDomainName"] == f"{alias}.onaliyun.com"
    named = products.ims("GetUser", UserPrincipalName=f"Alice@{alias}.onaliyun.com")["User"]
    assert named["UserPrincipalName"] == f"Alice@{alias}.onaliyun.com"
    shown = products.ims("SetDefaultDomain", DefaultDomainName=f"{products.account}.onaliyun.com")
    assert shown["DefaultDomainName"] == f"{products.account}.onaliyun.com"
    products.ram("ClearAccountAlias")
    assert products.refused("Ram", "GetAccountAlias") == (404, "EntityNotExist")


def test_a_password_policy_is_set_shown_and_held_to(products: Products, world: World) -> None:
    set_by_ram = products.ram("SetPasswordPolicy", MinimumPasswordLength=12, RequireNumbers=True)
    assert set_by_ram["PasswordPolicy"]["MinimumPasswordLength"] == 12
    products.ims("SetPasswordPolicy", PasswordReusePrevention=3, PasswordNotContainUserName=True)
    policy = products.ims("GetPasswordPolicy")["PasswordPolicy"]
    assert (policy["RequireNumbers"], policy["PasswordReusePrevention"]) == (True, 3)
    alice = products.acting(world.user("Alice"))
    named = {"UserPrincipalName": products.name("Alice")}
    weak = products.refused("Ims", "CreateLoginProfile", Password="No-digits-at-all", **named)
    assert weak == (400, "InvalidParameter.Password.TooWeak")
    products.ims("CreateLoginProfile", Password=OLD, **named)
    again = alice.refused("Ram", "ChangePassword", OldPassword=OLD, NewPassword=OLD)
    assert again == (400, "InvalidParameter.NewPassword.ReusePrevention")
    alice.ims("ChangePassword", OldPassword=OLD, NewPassword=NEW)
    wrong = alice.refused("Ims", "ChangePassword", OldPassword=OLD, NewPassword="Third-Horse-333")
    assert wrong == (400, "InvalidParameter.OldPassword.Incorrect")


def test_a_preference_says_what_users_do_for_themselves(products: Products, world: World) -> None:
    alice = products.acting(world.user("Alice"))
    assert alice.refused("Ram", "CreateAccessKey") == (403, "NoPermission")
    products.ims("SetSecurityPreference", AllowUserToManageAccessKeys=True, LoginSessionDuration=8)
    shown = products.ram("GetSecurityPreference")["SecurityPreference"]
    assert shown["LoginProfilePreference"]["LoginSessionDuration"] == 8
    assert alice.ram("CreateAccessKey")["AccessKey"]["Status"] == "Active"
    products.ram("SetSecurityPreference", AllowUserToManageAccessKeys=False)
    assert alice.refused("Ims", "ListAccessKeys") == (403, "NoPermission")
    preference = products.ims("GetSecurityPreference")["SecurityPreference"]
    assert preference["LoginProfilePreference"]["MFAOperationForLogin"] == "independent"


def test_a_device_goes_through_its_life(products: Products, world: World) -> None:
    world.user("Alice")
    made = products.ims("CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed, serial = base64.b32decode(made["Base32StringSeed"]), {"SerialNumber": made["SerialNumber"]}
    assert base64.b64decode(made["QRCodePNG"]).startswith(b"\x89PNG")
    step = int(time.time()) // totp.STEP_SECONDS
    codes = {
        "AuthenticationCode1": totp.code_at(seed, step),
        "AuthenticationCode2": totp.code_at(seed, step + 1),
    }
    products.ram("BindMFADevice", UserName="Alice", **serial, **codes)
    named = {"UserPrincipalName": products.name("Alice")}
    info = products.ims("GetUserMFAInfo", **named)
    assert (info["IsMFAEnable"], info["MFADevice"]["Type"]) == (True, "VMFA")
    (listed,) = products.ram("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    assert listed["User"]["UserName"] == "Alice"
    assert products.ims("UnbindMFADevice", **named)["MFADevice"] == serial
    products.ram("DeleteVirtualMFADevice", **serial)
    assert products.ims("GetAccountMFAInfo")["IsMFAEnable"] is False


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Products, Products]]:
    """The products at two server processes that share a store."""
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(folder, "--data", folder / "data")) for _ in range(2)]
        account = str(servers[0].ready["account_id"])
        first, second = (Products(Tea(server.url), server.root, account) for server in servers)
        yield first, second


def _user(products: Products, name: str, policy: str) -> Credentials:
    products.ram("CreateUser", UserName=name)
    products.ram("CreatePolicy", PolicyName=name, PolicyDocument=policy)
    products.ram("AttachPolicyToUser", UserName=name, PolicyType="Custom", PolicyName=name)
    return Credentials.of(products.ram("CreateAccessKey", UserName=name)["AccessKey"])


def test_a_keys_policy_holds_at_every_server_from_its_commit_on(two: tuple[Products, Products]) -> None:
    here, there = two
    key = _user(here, "Alice", document(allow("ram:Get*")))
    named = {"UserPrincipalName": here.name("Alice"), "UserAccessKeyId": key.access_key_id}
    alice = there.acting(key)
    for _ in range(3):
        alice.ram("GetPasswordPolicy")
        here.ims("SetAccessKeyPolicy", AccessKeyPolicy=ELSEWHERE, **named)
        assert alice.refused("Ram", "GetPasswordPolicy") == (403, "Forbidden.AccessKeyPolicy")
        assert there.ims("GetAccessKeyPolicy", **named)["AccessKeyPolicy"] == ELSEWHERE
        here.ims("SetAccessKeyPolicy", AccessKeyPolicy="{}", **named)


def test_a_preference_holds_at_every_server_from_its_commit_on(two: tuple[Products, Products]) -> None:
    here, there = two
    bob = there.acting(_user(here, "Bob", document(allow("iot:*"))))
    for _ in range(3):
        assert bob.refused("Ram", "ListAccessKeys") == (403, "NoPermission")
        here.ims("SetSecurityPreference", AllowUserToManageAccessKeys=True)
        assert bob.ram("ListAccessKeys")["AccessKeys"]["AccessKey"]
        here.ims("SetSecurityPreference", AllowUserToManageAccessKeys=False)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_last_use_of_a_key_outlives_the_server_that_saw_it(tmp_path: Path, workers: str) -> None:
    data = tmp_path / "data"
    with serving(tmp_path, "--data", data, "--workers", workers) as server:
        account = str(server.ready["account_id"])
        products = Products(Tea(server.url), server.root, account)
        key = _user(products, "Alice", document(allow("ram:GetPasswordPolicy")))
        named = {"UserName": "Alice", "UserAccessKeyId": key.access_key_id}
        assert "LastUsedDate" not in products.ram("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"]
        products.acting(key).ram("GetPasswordPolicy")
        assert server.end() == 0
    with serving(tmp_path, "--data", data) as server:
        products = Products(Tea(server.url), server.root, account)
        named = {"UserPrincipalName": products.name("Alice"), "UserAccessKeyId": key.access_key_id}
        shown = products.ims("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"]
        assert shown["ServiceName"] == "Ram"
        assert shown["LastUsedDate"].endswith("Z")


def test_reports_and_summaries_are_read(products: Products, world: World) -> None:
    world.user("Alice")
    assert products.refused("Ims", "GetCredentialReport") == (404, "EntityNotExist.CredentialReport")
    assert products.ims("GenerateCredentialReport")["State"] == "COMPLETED"
    answer = products.ims("GetCredentialReport", MaxItems="1")
    lines = list(csv.DictReader(io.StringIO(base64.b64decode(answer["Content"]).decode())))
    assert (lines[0]["user"], answer["IsTruncated"]) == ("<root>", "true")
    rest = products.ims("GetCredentialReport", NextToken=answer["NextToken"])
    assert base64.b64decode(rest["Content"]).decode().startswith(f"{products.name('Alice')},")
    summary = products.ims("GetAccountSummary")["SummaryMap"]
    assert (summary["Users"], summary["UsersQuota"]) == (1, 5000)
    assert products.ims("GetUserSsoSettings")["UserSsoSettings"]["SsoEnabled"] is False
    assert (
        products.ims("SetUserSsoSettings", SsoLoginWithDomain=False)["UserSsoSettings"]["SsoLoginWithDomain"]
        is False
    )
