"""Every quota of an account is reached over the wire, refuses with its own code, and moves at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from daypass.client import Answer, Client
from daypass.directory.quotas import NAMES
from daypass.host.quotas import quotas, set_quota
from daypass.main import open_database
from daypass.testing import Account, Server
from tests.federation import saml
from tests.world import allow, document, trusting

RAM: Final = "2015-05-01"
RESOURCE_MANAGER: Final = "2020-03-31"
METADATA: Final = saml.encoded(saml.metadata())
TEXT: Final = document(allow("iot:*"))

Step = tuple[str, str, dict[str, str]]


class Reach(NamedTuple):
    """How to reach a quota of 1: what fits, and what is then too much.

    A value ``{Member}`` is what an earlier answer had under that name.
    """

    fits: tuple[Step, ...]
    too_much: Step
    code: str


def _ram(action: str, **parameters: str) -> Step:
    return RAM, action, parameters


def _ims(action: str, **parameters: str) -> Step:
    return "2019-08-15", action, parameters


def _rm(action: str, **parameters: str) -> Step:
    return RESOURCE_MANAGER, action, parameters


_DIRECTORY: Final = _rm("InitResourceDirectory")


def _control(name: str) -> Step:
    return _rm("CreateControlPolicy", PolicyName=name, EffectScope="RAM", PolicyDocument=TEXT)


def _attach(kind: str, policy_type: str, name: str) -> Step:
    who = {f"{kind}Name": "a"}
    return _ram(f"AttachPolicyTo{kind}", PolicyType=policy_type, PolicyName=name, **who)


def _policies(kind: str, policy_type: str) -> Reach:
    create = {
        "User": _ram("CreateUser", UserName="a"),
        "Group": _ram("CreateGroup", GroupName="a"),
        "Role": _ram(
            "CreateRole", RoleName="a", AssumeRolePolicyDocument=trusting("acs:ram::1234567890123456:root")
        ),
    }[kind]
    names = ("AdministratorAccess", "ReadOnlyAccess") if policy_type == "System" else ("p", "q")
    own = (
        _ram("CreatePolicy", PolicyName="p", PolicyDocument=TEXT),
        _ram("CreatePolicy", PolicyName="q", PolicyDocument=TEXT),
    )
    first, second = (_attach(kind, policy_type, name) for name in names)
    return Reach((create, *own, first), second, f"LimitExceeded.{kind}.Policy")


def _second(action: str, code: str, name: str, **more: str) -> Reach:
    return Reach((_ram(action, **{name: "a"}, **more),), _ram(action, **{name: "b"}, **more), code)


REACHED: Final[dict[str, Reach]] = {
    "users": _second("CreateUser", "LimitExceeded.User", "UserName"),
    "groups": _second("CreateGroup", "LimitExceeded.Group", "GroupName"),
    "roles": _second(
        "CreateRole",
        "LimitExceeded.Role",
        "RoleName",
        AssumeRolePolicyDocument=trusting("acs:ram::1234567890123456:root"),
    ),
    "custom_policies": _second("CreatePolicy", "LimitExceeded.Policy", "PolicyName", PolicyDocument=TEXT),
    "virtual_mfa_devices": _second(
        "CreateVirtualMFADevice", "LimitExceeded.VirtualMFADevice", "VirtualMFADeviceName"
    ),
    "resource_groups": Reach(
        (),  # the default one
        (RESOURCE_MANAGER, "CreateResourceGroup", {"Name": "second", "DisplayName": "second"}),
        "LimitExceeded.ResourceGroup",
    ),
    "oidc_providers": Reach(
        (_ims("CreateOIDCProvider", OIDCProviderName="a", IssuerUrl="https://a.example.com"),),
        _ims("CreateOIDCProvider", OIDCProviderName="b", IssuerUrl="https://b.example.com"),
        "LimitExceeded.OIDCProvider",
    ),
    "client_ids_per_oidc_provider": Reach(
        (_ims("CreateOIDCProvider", OIDCProviderName="a", IssuerUrl="https://a.example.com", ClientIds="a"),),
        _ims("AddClientIdToOIDCProvider", OIDCProviderName="a", ClientId="b"),
        "LimitExceeded.OIDCProvider.ClientId",
    ),
    "fingerprints_per_oidc_provider": Reach(
        (),
        _ims(
            "CreateOIDCProvider",
            OIDCProviderName="a",
            IssuerUrl="https://a.example.com",
            Fingerprints="aa,bb",
        ),
        "LimitExceeded.OIDCProvider.Fingerprint",
    ),
    "saml_providers": Reach(
        (_ims("CreateSAMLProvider", SAMLProviderName="a", EncodedSAMLMetadataDocument=METADATA),),
        _ims("CreateSAMLProvider", SAMLProviderName="b", EncodedSAMLMetadataDocument=METADATA),
        "LimitExceeded.SAMLProvider",
    ),
    "folders": Reach(
        (_DIRECTORY, _rm("CreateFolder", FolderName="a")),
        _rm("CreateFolder", FolderName="b"),
        "QuotaExceeded.Folder.Count",
    ),
    "members": Reach(
        (_DIRECTORY, _rm("CreateResourceAccount", DisplayName="one")),
        _rm("CreateResourceAccount", DisplayName="two"),
        "LimitExceeded.Account",
    ),
    "control_policies": Reach((_DIRECTORY, _control("a")), _control("b"), "LimitExceeded.ControlPolicy"),
    "control_policies_per_target": Reach(
        (_DIRECTORY, _rm("EnableControlPolicy"), _control("a")),
        _rm("AttachControlPolicy", PolicyId="{PolicyId}", TargetId="{RootFolderId}"),
        "LimitExceeded.ControlPolicyAttachment",
    ),
    "account_access_keys": Reach((), _ram("CreateAccessKey"), "LimitExceeded.User.AccessKey"),
    "access_keys_per_user": Reach(
        (_ram("CreateUser", UserName="a"), _ram("CreateAccessKey", UserName="a")),
        _ram("CreateAccessKey", UserName="a"),
        "LimitExceeded.User.AccessKey",
    ),
    "groups_per_user": Reach(
        (
            _ram("CreateUser", UserName="a"),
            _ram("CreateGroup", GroupName="g"),
            _ram("CreateGroup", GroupName="h"),
            _ram("AddUserToGroup", UserName="a", GroupName="g"),
        ),
        _ram("AddUserToGroup", UserName="a", GroupName="h"),
        "LimitExceeded.User.Group",
    ),
    **{
        f"{policy_type.lower()}_policies_per_{kind.lower()}": _policies(kind, policy_type)
        for kind in ("User", "Group", "Role")
        for policy_type in ("System", "Custom")
    },
    "versions_per_policy": Reach(
        (_ram("CreatePolicy", PolicyName="a", PolicyDocument=TEXT),),
        _ram("CreatePolicyVersion", PolicyName="a", PolicyDocument=TEXT),
        "LimitExceeded.Policy.Version",
    ),
    "tags_per_resource": Reach(
        (),
        _ram(
            "CreatePolicy",
            PolicyName="a",
            PolicyDocument=TEXT,
            Tag='[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]',
        ),
        "LimitExceeded.Tag",
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(default_format="JSON") as server:
        yield server


@pytest.fixture
def account(server: Server) -> Account:
    return server.new_account()


def call(server: Server, account: Account, step: Step) -> Answer:
    return Client(server.url, account.root).call(*step)


def allow_of(server: Server, account: Account, name: str, value: int | None) -> None:
    """Set a quota as another process does: on the store, beside the server."""
    with open_database(server.settings) as database:
        set_quota(database, account.id, name, value)


def test_every_quota_has_a_way_to_reach_it() -> None:
    assert set(REACHED) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_quota_refuses_what_is_too_much_with_its_own_code_and_moves_at_once(
    server: Server, account: Account, name: str
) -> None:
    fits, too_much, code = REACHED[name]
    allow_of(server, account, name, 1)
    known: dict[str, str] = {}
    for step in fits:
        answer = call(server, account, step)
        assert answer.status == 200, step
        known |= _members(answer.json())
    version, action, parameters = too_much
    named = {wire: known.get(value.strip("{}"), value) for wire, value in parameters.items()}
    too_much = version, action, named
    refusal = call(server, account, too_much)
    assert refusal.status == 409, refusal.text
    assert refusal.json()["Code"] == code
    assert "limit of 1 " in refusal.json()["Message"]
    allow_of(server, account, name, 2)
    assert call(server, account, too_much).status == 200


def _members(body: dict[str, Any]) -> dict[str, str]:
    """Return the texts of an answer by their names, those of its objects too."""
    found = {name: value for name, value in body.items() if isinstance(value, str)}
    for value in body.values():
        if isinstance(value, dict):
            found |= _members(value)
    return found


def test_a_quota_of_one_account_is_no_other_accounts(server: Server, account: Account) -> None:
    other = server.new_account()
    allow_of(server, account, "users", 0)
    create = _ram("CreateUser", UserName="a")
    assert call(server, account, create).json()["Code"] == "LimitExceeded.User"
    assert call(server, other, create).status == 200


def test_a_quota_that_is_taken_back_is_the_default_again(server: Server, account: Account) -> None:
    allow_of(server, account, "groups", 7)
    with open_database(server.settings) as database:
        assert {quota.name: quota.value for quota in quotas(database, account.id)}["groups"] == 7
        set_quota(database, account.id, "groups", None)
        assert all(quota.value == quota.default for quota in quotas(database, account.id))


def test_setting_a_quota_is_on_record(server: Server, account: Account) -> None:
    allow_of(server, account, "groups", 7)
    with server.runtime.database.read() as txn:
        event = txn.audit.list(account_id=account.id, limit=1).items[0]
    assert (event.principal, event.action, event.resources) == ("host", "SetQuota", ("quota/groups",))
    assert event.parameters == '{"Value": 7}'
