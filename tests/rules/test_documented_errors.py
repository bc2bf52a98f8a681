"""Every code that an operation of RAM or IMS is documented to answer with is reached. A real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from daypass.client import Client, Credentials
from daypass.directory.totp import STEP_SECONDS, code_at
from daypass.main import CATALOGUE
from daypass.service.operation import Operation
from daypass.testing import Server
from tests.world import World, allow, document, trusting

FACTS: Final = json.loads(
    (Path(__file__).parents[2] / "conformance" / "errors" / "ram-and-ims.json").read_text(encoding="utf-8")
)
READ, STRONG = document(allow("iot:Query*")), "Correct-Horse-1"

# Codes that cannot be met with here, with the reason; other tests reach those that say where.
ELSEWHERE: Final = {
    ("Ram", "DecodeDiagnosticMessage", "EncodedMessageExpire"): "a day later; tests/services/ram",
    ("Ram", "DecodeDiagnosticMessage", "NotSupport"): "whoever may call it is answered",
    ("Ram", "DecodeDiagnosticMessage", "SearchInaccurate"): "nothing is searched: the message holds it all",
    ("Ram", "DecodeDiagnosticMessage", "TooManyRequests"): "nothing is searched",
    ("Ims", "GetUserMFAInfo", "EntityNotExist.User.MFADevice"): "its answer tells that there is none",
    ("Ims", "SetAccessKeyPolicy", "EntityNotExist.AccessKeyPolicy"): "setting a policy makes one",
    ("Ims", "GetSAMLProvider", "EntityNotExist.SAMLProviderError"): "an older spelling",
}

# What is new, where an operation makes something.
NEW: Final = {
    "CreateUser": {"UserName": "carol", "UserPrincipalName": "carol@{domain}", "DisplayName": "Carol"},
    "CreateGroup": {"GroupName": "writers"},
    "CreateRole": {"RoleName": "writer"},
    "CreatePolicy": {"PolicyName": "write"},
    "CreateLoginProfile": {"UserName": "bob", "UserPrincipalName": "bob@{domain}"},
    "CreateVirtualMFADevice": {"VirtualMFADeviceName": "watch"},
    "CreateOIDCProvider": {"OIDCProviderName": "other", "IssuerUrl": "https://other.example.com"},
}
COMMON: Final = {
    "AccountAlias": "a-team",
    "AssumeRolePolicyDocument": trusting("acs:ram::1000000000000001:root"),
    "AuthenticationCode1": "000000",
    "AuthenticationCode2": "000000",
    "ClientIds": "client",
    "EncodedDiagnosticMessage": "AAAA",
    "GroupName": "readers",
    "NewDescription": "x",
    "NewPassword": "Another-Horse-2",
    "OIDCProviderName": "idp",
    "OldPassword": STRONG,
    "Password": STRONG,
    "PolicyDocument": READ,
    "PolicyName": "read",
    "PolicyType": "Custom",
    "RoleName": "reader",
    "SAMLProviderName": "saml",
    "SerialNumber": "acs:ram::{account}:mfa/tablet",
    "Status": "Active",
    "UserAccessKeyId": "{key}",
    "UserName": "alice",
    "UserPrincipalName": "alice@{domain}",
    "VersionId": "v1",
}

# What to ask for instead, by code, of the parameters that the operation has.
ASKED: Final[dict[str, dict[str, str]]] = {
    "CheckAuthenticationCodeFail": {"UserName": "bob", "UserPrincipalName": "bob@{domain}"},
    "DeleteConflict.Group.Policy": {"GroupName": "holders"},
    "DeleteConflict.Group.User": {},
    "DeleteConflict.Policy.Group": {"PolicyName": "of-holders"},
    "DeleteConflict.Policy.User": {"PolicyName": "of-holder"},
    "DeleteConflict.Policy.Version": {"PolicyName": "spare"},
    "DeleteConflict.Policy.Version.Default": {"PolicyName": "spare", "VersionId": "v1"},
    "DeleteConflict.Role.Policy": {"PolicyName": "of-reader"},
    "DeleteConflict.User.Group": {},
    "DeleteConflict.User.AccessKey": {"UserName": "keyed", "UserPrincipalName": "keyed@{domain}"},
    "DeleteConflict.User.LoginProfile": {"UserName": "logged", "UserPrincipalName": "logged@{domain}"},
    "DeleteConflict.User.MFADevice": {"UserName": "coded", "UserPrincipalName": "coded@{domain}"},
    "DeleteConflict.User.Policy": {"UserName": "holder", "UserPrincipalName": "holder@{domain}"},
    "DeleteConflict.VirtualMFADevice.User": {"SerialNumber": "acs:ram::{account}:mfa/phone"},
    "EntityAlreadyExists.Group": {"GroupName": "readers", "NewGroupName": "holders"},
    "EntityAlreadyExists.OIDCProvider.Url": {"IssuerUrl": "https://idp.example.com"},
    "EntityAlreadyExists.Policy": {"PolicyName": "read"},
    "EntityAlreadyExists.Role": {"RoleName": "reader"},
    "EntityAlreadyExists.User": {
        "UserName": "alice",
        "UserPrincipalName": "alice@{domain}",
        "NewUserName": "bob",
        "NewUserPrincipalName": "bob@{domain}",
    },
    "EntityAlreadyExists.User.LoginProfile": {"UserName": "alice", "UserPrincipalName": "alice@{domain}"},
    "EntityAlreadyExists.User.MFADevice": {"UserName": "coded", "UserPrincipalName": "coded@{domain}"},
    "EntityAlreadyExists.VirtualMFADevice": {"VirtualMFADeviceName": "tablet"},
    "EntityAlreadyExists.VirtualMFADevice.User": {
        "SerialNumber": "acs:ram::{account}:mfa/phone",
        "UserName": "bob",
        "UserPrincipalName": "bob@{domain}",
    },
    "EntityAlreadyExists.AccountAlias": {"AccountAlias": "taken-{account}"},
    "EntityAlreadyExists.Group.Policy": {},
    "EntityAlreadyExists.Role.Policy": {},
    "EntityAlreadyExists.User.Group": {},
    "EntityAlreadyExists.User.Policy": {},
    "EntityNotExist.AccessKeyPolicy": {},
    "EntityNotExist": {},
    "EntityNotExist.Group": {"GroupName": "nobody"},
    "EntityNotExist.Group.Policy": {"PolicyName": "spare"},
    "EntityNotExist.OIDCProvider": {"OIDCProviderName": "nobody"},
    "EntityNotExist.Policy": {"PolicyName": "none"},
    "EntityNotExist.Policy.Version": {"VersionId": "v9"},
    "EntityNotExist.Role": {"RoleName": "nobody"},
    "EntityNotExist.Role.Policy": {"PolicyName": "spare"},
    "EntityNotExist.SAMLProvider": {"SAMLProviderName": "nobody"},
    "EntityNotExist.User": {"UserName": "nobody", "UserPrincipalName": "nobody@{domain}"},
    "EntityNotExist.User.AccessKey": {"UserAccessKeyId": "LTAI0000000000000000NONE"},
    "EntityNotExist.User.Group": {"GroupName": "holders"},
    "EntityNotExist.User.LoginProfile": {"UserName": "bob", "UserPrincipalName": "bob@{domain}"},
    "EntityNotExist.User.MFADevice": {"UserName": "bob", "UserPrincipalName": "bob@{domain}"},
    "EntityNotExist.User.Policy": {"PolicyName": "spare"},
    "EntityNotExist.VirtualMFADevice": {"SerialNumber": "acs:ram::{account}:mfa/none"},
    "InvalidParameter.AccountAlias.Format": {"AccountAlias": "a--b"},
    "InvalidParameter.AuthenticationCode.Format": {"AuthenticationCode1": "x"},
    "InvalidParameter.MinimumPasswordLength.Range": {"MinimumPasswordLength": "3"},
    "InvalidParameter.NewPassword.ReusePrevention": {"NewPassword": STRONG},
    "InvalidParameter.OldPassword.Incorrect": {"OldPassword": "Wrong-Horse-9"},
    "InvalidParameter.PolicyType": {"PolicyType": "Own"},
    "LimitExceeded.Group.Policy": {"PolicyName": "spare"},
    "LimitExceeded.Role.Policy": {"PolicyName": "spare"},
    "LimitExceeded.User.AccessKey": {"UserName": "bob", "UserPrincipalName": "bob@{domain}"},
    "LimitExceeded.User.Group": {"GroupName": "holders"},
    "LimitExceeded.User.Policy": {"PolicyName": "spare"},
    "MalformedPolicyDocument": {
        "PolicyDocument": "{}",
        "AssumeRolePolicyDocument": "{}",
        "NewAssumeRolePolicyDocument": "{}",
    },
    "NoPermission": {},
    "NotSupport.Account": {},
}
QUOTAS: Final = {
    "LimitExceeded.Group": "groups",
    "LimitExceeded.Group.Policy": "custom_policies_per_group",
    "LimitExceeded.Policy": "custom_policies",
    "LimitExceeded.Policy.Version": "versions_per_policy",
    "LimitExceeded.Role": "roles",
    "LimitExceeded.Role.Policy": "custom_policies_per_role",
    "LimitExceeded.User": "users",
    "LimitExceeded.User.AccessKey": "access_keys_per_user",
    "LimitExceeded.User.Group": "groups_per_user",
    "LimitExceeded.User.Policy": "custom_policies_per_user",
    "LimitExceeded.VirtualMFADevice": "virtual_mfa_devices",
}
FORMS: Final = {"InvalidChars": "no way!", "Length": "x" * 7000, "Format": "?", "TooWeak": "weak"}


def documented() -> Iterator[tuple[Operation[Any, Any], str]]:
    """Yield every code of every operation that is declared."""
    for op in CATALOGUE:
        for code in FACTS["operations"].get(op.product, {}).get(op.name, ()):
            yield op, code


EVERY = [case for case in documented() if (case[0].product, case[0].name, case[1]) not in ELSEWHERE]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


class Furnished(World):
    """An account that has something of everything."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, server.new_account())
        self.alice = self.user("alice", document(allow("ram:ChangePassword")))
        self.nobody = self.user("keyed")
        neighbour = server.new_account().id
        with server.runtime.database.write() as txn:
            for name in ("bob", "coded", "holder", "logged"):
                txn.users.create(self.id, name)
            for group in ("readers", "holders"):
                txn.groups.create(self.id, group)
            txn.groups.add_user(self.id, "readers", "alice")
            txn.roles.create(self.id, "reader", COMMON["AssumeRolePolicyDocument"], trusted=())
            for policy in ("read", "spare", "of-holders", "of-holder", "of-reader"):
                txn.policies.create(self.id, policy, READ)
            txn.policies.create_version(self.id, "spare", READ)
            for kind, holder, policy in (
                ("User", "alice", "read"),
                ("Group", "readers", "read"),
                ("Role", "reader", "read"),
                ("Role", "reader", "of-reader"),
                ("User", "holder", "of-holder"),
                ("Group", "holders", "of-holders"),
            ):
                txn.attachments.attach(self.id, kind, holder, "Custom", policy)  # type: ignore[arg-type] # literal
            txn.accounts.set_alias(neighbour, f"taken-{self.id}")
            txn.mfa_devices.create(self.id, "tablet")
            phone, seed = txn.mfa_devices.create(self.id, "phone")
            step = txn.now // STEP_SECONDS
            codes = code_at(seed, step - 1), code_at(seed, step)
            txn.mfa_devices.bind(phone, txn.users.get(self.id, "coded"), *codes)
            txn.oidc_providers.create(
                self.id,
                "idp",
                "https://idp.example.com",
                client_ids=["client"],
                fingerprints=["0" * 40],
                issuance_limit_hours=12,
            )
        for name in ("alice", "logged"):
            self.told("CreateLoginProfile", UserName=name, Password=STRONG)
        self.told("SetPasswordPolicy", PasswordReusePrevention="3")

    def told(self, action: str, **parameters: str) -> None:
        answer = Client(self.server.url, self.account.root).call("2015-05-01", action, parameters)
        assert answer.status == 200, answer.text

    def fill(self, parameters: dict[str, str]) -> dict[str, str]:
        """Put the account's own names in."""
        own = {"domain": f"{self.id}.onaliyun.com", "account": self.id, "key": self.alice.access_key_id}
        return {name: re.sub(r"\{(\w+)\}", lambda m: own[m[1]], value) for name, value in parameters.items()}


