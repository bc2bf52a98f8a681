"""``daypass apply`` and ``export``, beside a server that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from daypass.client import Client, Credentials
from daypass.directory.database import Database
from daypass.directory.master_key import KeyFile
from daypass.host import declare
from tests.cli.processes import Serving, daypass, serving
from tests.world import allow, document, trusting

RAM: Final = "2015-05-01"
WOULD_CHANGE: Final = 3


@dataclass
class Declaring:
    """A server and a file beside it."""

    server: Serving
    data: Path
    file: Path

    @property
    def id(self) -> str:
        return str(self.server.ready["account_id"])

    def write(self, **account: Any) -> None:
        """Write the file: one account, with these members."""
        self.file.write_text(json.dumps({"format": 1, "accounts": [{"id": self.id, **account}]}))

    def apply(self, *words: str, code: int = 0) -> str:
        """Apply the file; return the plan."""
        done = daypass("apply", self.file, "--data", self.data, *words)
        assert done.returncode == code, done.stderr
        assert done.stderr == "" or code == 1
        return done.stdout + done.stderr

    def export(self) -> Any:
        """Return what is exported, as values."""
        done = daypass("export", "--format=json", "--data", self.data)
        assert done.returncode == 0, done.stderr
        (account,) = json.loads(done.stdout)["accounts"]
        return account

    def call(self, action: str, who: Credentials | None = None, **parameters: str) -> tuple[int, Any]:
        """Call an operation of RAM; return status and body."""
        answer = self.server.client(who).call(RAM, action, parameters, form="JSON")
        return answer.status, answer.json()


@pytest.fixture(scope="module")
def serving_two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("apply")
    with serving(folder, "--data", folder / "data", "--workers", "2") as server:
        yield server


@pytest.fixture
def declaring(serving_two: Serving, tmp_path: Path) -> Iterator[Declaring]:
    """An account that is empty before and after each test."""
    declaring = Declaring(serving_two, Path(serving_two.ready["data"]), tmp_path / "d.json")
    yield declaring
    declaring.write(
        alias=None,
        oidc_providers=[],
        quotas={},
        resource_groups=[],
        policies=[],
        groups=[],
        users=[],
        roles=[],
    )
    declaring.apply("--prune")


def key_of(declaring: Declaring, user: str) -> Credentials:
    return Credentials.of(declaring.call("CreateAccessKey", UserName=user)[1]["AccessKey"])


def drop(declaring: Declaring, user: str, key: Credentials) -> None:
    declaring.call("DeleteAccessKey", UserName=user, UserAccessKeyId=key.access_key_id)


def statuses(declaring: Declaring, who: Credentials, action: str) -> set[int]:
    """Return how an operation is answered, asked often enough to reach every worker."""
    return {declaring.call(action, who)[0] for _ in range(8)}


def test_a_server_honours_what_is_applied_at_its_next_decision(declaring: Declaring) -> None:
    policy = {"name": "look", "document": {"Version": "1", "Statement": [allow("ram:ListUsers")]}}
    ann = {"name": "ann", "policies": []}
    declaring.write(policies=[policy], users=[ann])
    assert declaring.apply().splitlines()[1:] == ["  + policy look", "  + user ann"]
    key = key_of(declaring, "ann")
    assert statuses(declaring, key, "ListUsers") == {403}
    declaring.write(policies=[policy], users=[{**ann, "policies": [{"custom": "look"}]}])
    declaring.apply()
    assert statuses(declaring, key, "ListUsers") == {200}
    declaring.write(
        policies=[{**policy, "document": {"Version": "1", "Statement": [allow("ram:ListGroups")]}}]
    )
    assert '-      "Action": "ram:ListUsers",' in declaring.apply()
    assert statuses(declaring, key, "ListUsers") == {403}
    assert statuses(declaring, key, "ListGroups") == {200}
    versions = declaring.call("ListPolicyVersions", PolicyType="Custom", PolicyName="look")[1]
    assert [each["VersionId"] for each in versions["PolicyVersions"]["PolicyVersion"]] == ["v1", "v2"]
    drop(declaring, "ann", key)


def test_a_dry_run_changes_nothing_and_says_by_its_exit_code_whether_something_would(
    declaring: Declaring,
) -> None:
    declaring.write(users=[{"name": "ann"}])
    assert "  + user ann" in declaring.apply("--dry-run", code=WOULD_CHANGE)
    assert declaring.export()["users"] == []
    declaring.apply()
    told = declaring.apply("--dry-run")
    assert told == f"account {declaring.id}: 0 to create, 0 to change, 0 to remove, 1 unchanged\n"


def test_what_is_refused_leaves_nothing_behind_and_a_dry_run_tells_it(declaring: Declaring) -> None:
    declaring.write(users=[{"name": "ann", "groups": ["nowhere"]}])
    refusal = (
        f"daypass: account {declaring.id}: membership ann in nowhere: EntityNotExist.Group: "
        "There is no group nowhere. Nothing was changed.\n"
    )
    for words in ((), ("--dry-run",)):
        assert declaring.apply(*words, code=1).endswith(refusal)
        assert declaring.export()["users"] == []


def test_what_is_not_described_is_left_alone_unless_pruning(declaring: Declaring) -> None:
    declaring.write(
        groups=[{"name": "g"}, {"name": "h"}],
        users=[
            {"name": "ann", "groups": ["g", "h"], "console": {}, "policies": [{"system": "ReadOnlyAccess"}]}
        ],
    )
    declaring.apply()
    declaring.write(
        groups=[{"name": "g"}],
        users=[{"name": "ann", "groups": ["g"], "console": None, "policies": [], "tags": {}}],
    )
    told = declaring.apply()
    for left in (
        "group h",
        "login profile ann",
        "membership ann in h",
        "attachment system policy ReadOnlyAccess to user ann",
    ):
        assert f"  not described, left alone: {left}\n" in told
    assert len(declaring.export()["groups"]) == 2
    told = declaring.apply("--prune")
    assert "2 unchanged" not in told
    assert declaring.export()["groups"] == [{"name": "g", "policies": []}]
    assert declaring.export()["users"] == [
        {"name": "ann", "groups": ["g"], "console": None, "policies": [], "tags": {}}
    ]


def test_pruning_removes_nobody_who_still_has_a_key(declaring: Declaring) -> None:
    declaring.write(users=[{"name": "ann"}])
    declaring.apply()
    key = key_of(declaring, "ann")
    declaring.write(users=[])
    assert "user ann: DeleteConflict.User.AccessKey: " in declaring.apply("--prune", code=1)
    assert statuses(declaring, key, "ListUsers") == {403}
    drop(declaring, "ann", key)


def test_a_login_profile_that_is_declared_has_a_password_that_nobody_knows(declaring: Declaring) -> None:
    declaring.write(users=[{"name": "ann", "console": {"password_reset_required": True}}])
    declaring.apply()
    profile = declaring.call("GetLoginProfile", UserName="ann")[1]["LoginProfile"]
    assert profile["PasswordResetRequired"] is True
    assert declaring.call("UpdateLoginProfile", UserName="ann", Password="Correct-horse-9")[0] == 200


def test_a_deleted_principal_that_a_trust_policy_names_is_exported_as_gone_and_stays_gone(
    declaring: Declaring,
) -> None:
    ann = f"acs:ram::{declaring.id}:user/ann"
    users = [{"name": "ann", "policies": [{"system": "AliyunSTSAssumeRoleAccess"}]}]
    declaring.write(users=users, roles=[{"name": "r", "trust": trusting(ann)}])
    declaring.apply()
    declaring.call(
        "DetachPolicyFromUser", UserName="ann", PolicyType="System", PolicyName="AliyunSTSAssumeRoleAccess"
    )
    declaring.call("DeleteUser", UserName="ann")
    exported = declaring.export()
    assert exported["roles"][0]["gone"] == [ann]
    declaring.write(users=users, roles=exported["roles"])
    declaring.apply()
    key = key_of(declaring, "ann")
    assumed = {"RoleArn": f"acs:ram::{declaring.id}:role/r", "RoleSessionName": "session"}
    client = Client(declaring.server.url, key)
    assert client.call("2015-04-01", "AssumeRole", assumed).status == 403
    declaring.write(roles=[{"name": "r", "trust": trusting(ann)}])
    assert f"trust: {ann} is meant again" in declaring.apply()
    assert client.call("2015-04-01", "AssumeRole", assumed).status == 200
    drop(declaring, "ann", key)


def test_no_secret_is_exported(declaring: Declaring) -> None:
    declaring.write(users=[{"name": "ann", "console": {}}])
    declaring.apply()
    key = key_of(declaring, "ann")
    for form in ("yaml", "json"):
        text = daypass("export", f"--format={form}", "--data", declaring.data).stdout
        for secret in (key.access_key_id, key.access_key_secret.reveal(), "argon2", "LTAI"):
            assert secret not in text
    drop(declaring, "ann", key)


def test_what_is_applied_is_on_record(declaring: Declaring) -> None:
    declaring.write(groups=[{"name": "g"}], users=[{"name": "ann", "groups": ["g"]}])
    declaring.apply()
    key = KeyFile(declaring.data / "master.key")
    url = f"sqlite:///{declaring.data}/daypass.db"
    with (
        Database.open(url, master_key=key, clock=int, entropy=bytes) as database,
        database.read() as txn,
    ):
        events = txn.audit.list(account_id=declaring.id, limit=3).items
    assert {(event.principal, event.product, event.action, event.resources[0]) for event in events} == {
        ("host", "Host", "CreateGroup", f"acs:ram:*:{declaring.id}:group/g"),
        ("host", "Host", "CreateUser", f"acs:ram:*:{declaring.id}:user/ann"),
        ("host", "Host", "AddUserToGroup", f"acs:ram:*:{declaring.id}:user/ann"),
    }


def test_an_installation_can_begin_with_a_declaration(tmp_path: Path) -> None:
    file = tmp_path / "d.yaml"
    file.write_text("format: 1\naccounts:\n- id: '1234567890123456'\n  users:\n  - name: ann\n")
    data = tmp_path / "data"
    dry = daypass("apply", "--dry-run", file, "--data", data)
    assert (dry.returncode, data.exists()) == (WOULD_CHANGE, False)
    assert "  + account 1234567890123456\n" in dry.stdout
    assert daypass("apply", file, "--data", data).stdout == dry.stdout
    key = json.loads(daypass("account", "key", "--data", data).stdout)
    with serving(tmp_path, "--data", data) as server:
        users = Client(server.url, Credentials.of(key)).call(RAM, "ListUsers", form="JSON").json()
    assert [user["UserName"] for user in users["Users"]["User"]] == ["ann"]
    assert not (data / "root-credentials.json").exists()


def test_a_root_key_too_many_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    daypass("account", "create", "--data", data)
    assert daypass("account", "key", "--data", data).returncode == 0
    refused = daypass("account", "key", "--data", data)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("daypass: LimitExceeded.User.AccessKey: ")


def test_a_file_that_is_wrong_is_refused_in_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "d.yaml"
    file.write_text("format: 1\naccounts:\n- id: 7\n")
    refused = daypass("apply", file, "--data", tmp_path / "data")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"daypass: {file}:3: accounts[0].id: expected `str`, got `int`\n"
    assert not (tmp_path / "data").exists()


def test_a_plan_that_is_no_longer_true_is_not_carried_out(tmp_path: Path) -> None:
    data = tmp_path / "data"
    account = json.loads(daypass("account", "create", "--data", data).stdout)["AccountId"]
    text = json.dumps({"format": 1, "accounts": [{"id": account, "users": [{"name": "ann"}]}]})
    (wanted,) = declare.parse("d", text, tmp_path).accounts
    key = KeyFile(data / "master.key")
    url = f"sqlite:///{data}/daypass.db"
    with Database.open(url, master_key=key, clock=int, entropy=lambda n: b"1" * n) as database:
        plan = declare.plan(database, wanted, prune=False)
        with database.write() as txn:
            txn.users.create(account, "Ann")
        with pytest.raises(declare.DeclarationError, match="was changed meanwhile"):
            declare.apply(database, wanted, plan, prune=False)


def test_documents_are_laid_out_alike_to_be_compared(declaring: Declaring) -> None:
    text = document(allow("iot:*"))
    declaring.write(policies=[{"name": "p", "document": text}])
    declaring.apply()
    declaring.write(policies=[{"name": "p", "document": json.loads(text)}])
    assert "1 unchanged" in declaring.apply("--dry-run")
    declaring.write(policies=[{"name": "p", "document": text + " "}])
    assert "only its layout changes" in declaring.apply("--dry-run", code=WOULD_CHANGE)


def test_an_identity_provider_is_declared_and_its_issuer_never_changes(declaring: Declaring) -> None:
    provider = {"name": "ci", "issuer_url": "https://ci.example.com", "fingerprints": ["AB" * 20, "ab" * 20]}
    declaring.write(oidc_providers=[provider])
    assert "  + OIDC provider ci" in declaring.apply()
    shown = Client(declaring.server.url, declaring.server.root).call(
        "2019-08-15", "GetOIDCProvider", {"OIDCProviderName": "ci"}, form="JSON"
    )
    assert shown.json()["OIDCProvider"]["Fingerprints"] == "ab" * 20
    assert "1 unchanged" in declaring.apply("--dry-run")
    declaring.write(oidc_providers=[{**provider, "issuer_url": "https://other.example.com"}])
    assert "OIDC provider ci: an issuer never changes" in declaring.apply(code=1)
    assert declaring.export()["oidc_providers"][0]["issuer_url"] == "https://ci.example.com"
