"""Who is signed in to the console where, and signing them out."""

from __future__ import annotations

import pytest

from daypass.testing import Server
from tests.console.people import HERE, PASSWORD, READER, People
from tests.world import allow, deny, document

ADMINISTRATOR = document(allow("*"))


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


def sessions(people: People, name: str = "alice") -> list[dict[str, object]]:
    who = people.signed_in(name)
    found: list[dict[str, object]] = people.call(who, "Daypass", "ListConsoleSessions")["ConsoleSessions"][
        "ConsoleSession"
    ]
    return found


def test_a_user_sees_his_own_sessions_and_which_one_asks(people: People) -> None:
    people.user("alice")
    people.user("bob")
    people.cookie("bob")
    first = people.signed_in("alice")
    found = sessions(people)
    assert [session["IsCurrent"] for session in found].count(True) == 1
    assert {session["SessionId"] for session in found} > {first.session_id}
    assert len(found) == 2
    assert {session["SourceIp"] for session in found} == {"127.0.0.1"}
    assert {session["UserAgent"] for session in found} == {"a browser"}
    assert "token" not in str(found).lower()


def test_a_user_ends_one_of_his_sessions_or_all(people: People) -> None:
    people.user("alice")
    cookies = [people.cookie("alice") for _ in range(3)]
    here, other, third = (people.who(cookie) for cookie in cookies)
    assert here is not None
    assert other is not None
    assert third is not None
    answer = people.call(here, "Daypass", "EndConsoleSessions", SessionId=other.session_id)
    assert answer["Ended"] == 1
    assert [people.who(cookie) is not None for cookie in cookies] == [True, False, True]
    again = people.refused(here, "Daypass", "EndConsoleSessions", SessionId=other.session_id)
    assert again.code == "EntityNotExist.ConsoleSession"
    assert people.call(here, "Daypass", "EndConsoleSessions")["Ended"] == 2
    assert [people.who(cookie) for cookie in cookies] == [None] * 3


def test_nobody_ends_the_sessions_of_another_without_the_permission(people: People) -> None:
    people.user("alice")
    people.user("bob", READER)
    people.user("admin", ADMINISTRATOR)
    cookie = people.cookie("alice")
    alice = people.who(cookie)
    assert alice is not None
    bob = people.signed_in("bob")
    for named in ({"UserName": "alice"}, {"UserName": "alice", "SessionId": alice.session_id}):
        assert people.refused(bob, "Daypass", "EndConsoleSessions", **named).code == "NoPermission"
    assert people.refused(bob, "Daypass", "ListConsoleSessions", UserName="alice").code == "NoPermission"
    missing = people.refused(bob, "Daypass", "EndConsoleSessions", SessionId=alice.session_id)
    assert missing.code == "EntityNotExist.ConsoleSession"
    assert people.who(cookie) is not None
    admin = people.signed_in("admin")
    assert people.call(admin, "Daypass", "EndConsoleSessions", UserName="alice")["Ended"] == 1
    assert people.who(cookie) is None
    assert people.refused(admin, "Daypass", "EndConsoleSessions", UserName="nobody").code == (
        "EntityNotExist.User"
    )


def test_a_policy_may_deny_even_what_is_ones_own(people: People) -> None:
    people.user("alice", document(deny("daypass:*")))
    who = people.signed_in("alice")
    assert people.refused(who, "Daypass", "ListConsoleSessions").code == "NoPermission"


def test_sign_ins_that_are_not_over_are_no_sessions(people: People) -> None:
    people.user("alice")
    people.user("bob", password_reset_required=True)
    people.run(people.door.sign_in(f"bob@{people.id}", PASSWORD, HERE))
    root = people.root()
    answer = people.call(root, "Daypass", "ListConsoleSessions", UserName="bob")
    assert answer["ConsoleSessions"]["ConsoleSession"] == []
    own = people.call(root, "Daypass", "ListConsoleSessions")["ConsoleSessions"]["ConsoleSession"]
    assert [session["SessionId"] for session in own] == [root.session_id]