@pytest.fixture(scope="module")
def furnished(server: Server) -> Furnished:
    return Furnished(server)


def _instead(op: Operation[Any, Any], code: str) -> dict[str, str]:
    """Return what to ask for so that a code is met with."""
    if code in ASKED:
        taken = {parameter.kind.wire for parameter in op.parameters}
        return {name: value for name, value in ASKED[code].items() if name in taken}
    if code in QUOTAS:
        return {}
    _, name, form = code.split(".")
    if (op.name, name) == ("UpdatePolicyDescription", "Description"):
        name = "NewDescription"
    return {name: FORMS[form]}


def _caller(world: Furnished, op: Operation[Any, Any], code: str) -> Credentials:
    if code == "NoPermission":
        return world.nobody
    return world.alice if op.name == "ChangePassword" and code != "NotSupport.Account" else world.account.root


@pytest.mark.parametrize(("op", "code"), EVERY, ids=[f"{op.product}.{op.name}-{code}" for op, code in EVERY])
def test_each_documented_code_is_declared_with_its_status_and_reached(
    server: Server, furnished: Furnished, op: Operation[Any, Any], code: str
) -> None:
    declared = {error.code: error.status for error in op.errors()}
    assert declared[code] == FACTS["statuses"][code]
    world = furnished
    if code in QUOTAS:
        world = Furnished(server)
        with server.runtime.database.write() as txn:
            txn.account_quotas.set(world.id, QUOTAS[code], 0)
    required = {p.kind.wire for p in op.parameters if p.required}
    asked = {**COMMON, **NEW.get(op.name, {})}
    named = {"UserName", "UserPrincipalName", "IssuerUrl"} & {p.kind.wire for p in op.parameters}
    wanted = {name: asked[name] for name in required | named if name in asked}
    parameters = world.fill({**wanted, **_instead(op, code)})
    answer = Client(server.url, _caller(world, op, code)).call(op.version, op.name, parameters)
    assert (answer.status, answer.code) == (declared[code], code), answer.text


def test_what_is_not_reached_is_documented_and_not_by_mistake() -> None:
    assert all(code in FACTS["operations"][product][action] for product, action, code in ELSEWHERE)
