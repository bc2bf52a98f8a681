"""What a form does, its snippets do: the same calls, told by the records of their changes."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from daypass.client import Client
from daypass.console.snippets import Snippets, Wordings
from daypass.testing import Account, Server
from tests.console.snippets.samples import CATALOGUE, HOSTILE
from tests.world import allow, document, trusting

WORDINGS: Final = Wordings(CATALOGUE)
PASSWORD: Final = "A-first-pa55word"
READ: Final = document(allow("ram:List*"))
LINES: Final = json.dumps(json.loads(document(allow(["iot:Query*", "iot:Get*"]))), indent=2)

SAID: Final = ("{AccessKeyId}", "{Id}")
"""What an answer said before."""

Parameters = Mapping[str, str]
Make = Callable[[str, str, Parameters], dict[str, Any]]


def _story(account: str) -> Iterator[tuple[str, str, Parameters]]:
    """Give what administrators do with forms; `{...}` stands for what an earlier answer said."""
    alice, admin = {"UserName": "Alice"}, {"PolicyType": "System", "PolicyName": "AliyunRAMReadOnlyAccess"}
    full = {"UserPrincipalName": f"Alice@{account}.onaliyun.com"}
    key = {"UserName": "Alice", "UserAccessKeyId": "{AccessKeyId}"}
    yield "Ram", "CreateUser", {**alice, "DisplayName": "Alice L 中", "Comments": HOSTILE[:128]}
    yield "Ram", "CreateLoginProfile", {**alice, "Password": PASSWORD, "PasswordResetRequired": "true"}
    yield "Ims", "UpdateLoginProfile", {**full, "Status": "Inactive", "MFABindRequired": "false"}
    yield "Ram", "CreateAccessKey", alice
    yield "Ram", "UpdateAccessKey", {**key, "Status": "Inactive"}
    yield "Ram", "DeleteAccessKey", key
    yield "Ram", "CreateGroup", {"GroupName": "readers", "Comments": ""}
    yield "Ram", "AddUserToGroup", {**alice, "GroupName": "readers"}
    trust = trusting(f"acs:ram::{account}:root")
    tags = {"Tag.1.Key": "stage", "Tag.1.Value": "it's $one", "Tag.2.Key": "Empty", "Tag.2.Value": ""}
    role = {"RoleName": "reader", "AssumeRolePolicyDocument": trust, "MaxSessionDuration": "7200"}
    yield "Ram", "CreateRole", {**role, "Description": HOSTILE, **tags}
    longer = json.dumps(json.loads(trust), indent=4)
    yield "Ram", "UpdateRole", {"RoleName": "reader", "NewAssumeRolePolicyDocument": longer}
    yield "Ram", "CreatePolicy", {"PolicyName": "query", "PolicyDocument": LINES, "Description": HOSTILE}
    version = {"PolicyDocument": READ, "SetAsDefault": "true", "RotateStrategy": "None"}
    yield "Ram", "CreatePolicyVersion", {"PolicyName": "query", **version}
    yield "Ram", "AttachPolicyToUser", {**alice, **admin}
    yield "Ram", "AttachPolicyToRole", {"RoleName": "reader", "PolicyType": "Custom", "PolicyName": "query"}
    yield "ResourceManager", "CreateResourceGroup", {"Name": "plant", "DisplayName": 'Plant "A"'}
    readers = {"PrincipalType": "IMSGroup", "PrincipalName": f"readers@group.{account}.onaliyun.com"}
    scoped = {"PolicyType": "Custom", "PolicyName": "query", **readers, "ResourceGroupId": "{Id}"}
    yield "ResourceManager", "AttachPolicy", scoped
    yield "ResourceManager", "DetachPolicy", scoped
    issuer = {"IssuerUrl": "https://issuer.example.test", "ClientIds": "builds,deploys"}
    oidc = {"OIDCProviderName": "builder"}
    yield "Ims", "CreateOIDCProvider", {**oidc, **issuer, "IssuanceLimitTime": "6", "Fingerprints": "a1b2c3"}
    yield "Ims", "AddClientIdToOIDCProvider", {**oidc, "ClientId": "tests"}
    yield "Ram", "SetAccountAlias", {"AccountAlias": f"box-{account}"}
    yield "Ims", "SetPasswordPolicy", {"MinimumPasswordLength": "12", "HardExpire": "true"}
    preference = {"LoginSessionDuration": "8", "LoginNetworkMasks": "127.0.0.0/8;10.0.0.0/8"}
    yield "Ims", "SetSecurityPreference", {**preference, "VerificationTypes.1": "email"}
    yield "Ims", "SetSecurityPreference", {"EnforceMFAForLogin": "false"}
    yield "Ram", "DetachPolicyFromUser", {**alice, **admin}
    yield "Ram", "RemoveUserFromGroup", {**alice, "GroupName": "readers"}
    yield "Ram", "DeleteLoginProfile", alice
    yield "Ram", "DeleteUser", alice


def _environment(server: Server, account: Account) -> dict[str, str]:
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": account.root.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": account.root.access_key_secret.reveal(),
        "DAYPASS_ENDPOINT": server.url,
        "PASSWORD": PASSWORD,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def _take(make: Make, account: Account) -> None:
    """Live the story, each call made in one way."""
    said: dict[str, str] = {}
    for product, action, parameters in _story(account.id):
        given = {name: said[text[1:-1]] if text in SAID else text for name, text in parameters.items()}
        for inner in make(product, action, given).values():
            if isinstance(inner, dict):
                said |= {name: text for name, text in inner.items() if isinstance(text, str)}


def _changes(server: Server, account: Account) -> list[tuple[object, ...]]:
    """Return what is on record of an account's changes, oldest first, without what differs each time."""
    with server.runtime.database.read() as txn:
        events = txn.audit.list(account_id=account.id).items
    told = [
        (each.product, each.action, each.resources, each.outcome, json.loads(each.parameters))
        for each in reversed(events)
        if each.product != "Host"
    ]
    text = re.sub(r"LTAI\w+|rg-\w+", "made", repr(told).replace(account.id, "account"))
    changes: list[tuple[object, ...]] = ast.literal_eval(text)
    return changes


