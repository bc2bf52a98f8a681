"""``daypass PRODUCT ACTION Key=Value …``, as a process against a real server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daypass.client import Credentials
from daypass.secret import Secret
from tests.cli.calling import answer, call, signed, variables
from tests.cli.processes import DAYPASS, daypass
from tests.world import World, allow, deny, document, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOAMI = ("sts", "GetCallerIdentity")


def refused(run: object, code: str) -> str:
    """Expect an error of the server; return what stderr says."""
    assert getattr(run, "returncode", None) == 1
    assert getattr(run, "stdout", None) == ""
    errors = str(getattr(run, "stderr", ""))
    assert errors.startswith(f"{code}: "), errors
    assert "\nrequest id: " in errors
    return errors


def misused(*words: str, env: dict[str, str] | None = None) -> str:
    """Expect wrong usage; return the line about it."""
    run = daypass(*words, env=env)
    assert run.returncode == 2, run.stderr
    assert run.stdout == ""
    line, hint = run.stderr.splitlines()
    assert hint.startswith("see: daypass")
    assert hint.endswith(" --help")
    return line


def test_an_operation_is_called_with_keys_and_values(world: World) -> None:
    made = answer(world, world.account.root, "ram", "CreateUser", "UserName=alice", "Comments=Alice, A=B")
    assert made["User"]["UserName"] == "alice"
    assert made["User"]["Comments"] == "Alice, A=B"


def test_parameters_may_be_written_as_options_in_both_forms(world: World) -> None:
    words = ("ram", "CreateUser", "--UserName", "bob", "--DisplayName=Bob")
    assert answer(world, world.account.root, *words)["User"]["DisplayName"] == "Bob"


def test_products_are_written_in_any_case(world: World) -> None:
    assert answer(world, world.account.root, "STS", "GetCallerIdentity")["AccountId"] == world.id
    assert "Groups" in answer(world, world.account.root, "Ram", "ListGroups")
    assert "ResourceGroups" in answer(world, world.account.root, "ResourceManager", "ListResourceGroups")


def test_options_may_stand_before_between_and_after_the_parameters(world: World) -> None:
    root = world.account.root
    words = [
        f"--id={root.access_key_id}",
        "UserName=carol",
        "--secret",
        root.access_key_secret.reveal(),
        "Comments=x",
    ]
    done = daypass("ram", "CreateUser", *words, "--endpoint", world.server.url)
    assert json.loads(done.stdout)["User"]["Comments"] == "x"


def test_a_list_is_written_item_by_item_or_as_json(world: World) -> None:
    root = world.account.root
    product = answer(world, root, "iot", "CreateProduct", "ProductName=lamps", "NodeType=0")["ProductKey"]
    for name in ("a", "b"):
        answer(world, root, "iot", "RegisterDevice", f"ProductKey={product}", f"DeviceName={name}-lamp")
    items = ("DeviceName.1=a-lamp", "DeviceName.2=b-lamp")
    by_item = answer(world, root, "iot", "BatchGetDeviceState", f"ProductKey={product}", *items)
    as_json = answer(
        world, root, "iot", "BatchGetDeviceState", f"ProductKey={product}", 'DeviceName=["a-lamp"]'
    )
    assert len(by_item["DeviceStatusList"]["DeviceStatus"]) == 2
    assert len(as_json["DeviceStatusList"]["DeviceStatus"]) == 1


def test_an_unknown_parameter_is_wrong_usage_and_the_nearest_is_named() -> None:
    line = misused("sts", "AssumeRole", "RoleAarn=x", "RoleSessionName=alice", "--id=a", "--secret=b")
    assert line == "daypass sts AssumeRole: there is no parameter RoleAarn; did you mean RoleArn?"


@pytest.mark.parametrize(
    "words", [("--UserNam", "x"), ("--UserNam=x",), ("UserName.1=x",), ("Zebra=1",), ("--region=x",)]
)
def test_any_other_word_than_a_declared_parameter_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert "there is no parameter" in misused(
        "ram", "CreateUser", "UserName=x", *words, "--id=a", "--secret=b"
    )


def test_a_parameter_that_is_missing_or_given_twice_is_wrong_usage() -> None:
    assert misused("sts", "AssumeRole", "--id=a", "--secret=b").endswith(
        "RoleArn and RoleSessionName must be given"
    )
    twice = misused("ram", "GetUser", "UserName=a", "--UserName=b", "--id=a", "--secret=b")
    assert twice.endswith("UserName is given twice")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("st", "AssumeRole"), "st is neither a command nor a product; did you mean sts?"),
        (("sts", "AsumeRole"), "Sts has no operation AsumeRole; did you mean AssumeRole?"),
        (("sts", "assumerole"), "Sts has no operation assumerole; did you mean AssumeRole?"),
        (
            ("ims", "CreateApplication"),
            "Ims has CreateApplication, but daypass does not answer it: out of scope. OAuth",
        ),
        (("quikstart",), "quikstart is neither a command nor a product; did you mean quickstart?"),
        (("--verbose",), "--verbose is no option here"),
        (("sts", "GetCallerIdentity", "stray"), "stray is not of the form Key=Value"),
        (("sts", "GetCallerIdentity", "--output", "yaml"), "json or xml or table is wanted, not yaml"),
        (
            ("sts", "GetCallerIdentity", "--secret=b"),
            "--id and --secret belong together, and --token to both",
        ),
        (("sts", "GetCallerIdentity", "--token=t"), "--id and --secret belong together, and --token to both"),
    ],
)
def test_wrong_usage_says_what_is_wrong(words: tuple[str, ...], reason: str) -> None:
    assert reason in misused(*words)


def test_credentials_come_from_the_environment_unless_options_give_them(world: World) -> None:
    alice = world.user("alice")
    env = {**variables(alice), "DAYPASS_ENDPOINT": world.server.url}
    assert json.loads(daypass(*WHOAMI, env=env).stdout)["IdentityType"] == "RAMUser"
    options = signed(world.account.root)
    assert json.loads(daypass(*WHOAMI, *options, env=env).stdout)["IdentityType"] == "Account"


def test_a_token_of_the_environment_is_not_mixed_into_other_credentials(world: World) -> None:
    env = {"ALIBABA_CLOUD_SECURITY_TOKEN": "not.yours", "DAYPASS_ENDPOINT": world.server.url}
    assert daypass(*WHOAMI, *signed(world.account.root), env=env).returncode == 0


def test_half_of_a_key_in_the_environment_is_wrong_usage(tmp_path: Path) -> None:
    env = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "x", "HOME": str(tmp_path)}
    assert "belong together" in misused(*WHOAMI, env=env)


def profiles(home: Path, **profile: str) -> dict[str, str]:
    """Write a file of profiles and return the environment that finds it."""
    (home / ".aliyun").mkdir()
    listed = [{"name": "other", "mode": "AK"}, {"name": "mine", "region_id": "cn-hangzhou", **profile}]
    text = json.dumps({"current": "mine", "profiles": listed, "meta_path": ""})
    (home / ".aliyun" / "config.json").write_text(text)
    return {"HOME": str(home)}


@pytest.mark.parametrize("mode", ["AK", "StsToken"])
def test_credentials_come_last_from_the_current_profile(world: World, tmp_path: Path, mode: str) -> None:
    role = world.role("reader", trusting(world.everyone))
    who = world.user("alice", document(allow("sts:AssumeRole")))
    if mode == "StsToken":
        words = ("sts", "AssumeRole", f"RoleArn={role}", "RoleSessionName=alice")
        who = Credentials.of(answer(world, who, *words)["Credentials"])
    key = {"access_key_id": who.access_key_id, "access_key_secret": who.access_key_secret.reveal()}
    env = profiles(tmp_path, mode=mode, sts_token=who.security_token or "", **key)
    done = daypass(*WHOAMI, "--endpoint", world.server.url, env=env)
    kind = {"AK": "RAMUser", "StsToken": "AssumedRoleUser"}[mode]
    assert json.loads(done.stdout)["IdentityType"] == kind


def test_a_profile_without_credentials_is_told(tmp_path: Path) -> None:
    env = profiles(tmp_path, mode="EcsRamRole")
    assert "the current profile mine is of mode EcsRamRole" in misused(*WHOAMI, env=env)
    (tmp_path / ".aliyun" / "config.json").write_text("no JSON")
    assert "~/.aliyun/config.json is no file of profiles" in misused(*WHOAMI, env=env)
    (tmp_path / ".aliyun" / "config.json").unlink()
    assert "no credentials: give --id and --secret" in misused(*WHOAMI, env=env)


def test_the_answer_is_printed_as_json_xml_or_a_table(world: World) -> None:
    root = world.account.root
    for name in ("alice", "bob"):
        answer(world, root, "ram", "CreateUser", f"UserName={name}", f"DisplayName={name} 用户")
    body = answer(world, root, "ram", "ListUsers", "--output", "json")
    assert [user["UserName"] for user in body["Users"]["User"]] == ["alice", "bob"]
    xml = call(world, root, "ram", "ListUsers", "--output=xml").stdout
    assert xml.startswith("<?xml")
    assert "<DisplayName>alice 用户</DisplayName>" in xml
    table = call(world, root, "ram", "ListUsers", "--output", "table").stdout
    assert "Users: 2" in table.splitlines()
    (alice,) = (line for line in table.splitlines() if "alice" in line)
    assert "alice 用户" in alice
    single = call(world, root, "ram", "GetUser", "UserName=alice", "--output", "table").stdout
    assert "User:" in single.splitlines()
    assert any(line.split() == ["UserName", "alice"] for line in single.splitlines())


@pytest.mark.parametrize("output", ["json", "xml", "table"])
def test_an_error_is_explained_whatever_the_output(world: World, output: str) -> None:
    run = call(world, world.account.root, "ram", "GetUser", "UserName=nobody", "--output", output)
    assert "There is no user nobody." in refused(run, "EntityNotExist.User")


def test_an_implicit_denial_names_action_resource_and_layer(world: World) -> None:
    alice = world.user("alice", document(allow("ram:ListUsers")))
    for output in ("json", "xml"):
        errors = refused(
            call(world, alice, "ram", "GetUser", "UserName=bob", "--output", output), "NoPermission"
        )
        assert "\naction:     ram:GetUser\n" in errors
        assert f"\nresource:   acs:ram:*:{world.id}:user/bob\n" in errors
        assert "\ncaller:     SubUser " in errors
        assert "\ndenied by:  AccountLevelIdentityBasedPolicy, implicitly" in errors


def test_an_explicit_denial_names_the_policy_to_those_who_may_know_it(world: World) -> None:
    alice = world.user("alice", document(allow("*")), document(allow("ram:*"), deny("ram:GetUser")))
    errors = refused(call(world, alice, "ram", "GetUser", "UserName=bob"), "NoPermission")
    assert "\ndenied by:  AccountLevelIdentityBasedPolicy, explicitly" in errors
    assert " v1 statement 1 (Deny), attached to user/alice\n" in errors.lower().replace("(deny)", "(Deny)")


def test_the_policy_is_kept_from_those_who_may_not_know_it(world: World) -> None:
    alice = world.user("alice", document(allow("sts:*"), deny("ram:*")))
    errors = refused(call(world, alice, "ram", "GetUser", "UserName=bob"), "NoPermission")
    assert "policy:     not told; ram DecodeDiagnosticMessage names it" in errors


def test_a_near_miss_is_shown(world: World) -> None:
    condition = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
    alice = world.user(
        "alice", document(allow("ram:DecodeDiagnosticMessage"), allow("ram:GetUser", Condition=condition))
    )
    errors = refused(call(world, alice, "ram", "GetUser", "UserName=bob"), "NoPermission")
    assert "would allow, but for its IpAddress acs:SourceIp: 10.0.0.0/8; the request has 127.0.0.1" in errors


def test_a_wrong_secret_is_told_as_such_and_not_printed(world: World) -> None:
    wrong = Credentials(world.account.root.access_key_id, Secret("my-very-wrong-secret"))
    errors = refused(call(world, wrong, *WHOAMI), "SignatureDoesNotMatch")
    assert "the secret is not that of this AccessKey ID" in errors
    assert "my-very-wrong-secret" not in errors


def test_no_secret_and_no_token_is_ever_printed_about_a_failure(world: World) -> None:
    role = world.role("reader", trusting(world.everyone))
    alice = world.user("alice", document(allow("sts:AssumeRole")))
    words = ("sts", "AssumeRole", f"RoleArn={role}", "RoleSessionName=alice")
    session = Credentials.of(answer(world, alice, *words)["Credentials"])
    errors = refused(call(world, session, "ram", "ListUsers"), "NoPermission")
    assert session.security_token
    for hidden in (session.security_token, session.access_key_secret.reveal()):
        assert hidden not in errors


def test_a_server_that_is_not_there_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    run = daypass(*WHOAMI, "--id=a", "--secret=b", "--endpoint", endpoint)
    assert run.returncode == 1
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert line.startswith(
        f"daypass: no answer from {endpoint}: Connection refused; is `daypass serve` running"
    )


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8620", "ftp://127.0.0.1", "http://", "x"])
def test_an_endpoint_that_is_no_url_is_one_line(endpoint: str) -> None:
    run = daypass(*WHOAMI, "--id=a", "--secret=b", "--endpoint", endpoint)
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert f"the endpoint {endpoint} is not a URL" in run.stderr


@pytest.fixture
def stranger() -> Iterator[str]:
    """Run a server that speaks HTTP and is none of ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for status in ("200 OK", "502 Bad Gateway"):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 4\r\n\r\n<hi>".encode())

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_a_server_that_is_none_of_ours_is_told(stranger: str) -> None:
    words = (*WHOAMI, "--id=a", "--secret=b", "--endpoint", stranger)
    fine, broken = daypass(*words), daypass(*words)
    assert fine.returncode == broken.returncode == 1
    assert "something else than JSON; is it a daypass server?" in fine.stderr
    assert broken.stderr.startswith("HTTP 502, without an error that could be read")


def test_output_that_nobody_reads_is_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        command: list[str | Path] = [DAYPASS, "operations", "--format", "json"]
        run = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 1
    assert run.stderr == b""
