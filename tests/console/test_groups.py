"""Groups and who is in them, as somebody without scripts sees and changes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daypass.client import Client
from daypass.testing import Server
from tests.console.browsing import OURS, Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, document

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    people.user("reader", READER)
    people.user("nobody")
    for name in ("alice", "bob"):
        ask(people, "CreateUser", UserName=name)
    ask(people, "CreateGroup", GroupName="devs", Comments=HOSTILE)
    return people


@pytest.fixture
def admin(people: People) -> Person:
    return signed_in(people)


def signed_in(people: People, name: str = "admin", language: str = "en") -> Person:
    person = Person(people.server, language)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    return person


def ask(people: People, action: str, **parameters: str) -> dict[str, Any]:
    """Call an operation of RAM as the account, past the console."""
    return Client(people.server.url, people.world.account.root).call("2015-05-01", action, parameters).json()


def groups(people: People) -> list[str]:
    return [each["GroupName"] for each in ask(people, "ListGroups")["Groups"]["Group"]]


def members(people: People, group: str) -> list[str]:
    return [each["UserName"] for each in ask(people, "ListUsersForGroup", GroupName=group)["Users"]["User"]]


def tick(person: Person, shown: Shown, action: str, ticked: list[tuple[str, str]], to: str = "") -> Shown:
    """Send a form with boxes ticked, several of one name."""
    fields = [*shown.form(action).fields, *ticked]
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    return Shown(person.client.post(to or action, data=sent, headers=OURS))


def test_groups_are_listed_and_found_by_name_and_notes(people: People, admin: Person) -> None:
    ask(people, "CreateGroup", GroupName="ops", Comments="night shift")
    page = admin.get("/groups")
    assert page.links["devs"] == "/groups/devs"
    assert HOSTILE in page.text
    assert "<script>alert" not in page.response.text
    assert "ops" in admin.get("/groups?q=NIGHT").links
    assert "devs" not in admin.get("/groups?q=NIGHT").links
    assert "No group matches" in admin.get("/groups?q=none-such").text


def test_an_account_without_groups_is_led_to_the_first(people: People, admin: Person) -> None:
    ask(people, "DeleteGroup", GroupName="devs")
    page = admin.get("/groups")
    assert "No groups yet" in page.text
    assert page.links["Create Group"] == "/create-group"


def test_a_group_is_created_once_however_often_the_form_is_sent(people: People, admin: Person) -> None:
    form = admin.get("/create-group")
    page = admin.send(form, "/create-group", {"GroupName": "ops", "Comments": "notes"})
    assert page.title == "ops · daypass"
    assert "The group was created." in page.text
    assert "sent already" in admin.send(form, "/create-group", {"GroupName": "ops-2"}).text
    assert groups(people) == ["devs", "ops"]


@pytest.mark.parametrize("name", ["", "devs", "a b", HOSTILE, "x" * 65])
def test_a_group_that_cannot_be_is_refused_and_the_form_kept(
    people: People, admin: Person, name: str
) -> None:
    page = admin.send(admin.get("/create-group"), "/create-group", {"GroupName": name, "Comments": "kept"})
    assert page.status == 400
    assert dict(page.form("/create-group").fields)["Comments"] == "kept"
    assert groups(people) == ["devs"]


def test_a_group_is_renamed_and_its_notes_stay(people: People, admin: Person) -> None:
    page = admin.send(admin.get("/groups/devs/edit"), "/groups/devs/edit", {"GroupName": "developers"})
    assert page.title == "developers · daypass"
    assert ask(people, "GetGroup", GroupName="developers")["Group"]["Comments"] == HOSTILE
    unchanged = admin.send(admin.get("/groups/developers/edit"), "/groups/developers/edit")
    assert "Nothing was changed." in unchanged.text
    wrong = admin.send(admin.get("/groups/developers/edit"), "/groups/developers/edit", {"GroupName": "a b"})
    assert (wrong.status, groups(people)) == (400, ["developers"])


def test_several_users_are_put_into_several_groups_at_once(people: People, admin: Person) -> None:
    ask(people, "CreateGroup", GroupName="ops")
    ask(people, "AddUserToGroup", UserName="bob", GroupName="ops")
    page = admin.get("/add-to-group?principal=User:alice&principal=User:bob")
    ticked = [("group", "devs"), ("group", "ops")]
    done = tick(admin, page, "/add-to-group", ticked)
    assert "The users are in the groups now." in done.text
    assert members(people, "devs") == members(people, "ops") == ["alice", "bob"]


def test_users_are_looked_for_and_those_already_ticked_stay_so(admin: Person) -> None:
    page = admin.get("/add-to-group?group=devs&principal=User:alice")
    found = admin.send(page, "/add-to-group", {"who": "bo"}, to="/add-to-group/find")
    fields = found.form("/add-to-group").fields
    assert ("principal", "User:alice") in fields
    assert ("group", "devs") in fields
    assert "bob" in found.text
    assert "nobody" in found.text
    assert "reader" not in found.text.partition("Users")[2]


def test_nobody_chosen_is_told(admin: Person) -> None:
    page = admin.send(admin.get("/add-to-group"), "/add-to-group")
    assert page.status == 400
    assert "Choose at least one user and one group." in page.text
    gone = admin.send(admin.get("/add-to-group?principal=User:none&group=devs"), "/add-to-group")
    assert gone.status == 400
    assert "There is no user none." in gone.text


@pytest.mark.parametrize("from_user", [True, False])
def test_members_are_taken_out_after_a_question(people: People, admin: Person, from_user: bool) -> None:
    for name in ("alice", "bob"):
        ask(people, "AddUserToGroup", UserName=name, GroupName="devs")
    path = "/users/alice/groups" if from_user else "/groups/devs/members"
    shown = admin.get("/users/alice?tab=groups" if from_user else "/groups/devs")
    ticked = [("group", "devs")] if from_user else [("user", "alice"), ("user", "bob")]
    asked = tick(admin, shown, f"{path}/remove", ticked)
    assert members(people, "devs") == ["alice", "bob"]
    assert "alice" in asked.text
    done = admin.send(asked, f"{path}/removed") if from_user else tick(admin, asked, f"{path}/removed", [])
    assert "Removed from the group." in done.text
    assert members(people, "devs") == (["bob"] if from_user else [])


def test_nobody_ticked_is_taken_out(people: People, admin: Person) -> None:
    ask(people, "AddUserToGroup", UserName="alice", GroupName="devs")
    page = admin.send(admin.get("/groups/devs"), "/groups/devs/members/remove")
    assert "Choose somebody first." in page.text
    assert members(people, "devs") == ["alice"]


def test_deleting_a_group_shows_what_goes_with_it_and_asks_for_its_name(
    people: People, admin: Person
) -> None:
    ask(people, "AddUserToGroup", UserName="alice", GroupName="devs")
    people.world.grant("Group", "devs", document(allow("iot:*")))
    form = admin.get("/groups/devs/delete")
    assert "alice" in form.text
    wrong = admin.send(form, "/groups/devs/delete", {"confirm": "ops"})
    assert (wrong.status, groups(people)) == (400, ["devs"])
    done = admin.send(wrong, "/groups/devs/delete", {"confirm": "devs"})
    assert "The group was deleted." in done.text
    assert groups(people) == []
    assert ask(people, "GetUser", UserName="alice")["User"]["UserName"] == "alice"


def test_a_permission_of_a_group_is_revoked_where_it_is_shown(people: People, admin: Person) -> None:
    people.world.grant("Group", "devs", document(allow("iot:*")))
    asked = admin.get(admin.get("/groups/devs?tab=permissions").links["Revoke"])
    done = admin.send(asked, "/groups/devs/revoke")
    assert "The permission was revoked." in done.text
    assert ask(people, "ListPoliciesForGroup", GroupName="devs")["Policies"]["Policy"] == []


PAGES = [
    "/groups",
    "/create-group",
    "/groups/devs",
    "/groups/devs?tab=permissions",
    "/groups/devs/edit",
    "/groups/devs/delete",
    "/add-to-group",
]


@pytest.mark.parametrize("path", PAGES)
def test_each_persona_sees_what_it_may(people: People, path: str) -> None:
    for language in ("en", "zh-CN"):
        page = signed_in(people, language=language).get(path)
        assert (page.status, page.disabled) == (200, set())
    reads = signed_in(people, "reader").get(path)
    assert reads.status == 200
    assert reads.disabled
    assert "You need ram:" in reads.text
    assert Person(people.server).get(path).response.url.path == "/sign-in"
    if path not in {"/create-group", "/add-to-group"}:
        assert signed_in(people, "nobody").get(path).status == 403


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/create-group", {"GroupName": "ops"}),
        ("/groups/devs/edit", {"GroupName": "ops"}),
        ("/groups/devs/delete", {"confirm": "devs"}),
        ("/groups/devs/members/removed", {"user": "alice"}),
        ("/add-to-group", {"principal": "User:bob", "group": "devs"}),
    ],
)
def test_a_form_that_somebody_may_not_send_changes_nothing(
    people: People, path: str, form: dict[str, str]
) -> None:
    ask(people, "AddUserToGroup", UserName="alice", GroupName="devs")
    reader = signed_in(people, "reader")
    refused = reader.send(reader.get("/create-group"), "/create-group", form, to=path)
    assert refused.status in {400, 403}
    assert (groups(people), members(people, "devs")) == (["devs"], ["alice"])


@pytest.mark.parametrize("path", ["/groups/none", "/groups/none/edit", "/groups/none/delete"])
def test_a_group_that_is_not_there_is_not_found(admin: Person, path: str) -> None:
    assert admin.get(path).status == 404