def _form(server: Server, account: Account) -> Make:
    versions = {each.product: each.version for each in CATALOGUE}

    def made(product: str, action: str, parameters: Parameters) -> dict[str, Any]:
        answer = Client(server.url, account.root).call(versions[product], action, parameters)
        assert answer.status == 200, (action, answer.text)
        return answer.json()

    return made


def _snippets(product: str, action: str, parameters: Parameters) -> Snippets:
    return WORDINGS.of([(product, action, parameters)])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def by_form(server: Server) -> list[tuple[object, ...]]:
    account = server.new_account()
    _take(_form(server, account), account)
    changes = _changes(server, account)
    assert len(changes) == len(list(_story(account.id)))
    return changes


def test_a_shell_makes_the_changes_of_the_form(server: Server, by_form: list[tuple[object, ...]]) -> None:
    account = server.new_account()

    def made(product: str, action: str, parameters: Parameters) -> dict[str, Any]:
        command = ["sh", "-euc", _snippets(product, action, parameters).command_line]
        environment = _environment(server, account)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), action
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    _take(made, account)
    assert _changes(server, account) == by_form


def test_python_makes_the_changes_of_the_form(
    server: Server, by_form: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server.new_account()
    for name, value in _environment(server, account).items():
        monkeypatch.setenv(name, value)

    def made(product: str, action: str, parameters: Parameters) -> dict[str, Any]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(_snippets(product, action, parameters).python, action, "exec"), {})  # noqa: S102
        answer: dict[str, Any] = ast.literal_eval(printed.getvalue())
        return answer

    _take(made, account)
    assert _changes(server, account) == by_form


def test_one_program_makes_all_the_calls_of_one_form(server: Server) -> None:
    account = server.new_account()
    bob = f"Bob@{account.id}.onaliyun.com"
    calls: list[tuple[str, str, Parameters]] = [
        ("Ram", "CreateUser", {"UserName": "Bob"}),
        ("Ims", "CreateLoginProfile", {"UserPrincipalName": bob, "Password": "not shown"}),
        ("Ram", "CreateAccessKey", {"UserName": "Bob"}),
    ]
    shown = WORDINGS.of(calls)
    environment = _environment(server, account)
    subprocess.run([sys.executable, "-c", shown.python], env=environment, check=True, capture_output=True)
    by_python = [change[1] for change in _changes(server, account)]
    assert by_python == [action for _, action, _ in calls]
    other = server.new_account()
    shell = shown.command_line.replace(account.id, other.id)
    subprocess.run(["sh", "-euc", shell], env=_environment(server, other), check=True, capture_output=True)
    assert _changes(server, other) == _changes(server, account)
