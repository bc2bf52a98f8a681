"""Virtual MFA devices, in RAM and IMS alike. A real server."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from daypass.directory import totp
from tests.services.ims.calls import Ims
from tests.world import allow, deny, document


def codes(seed: bytes) -> dict[str, str]:
    """Return the parameters for binding: the codes of this time step and of the next."""
    step = int(time.time()) // 30
    return {
        "AuthenticationCode1": totp.code_at(seed, step),
        "AuthenticationCode2": totp.code_at(seed, step + 1),
    }


def create(product: Any, name: str) -> tuple[dict[str, str], bytes]:
    """Create a device; return the parameter that names it, and its seed."""
    made = product("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
    return {"SerialNumber": made["SerialNumber"]}, base64.b32decode(made["Base32StringSeed"])


@pytest.mark.parametrize("product", ["Ram", "Ims"])
def test_a_device_is_created_bound_shown_and_taken_away(ims: Ims, product: str) -> None:
    ims.ram("CreateUser", UserName="alice", DisplayName="Alice")
    alice = {"UserName": "alice"} if product == "Ram" else {"UserPrincipalName": ims.name("alice")}
    call = ims.ram if product == "Ram" else ims
    serial, seed = create(call, "phone")
    assert serial == {"SerialNumber": f"acs:ram::{ims.id}:mfa/phone"}
    call("BindMFADevice", **alice, **serial, **codes(seed))
    told = call("GetUserMFAInfo", **alice)
    assert told["MFADevice"] == {**serial, "Type": "VMFA"}
    assert told.get("IsMFAEnable", True) is True
    (listed,) = call("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    user = listed.pop("User")
    assert (user["DisplayName"], user.get("UserName") or user["UserPrincipalName"]) == (
        "Alice",
        next(iter(alice.values())),
    )
    assert listed.pop("ActivateDate")
    assert listed == serial
    call.refused("DeleteVirtualMFADevice", "DeleteConflict.VirtualMFADevice.User", **serial)
    ims.ram.refused("DeleteUser", "DeleteConflict.User.MFADevice", UserName="alice")
    ims.refused("DeleteUser", "DeleteConflict.User.MFADevice", UserPrincipalName=ims.name("alice"))
    assert call("UnbindMFADevice", **alice)["MFADevice"] == serial
    call.refused("UnbindMFADevice", "EntityNotExist.User.MFADevice", **alice)
    assert call("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"] == [serial]
    call("DeleteVirtualMFADevice", **serial)
    call.refused("DeleteVirtualMFADevice", "EntityNotExist.VirtualMFADevice", **serial)
    ims.ram("DeleteUser", UserName="alice")


def test_the_seed_is_shown_once_as_text_and_as_an_image(ims: Ims) -> None:
    answer = ims.answer("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    made = answer.json()["VirtualMFADevice"]
    assert base64.b64decode(made["QRCodePNG"], validate=True).startswith(b"\x89PNG\r\n")
    seed = made["Base32StringSeed"]
    shown = ims.answer("ListVirtualMFADevices").text + ims.ram.answer("ListVirtualMFADevices").text
    assert seed not in shown
    with ims.server.runtime.database.read() as txn:
        assert seed not in str(txn.audit.list(account_id=ims.id).items)


def test_a_user_without_a_device_is_told_so(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    ims.ram.refused("GetUserMFAInfo", "EntityNotExist.User.MFADevice", UserName="alice")
    assert ims("GetUserMFAInfo", UserPrincipalName=ims.name("alice"))["IsMFAEnable"] is False
    assert ims("GetUserMFAInfo")["IsMFAEnable"] is False
    assert ims("GetAccountMFAInfo")["IsMFAEnable"] is False
    ims.someone("nobody").refused("GetAccountMFAInfo", "NoPermission")


def test_codes_have_to_be_right_and_are_on_no_record(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    alice = {"UserName": "alice"}
    serial, seed = create(ims.ram, "phone")
    right = codes(seed)
    swapped = {
        "AuthenticationCode1": right["AuthenticationCode2"],
        "AuthenticationCode2": right["AuthenticationCode1"],
    }
    ims.ram.refused("BindMFADevice", "CheckAuthenticationCodeFail", **alice, **serial, **swapped)
    for wrong in ("12345", "1234567", "12345a", ""):
        for parameter in right:
            ims.ram.refused(
                "BindMFADevice",
                "InvalidParameter.AuthenticationCode.Format",
                **{**alice, **serial, **right, parameter: wrong},
            )
    ims.ram("BindMFADevice", **alice, **serial, **right)
    with ims.server.runtime.database.read() as txn:
        events = str(txn.audit.list(account_id=ims.id).items)
    assert "BindMFADevice" in events
    assert not any(code in events for code in right.values())


def test_one_user_has_one_device(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    ims.ram("CreateUser", UserName="bob")
    one, seed = create(ims, "one")
    two, other = create(ims, "two")
    ims.ram("BindMFADevice", UserName="alice", **one, **codes(seed))
    ims.ram.refused(
        "BindMFADevice", "EntityAlreadyExists.User.MFADevice", UserName="alice", **two, **codes(other)
    )
    ims.ram.refused(
        "BindMFADevice", "EntityAlreadyExists.VirtualMFADevice.User", UserName="bob", **one, **codes(seed)
    )
    ims.refused("CreateVirtualMFADevice", "EntityAlreadyExists.VirtualMFADevice", VirtualMFADeviceName="One")


def test_what_is_not_there_cannot_be_named(ims: Ims) -> None:
    serial, seed = create(ims, "phone")
    other = Ims(ims.server, ims.server.new_account())
    other.ram("CreateUser", UserName="alice")
    for foreign in (serial, {"SerialNumber": "phone"}):
        other.ram.refused(
            "BindMFADevice", "EntityNotExist.VirtualMFADevice", UserName="alice", **foreign, **codes(seed)
        )
        other.refused("DeleteVirtualMFADevice", "EntityNotExist.VirtualMFADevice", **foreign)
    for action in ("UnbindMFADevice", "GetUserMFAInfo", "BindMFADevice"):
        given = {**serial, **codes(seed)}
        ims.ram.refused(action, "EntityNotExist.User", UserName="nobody", **given)
        ims.refused(action, "EntityNotExist.User", UserPrincipalName=ims.name("nobody"), **given)
    ims.refused("DisableVirtualMFA", "EntityNotExist.User", UserPrincipalName=ims.name("nobody"))


def test_disabling_takes_the_device_away_and_deletes_it(ims: Ims) -> None:
    ims.ram("CreateUser", UserName="alice")
    alice = {"UserPrincipalName": ims.name("alice")}
    ims.refused("DisableVirtualMFA", "EntityNotExist.User.MFADevice", **alice)
    serial, seed = create(ims, "phone")
    ims("BindMFADevice", **alice, **serial, **codes(seed))
    ims("DisableVirtualMFA", **alice)
    assert ims("GetUserMFAInfo", **alice)["IsMFAEnable"] is False
    assert ims("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"] == []


def test_ims_lists_devices_in_pages(ims: Ims) -> None:
    for name in ("a", "b", "c"):
        create(ims, name)
    page = ims("ListVirtualMFADevices", MaxItems="2")
    assert page["IsTruncated"] is True
    rest = ims("ListVirtualMFADevices", MaxItems="2", Marker=page["Marker"])
    assert rest["IsTruncated"] is False
    found = [*page["VirtualMFADevices"]["VirtualMFADevice"], *rest["VirtualMFADevices"]["VirtualMFADevice"]]
    assert [device["SerialNumber"][-1] for device in found] == ["a", "b", "c"]
    assert found == ims.ram("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    ims.refused("ListVirtualMFADevices", "InvalidParameter.Marker", Marker="nonsense")
    ims.refused("ListVirtualMFADevices", "InvalidParameter.MaxItems", MaxItems="101")


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_device_name_of_another_length_is_refused(ims: Ims, name: str) -> None:
    code = "InvalidParameter.VirtualMFADeviceName.Length"
    ims.refused("CreateVirtualMFADevice", code, VirtualMFADeviceName=name)


@pytest.mark.parametrize("name", ["a b", "a/b", "a_b"])
def test_a_device_name_of_other_characters_is_refused(ims: Ims, name: str) -> None:
    code = "InvalidParameter.VirtualMFADeviceName.InvalidChars"
    ims.refused("CreateVirtualMFADevice", code, VirtualMFADeviceName=name)


def test_a_user_manages_his_own_device_as_long_as_the_preference_says_so(ims: Ims) -> None:
    alice, own = ims.someone("alice"), {"UserPrincipalName": ims.name("alice")}
    ims.someone("bob")
    for other in ("bob", "anything"):
        alice.refused("CreateVirtualMFADevice", "NoPermission", VirtualMFADeviceName=other)
    serial, seed = create(alice, "Alice")
    alice("BindMFADevice", **own, **serial, **codes(seed))
    assert alice("GetUserMFAInfo")["MFADevice"]["SerialNumber"] == serial["SerialNumber"]
    for action in ("GetUserMFAInfo", "UnbindMFADevice", "DisableVirtualMFA"):
        alice.refused(action, "NoPermission", UserPrincipalName=ims.name("bob"))
    alice.refused("ListVirtualMFADevices", "NoPermission")
    ims("SetSecurityPreference", AllowUserToManageMFADevices="false")
    alice.refused("UnbindMFADevice", "NoPermission", **own)
    alice.ram.refused("UnbindMFADevice", "NoPermission", UserName="alice")
    ims("SetSecurityPreference", AllowUserToManageMFADevices="true")
    alice.ram("UnbindMFADevice", UserName="alice")
    alice("DeleteVirtualMFADevice", **serial)


def test_a_deny_on_devices_wins_over_the_preference(ims: Ims) -> None:
    alice = ims.someone("alice", document(deny("ram:CreateVirtualMFADevice")))
    told = alice.refused("CreateVirtualMFADevice", "NoPermission", VirtualMFADeviceName="alice")
    assert told["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"


def test_a_policy_on_the_serial_number_lets_delete_that_device(ims: Ims) -> None:
    keeper = ims.someone("keeper", document(allow("ram:DeleteVirtualMFADevice", f"acs:ram:*:{ims.id}:mfa/a")))
    a, _ = create(ims, "a")
    b, _ = create(ims, "b")
    keeper("DeleteVirtualMFADevice", **a)
    keeper.ram.refused("DeleteVirtualMFADevice", "NoPermission", **b)
