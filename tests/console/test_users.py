"""Users and their AccessKeys, as somebody without scripts sees and changes them."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from daypass.client import Client, Credentials
from daypass.console.initial_passwords import make_password
from daypass.directory.totp import STEP_SECONDS, code_at
from daypass.secret import Secret
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import HERE, PASSWORD, READER, People
from tests.world import allow, document

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"
RAM = "2015-05-01"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    """An account with an administrator, somebody who only reads, and somebody without rights."""
    people = People(server)
    people.user("admin", document(allow("*")))
    people.user("reader", READER)
    people.user("nobody")
    return people


def signed_in(people: People, name: str = "admin", language: str = "en") -> Person:
    person = Person(people.server, language)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    return person


@pytest.fixture
def admin(people: People) -> Person:
    return signed_in(people)


def ask(people: People, action: str, **parameters: str) -> dict[str, Any]:
    """Call an operation of RAM as the account, past the console."""
    return Client(people.server.url, people.world.account.root).call(RAM, action, parameters).json()


def users(people: People) -> dict[str, dict[str, Any]]:
    return {each["UserName"]: each for each in ask(people, "ListUsers")["Users"]["User"]}


def keys(people: People, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(people, "ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    return found


def wait_for(comes: Callable[[], bool]) -> None:
    """Wait for what comes within a second or two."""
    deadline = time.monotonic() + 10
    while not comes():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def secrets_of(shown: Shown) -> dict[str, str]:
    """Return what a page shows to be saved, by the names it has in files."""
    inputs = re.findall(r'value="([^"]*)"[^>]*data-field="([^"]+)"', shown.response.text)
    texts = re.findall(r'data-field="([^"]+)">([^<]*)<', shown.response.text)
    return dict(texts) | {name: value for value, name in inputs}


def recorded(people: People) -> list[tuple[str, dict[str, Any]]]:
    """Return what changes are on record, oldest first."""
    with people.database.read() as txn:
        events = txn.audit.list(account_id=people.id).items
    ours = [each for each in reversed(events) if each.action not in {"CreateAccount", "ConsoleSignin"}]
    return [(each.action, json.loads(each.parameters)) for each in ours]


# Lists


def test_users_are_listed_with_what_is_known_of_them(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice", DisplayName="Alice L", Comments="knows iot")
    page = admin.get("/users")
    assert {"alice", "admin", "reader", "nobody"} <= page.links.keys()
    assert page.links["alice"] == "/users/alice"
    assert "Alice L" in page.text
    assert "knows iot" in page.text


@pytest.mark.parametrize("wanted", ["ALICE", "Liddell", "wonder"])
def test_users_are_found_by_name_display_name_and_notes(people: People, admin: Person, wanted: str) -> None:
    ask(people, "CreateUser", UserName="alice", DisplayName="A. Liddell", Comments="wonderland")
    page = admin.get(f"/users?q={wanted}")
    assert "alice" in page.links
    assert "nobody" not in page.links
    assert "No user matches" in admin.get("/users?q=none-such").text


def test_a_long_list_of_users_goes_on_where_it_ended(people: People, admin: Person) -> None:
    with people.database.write() as txn:
        for number in range(60):
            txn.users.create(people.id, f"user-{number:02}")
    first = admin.get("/users")
    second = admin.get(first.links["Next page"])
    names = [name for page in (first, second) for name in page.links if name.startswith("user-")]
    assert sorted(names) == [f"user-{number:02}" for number in range(60)]
    assert "Next page" not in second.links
    assert admin.get(second.links["First page"]).links.keys() >= {"admin"}


def test_what_cannot_be_done_with_chosen_users_is_disabled_in_the_list(people: People) -> None:
    page = signed_in(people, "reader").get("/users")
    assert page.disabled == {"Create User", "Add to Group", "Grant Permission"}


# Creating


def test_a_user_is_created(people: People, admin: Person) -> None:
    form = {"UserName.1": "alice", "DisplayName.1": "Alice L", "Comments": "notes"}
    page = admin.send(admin.get("/create-user"), "/create-user", form)
    assert page.title == "alice · daypass"
    assert "The user was created." in page.text
    made = users(people)["alice"]
    assert (made["DisplayName"], made["Comments"]) == ("Alice L", "notes")
    assert keys(people, "alice") == []


def test_several_users_are_created_with_passwords_and_keys_that_work(people: People, admin: Person) -> None:
    rows = admin.get("/create-user")
    rows = admin.send(
        rows, "/create-user", {"UserName.1": "alice", "logon": "true", "key": "true"}, to="/create-user/rows"
    )
    assert [name for name, _ in rows.form("/create-user").fields if name.startswith("UserName")] == [
        "UserName.1",
        "UserName.2",
    ]
    page = admin.send(rows, "/create-user", {"UserName.2": "bob"})
    shown = re.findall(r'data-field="(AccessKey ID|User logon name)">([^<]*)<', page.response.text)
    assert [value for name, value in shown if name == "User logon name"] == [
        f"{name}@{people.id}.onaliyun.com" for name in ("alice", "bob")
    ]
    secrets = re.findall(r'value="([^"]*)"[^>]*data-field="(AccessKey Secret|Password)"', page.response.text)
    assert len(secrets) == 4
    passwords = [value for value, name in secrets if name == "Password"]
    assert passwords[0] != passwords[1]
    for name, password in zip(("alice", "bob"), passwords, strict=True):
        assert people.turned_away(f"{name}@{people.id}", Secret("Not-the-pa55word")) != ""
        begun = people.run(people.door.sign_in(f"{name}@{people.id}", Secret(password), HERE))
        assert begun.awaits == "password"
    for name, key_id, secret in zip(
        ("alice", "bob"),
        [value for name, value in shown if name == "AccessKey ID"],
        [value for value, name in secrets if name == "AccessKey Secret"],
        strict=True,
    ):
        caller = Client(people.server.url, Credentials(key_id, Secret(secret)))
        assert caller.call("2015-04-01", "GetCallerIdentity").json()["Arn"].endswith(f"user/{name}")


def test_a_password_of_ones_own_is_never_shown(people: People, admin: Person) -> None:
    form = {"UserName.1": "alice", "logon": "true", "password-kind": "custom", "Password": "My-0wn-password"}
    page = admin.send(admin.get("/create-user"), "/create-user", form)
    assert page.title == "alice · daypass"
    assert "My-0wn-password" not in page.response.text
    begun = people.run(people.door.sign_in(f"alice@{people.id}", Secret("My-0wn-password"), HERE))
    assert begun.awaits == "password"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"UserName.1": ""}, "Enter a logon name."),
        ({"UserName.1": "a b"}, "UserName"),
        ({"UserName.1": "admin"}, "admin"),
        ({"UserName.1": HOSTILE}, "UserName"),
        ({"UserName.1": "alice", "DisplayName.1": HOSTILE}, "DisplayName"),
        ({"UserName.1": "x" * 65}, "64"),
        ({"UserName.1": "alice", "logon": "true", "password-kind": "custom"}, "Enter a password"),
    ],
)
def test_a_wrong_form_comes_back_as_it_was_and_says_what_is_wrong(
    people: People, admin: Person, form: dict[str, str], says: str
) -> None:
    before = users(people)
    page = admin.send(admin.get("/create-user"), "/create-user", form | {"Comments": "kept"})
    assert page.status == 400
    assert says in page.text
    back = dict(page.form("/create-user").fields)
    assert back["UserName.1"] == form["UserName.1"]
    assert back["Comments"] == "kept"
    assert "<script>alert" not in page.response.text
    assert users(people) == before


def test_names_that_are_there_twice_are_refused_before_any_is_created(people: People, admin: Person) -> None:
    page = admin.get("/create-user")
    page = admin.send(page, "/create-user", {"UserName.1": "alice"}, to="/create-user/rows")
    page = admin.send(page, "/create-user", {"UserName.2": "alice"})
    assert "This name is there twice." in page.text
    assert "alice" not in users(people)


def test_what_went_wrong_with_one_of_several_users_is_told_beside_what_worked(
    people: People, admin: Person
) -> None:
    page = admin.get("/create-user")
    page = admin.send(page, "/create-user", {"UserName.1": "alice"}, to="/create-user/rows")
    page = admin.send(page, "/create-user", {"UserName.2": "admin", "key": "true"})
    assert page.title == "Users created · daypass"
    assert "There is a user admin already" in page.text or "admin" in page.text
    assert len(keys(people, "alice")) == 1
    assert len(re.findall(r'data-field="AccessKey Secret"', page.response.text)) == 1


def test_a_form_that_is_sent_twice_creates_one_user(people: People, admin: Person) -> None:
    form = admin.get("/create-user")
    once = {"UserName.1": "alice", "key": "true"}
    assert "AccessKey Secret" in admin.send(form, "/create-user", once).text
    assert "sent already" in admin.send(form, "/create-user", once).text
    assert len(keys(people, "alice")) == 1
    assert [action for action, _ in recorded(people)].count("CreateUser") == 1


def test_the_calls_of_a_form_are_those_of_its_snippets(people: People, admin: Person) -> None:
    form = {
        "UserName.1": "alice",
        "DisplayName.1": "A",
        "logon": "true",
        "key": "true",
        "Password": "typed-secret",
    }
    page = admin.get("/create-user")
    shown = admin.send(page, "/create-user", form, to="/create-user/snippets")
    assert "typed-secret" not in shown.response.text
    admin.send(page, "/create-user", form)
    made = [action for action, _ in recorded(people) if "Policy" not in action]
    commands = re.findall(r"daypass ram (\w+)", shown.text)
    assert (
        dict.fromkeys(commands)
        == dict.fromkeys(made)
        == dict.fromkeys(["CreateUser", "CreateLoginProfile", "CreateAccessKey"])
    )


# One user


def test_a_user_is_shown_with_its_ways_to_log_on(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice", Comments=HOSTILE, Email="alice@example.com")
    key = ask(people, "CreateAccessKey", UserName="alice")["AccessKey"]
    page = admin.get("/users/alice")
    for text in (f"alice@{people.id}.onaliyun.com", f"acs:ram::{people.id}:user/alice", key["AccessKeyId"]):
        assert text in page.text
    assert HOSTILE in page.text
    assert "<script>alert" not in page.response.text
    assert key["AccessKeySecret"] not in page.response.text
    assert "No console access" in page.text
    assert "Never" in page.text


def test_a_users_permissions_are_its_own_and_those_of_its_groups(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    ask(people, "CreateGroup", GroupName="devs")
    ask(people, "AddUserToGroup", UserName="alice", GroupName="devs")
    system = {"PolicyType": "System", "PolicyName": "AliyunRAMReadOnlyAccess"}
    ask(people, "AttachPolicyToUser", UserName="alice", **system)
    ask(
        people,
        "AttachPolicyToGroup",
        GroupName="devs",
        **system | {"PolicyName": "AliyunSTSAssumeRoleAccess"},
    )
    page = admin.get("/users/alice?tab=permissions")
    assert page.links["AliyunRAMReadOnlyAccess"] == "/policies/System/AliyunRAMReadOnlyAccess"
    assert page.links["AliyunSTSAssumeRoleAccess"] == "/policies/System/AliyunSTSAssumeRoleAccess"
    assert page.links["devs"] == "/groups/devs"
    assert page.links["Grant Permission"] == "/grants/new?principal=User%3Aalice"


def test_looking_at_a_user_is_none_of_the_events_about_it(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    assert "No console access" in admin.get("/users/alice").text
    log = people.server.settings.data / "decisions.jsonl"
    wait_for(lambda: "GetLoginProfile" in log.read_text(encoding="utf-8").partition(people.id)[2])
    events = admin.get("/users/alice?tab=events")
    assert "CreateUser" in events.links
    assert "GetLoginProfile" not in events.links


@pytest.mark.parametrize("scoped", [False, True])
def test_a_permission_is_revoked_where_it_is_shown(people: People, admin: Person, scoped: bool) -> None:
    ask(people, "CreateUser", UserName="alice")
    wanted = {"UserName": "alice", "PolicyType": "System", "PolicyName": "AliyunSTSAssumeRoleAccess"}
    ask(people, "AttachPolicyToUser", **wanted)
    if scoped:
        ask(people, "DetachPolicyFromUser", **wanted)
        root = Client(people.server.url, people.world.account.root)
        made = root.call("2020-03-31", "CreateResourceGroup", {"Name": "plant", "DisplayName": "Plant"})
        group = made.json()["ResourceGroup"]["Id"]
        ask(people, "AttachPolicyToUser", **wanted, ResourceGroupId=group)
        assert group in admin.get("/users/alice?tab=permissions").text
    page = admin.get("/users/alice?tab=permissions")
    asked = admin.get(page.links["Revoke"])
    assert "AliyunSTSAssumeRoleAccess will no longer be granted to alice." in asked.text
    done = admin.send(asked, "/users/alice/revoke")
    assert "The permission was revoked." in done.text
    assert ask(people, "ListPoliciesForUser", UserName="alice")["Policies"]["Policy"] == []
    again = admin.send(admin.get(page.links["Revoke"]), "/users/alice/revoke")
    assert again.status == 400
    assert "Revoke Permission" in again.text


@pytest.mark.parametrize("path", ["/users/none", "/users/none/edit", "/users/none/delete"])
def test_a_user_that_is_not_there_is_not_found(admin: Person, path: str) -> None:
    assert admin.get(path).status == 404


def test_only_what_was_changed_is_changed(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice", DisplayName="Alice", Comments="old")
    form = admin.get("/users/alice/edit")
    ask(people, "UpdateUser", UserName="alice", NewComments="changed by somebody else meanwhile")
    page = admin.send(form, "/users/alice/edit", {"UserName": "alice.l", "DisplayName": "Alice L"})
    assert page.title == "alice.l · daypass"
    made = users(people)["alice.l"]
    assert (made["DisplayName"], made["Comments"]) == ("Alice L", "changed by somebody else meanwhile")


def test_a_change_that_is_refused_keeps_what_was_typed(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    page = admin.send(
        admin.get("/users/alice/edit"), "/users/alice/edit", {"Email": "none", "Comments": "typed"}
    )
    assert page.status == 400
    assert dict(page.form("/users/alice/edit").fields)["Comments"] == "typed"
    assert "Comments" not in users(people)["alice"]


def test_deleting_a_user_shows_what_goes_with_it_and_asks_for_its_name(people: People, admin: Person) -> None:
    people.user("alice", document(allow("iot:*")))
    ask(people, "CreateGroup", GroupName="devs")
    ask(people, "AddUserToGroup", UserName="alice", GroupName="devs")
    key = ask(people, "CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeyId"]
    form = admin.get("/users/alice/delete")
    for text in ("Permission", "devs", key, "Console logon"):
        assert text in form.text
    wrong = admin.send(form, "/users/alice/delete", {"confirm": "bob"})
    assert wrong.status == 400
    assert "This is not the user's name." in wrong.text
    assert "alice" in users(people)
    done = admin.send(wrong, "/users/alice/delete", {"confirm": "alice"})
    assert "The user was deleted." in done.text
    assert "alice" not in users(people)


# Console logon


def test_console_access_is_enabled_changed_and_removed(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    path = "/users/alice/console-logon"
    shown = admin.send(admin.get(path), path, {"password-kind": "generated"})
    password = secrets_of(shown)["Password"]
    assert people.run(people.door.sign_in(f"alice@{people.id}", Secret(password), HERE)).awaits == "password"
    page = admin.send(admin.get(path), path, {"status": "Inactive", "password-kind": "kept"})
    assert "Disabled" in page.text
    assert people.turned_away(f"alice@{people.id}", Secret(password)).startswith("SignIn.")
    page = admin.send(
        admin.get(path), path, {"status": "Active", "password-kind": "custom", "Password": "short"}
    )
    assert page.status == 400
    assert "short" not in page.response.text.partition("<main")[2].partition('id="snippets"')[0]
    removed = admin.send(admin.get(f"{path}/delete"), f"{path}/delete")
    assert "No console access" in removed.text


def test_a_user_is_signed_out_everywhere(people: People, admin: Person) -> None:
    people.user("alice", document(allow("*")))
    browsers = [signed_in(people, "alice") for _ in range(2)]
    assert [browser.get("/users").status for browser in browsers] == [200, 200]
    assert "Sign Out Everywhere" in admin.get("/users/alice").links
    admin.send(admin.get("/users/alice/sign-out"), "/users/alice/sign-out")
    assert {browser.get("/users").response.url.path for browser in browsers} == {"/sign-in"}
    assert admin.get("/users").status == 200


def test_an_mfa_device_is_unbound(people: People, admin: Person) -> None:
    people.user("alice")
    with people.database.write() as txn:
        device, seed = txn.mfa_devices.create(people.id, "phone")
        step = txn.now // STEP_SECONDS
        codes = (code_at(seed, step - 1), code_at(seed, step))
        txn.mfa_devices.bind(device, txn.users.get(people.id, "alice"), *codes)
    assert "Unbind MFA Device" in admin.get("/users/alice").links
    admin.send(admin.get("/users/alice/mfa"), "/users/alice/mfa")
    assert "No MFA device is bound." in admin.get("/users/alice").text


# AccessKeys


def test_an_accesskey_is_shown_once_and_works(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    form = admin.get("/users/alice/access-keys/create")
    shown = admin.send(form, "/users/alice/access-keys")
    made = secrets_of(shown)
    assert shown.response.headers["cache-control"] == "no-store"
    assert 'data-once="/users/alice"' in shown.response.text
    caller = Credentials(made["AccessKey ID"], Secret(made["AccessKey Secret"]))
    answer = Client(people.server.url, caller).call("2015-04-01", "GetCallerIdentity")
    assert answer.json()["Arn"].endswith("user/alice")
    again = admin.send(form, "/users/alice/access-keys")
    assert "its secret cannot be shown again" in again.text
    assert len(keys(people, "alice")) == 1
    for path in ("/users/alice", "/users", "/users/alice/access-keys", "/users/alice/access-keys/create"):
        assert made["AccessKey Secret"] not in admin.get(path).response.text
    assert made["AccessKey Secret"] not in again.response.text


def test_the_secret_is_in_no_file_of_the_server(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    form = {"UserName.1": "bob", "logon": "true", "key": "true"}
    made = secrets_of(admin.send(admin.get("/create-user"), "/create-user", form))
    secrets = [made["AccessKey Secret"].encode(), made["Password"].encode()]
    people.run(people.server.runtime.every_second())
    data = people.server.settings.data
    with sqlite3.connect(next(data.glob("*.db"))) as database:
        text = "\n".join(database.iterdump()).encode()
    for content in [text, *(path.read_bytes() for path in _files(data))]:
        for secret in secrets:
            assert secret not in content


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_key_is_disabled_enabled_and_deleted(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    key = ask(people, "CreateAccessKey", UserName="alice")["AccessKey"]["AccessKeyId"]
    path = f"/users/alice/access-keys/{key}"
    asked = admin.get(f"{path}/status")
    assert "It has never been used." in asked.text
    admin.send(asked, f"{path}/status")
    assert keys(people, "alice")[0]["Status"] == "Inactive"
    page = admin.send(admin.get("/users/alice"), f"{path}/status")
    assert keys(people, "alice")[0]["Status"] == "Active"
    page = admin.send(admin.get(f"{path}/delete"), f"{path}/delete", {"confirm": "something"})
    assert (page.status, len(keys(people, "alice"))) == (400, 1)
    admin.send(page, f"{path}/delete", {"confirm": key})
    assert keys(people, "alice") == []
    assert "no such AccessKey any more" in admin.get(f"{path}/delete").text


def test_a_user_with_two_keys_is_offered_no_third(people: People, admin: Person) -> None:
    ask(people, "CreateUser", UserName="alice")
    for _ in range(2):
        assert "Create AccessKey" in admin.get("/users/alice").links
        ask(people, "CreateAccessKey", UserName="alice")
    page = admin.get("/users/alice")
    assert "A user has at most 2 AccessKeys." in page.text
    assert "Create AccessKey" not in page.links
    refused = admin.send(admin.get("/users/alice/access-keys/create"), "/users/alice/access-keys")
    assert (refused.status, len(keys(people, "alice"))) == (409, 2)


# Who may what

PAGES = [
    "/users",
    "/create-user",
    "/users/admin",
    "/users/admin?tab=groups",
    "/users/admin?tab=permissions",
    "/users/admin/edit",
    "/users/admin/delete",
    "/users/admin/console-logon",
    "/users/admin/access-keys/create",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_administrator_sees_every_page(people: People, path: str, language: str) -> None:
    page = signed_in(people, language=language).get(path)
    assert page.status == 200
    assert page.disabled == set()


@pytest.mark.parametrize("path", PAGES)
def test_who_only_reads_sees_what_cannot_be_done_and_why(people: People, path: str) -> None:
    page = signed_in(people, "reader").get(path)
    assert page.status == 200
    assert page.disabled
    assert "You need ram:" in page.text


@pytest.mark.parametrize("path", [path for path in PAGES if "create" not in path and "console" not in path])
def test_who_has_no_rights_is_told_which_are_missing(people: People, path: str) -> None:
    page = signed_in(people, "nobody").get(path)
    assert page.status == 403
    assert "ram:" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_asked_to(people: People, path: str) -> None:
    assert Person(people.server).get(path).response.url.path == "/sign-in"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/create-user", {"UserName.1": "alice"}),
        ("/users/admin/edit", {"Comments": "x"}),
        ("/users/admin/delete", {"confirm": "admin"}),
        ("/users/admin/access-keys", {}),
        ("/users/admin/console-logon", {"password-kind": "generated"}),
        ("/users/admin/console-logon/delete", {}),
        ("/users/admin/mfa", {}),
    ],
)
def test_a_form_that_somebody_may_not_send_changes_nothing(
    people: People, path: str, form: dict[str, str]
) -> None:
    before = recorded(people)
    reader = signed_in(people, "reader")
    page = reader.get("/users/admin/access-keys/create")
    refused = reader.send(page, "/users/admin/access-keys", form | {"was-Comments": ""}, to=path)
    assert refused.status in {400, 403}
    assert "NoPermission" in refused.text or "authorized" in refused.text
    assert recorded(people) == before


def test_passwords_that_are_made_up_have_every_kind_of_character_and_differ() -> None:
    made = {make_password(os.urandom, 20).reveal() for _ in range(100)}
    assert len(made) == 100
    for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"):
        assert all(re.search(kind, password) for password in made)
    assert {len(password) for password in made} == {20}
