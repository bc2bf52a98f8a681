"""What the policy editor asks of the server: reviews of texts, good and bad, and what there is to suggest."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

import pytest

from daypass.console.policy_editor import difference
from daypass.testing import Server
from tests.console.browsing import OURS, Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, document

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = document(allow("iot:Query*"))
WRITE = document(allow("iot:*"))
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    people.user("reader", READER)
    people.user("nobody")
    admin = people.signed_in("admin")
    people.call(admin, "Ram", "CreatePolicy", PolicyName="iot", PolicyDocument=READ)
    attached = {"PolicyName": "iot", "PolicyType": "Custom", "UserName": "reader"}
    people.call(admin, "Ram", "AttachPolicyToUser", **attached)
    return people


def signed_in(people: People, name: str = "admin", language: str = "en") -> Person:
    person = Person(people.server, language)
    person.sign_in(f"{name}@{people.id}", PASSWORD.reveal())
    return person


def asked(person: Person, path: str, **sent: str) -> Shown:
    """Ask what the editor's scripts ask."""
    sent["form_token"] = dict(person.get("/roles").form("/preferences").fields)["form_token"]
    return Shown(person.client.post(path, data=sent, headers={**OURS, "X-Fragment": "1"}))


def reviewed(person: Person, text: str, query: str = "kind=Identity") -> Shown:
    return asked(person, f"/policy-review?{query}", PolicyDocument=text)


def test_a_review_says_what_a_policy_means(people: People) -> None:
    shown = reviewed(signed_in(people), READ)
    assert shown.status == 200
    assert "What this means" in shown.text
    assert "Allows actions of iot that begin with Query on every resource." in shown.text
    assert "<html" not in shown.response.text


def test_the_printed_sample_is_caught_and_its_fix_lets_the_role_be_assumed(people: People) -> None:
    role = f"acs:ram::{people.id}:role/iotstsrole"
    shown = reviewed(signed_in(people), document(allow("iot:QueryProduct", role)))
    fix = re.search(r'data-fix name="fix" value="([^"]*)"', shown.response.text)
    assert fix is not None
    assert json.loads(html.unescape(fix[1]))["Statement"] == [allow("sts:AssumeRole", role)]


@pytest.mark.parametrize(
    ("text", "line"), [("{", 1), ('{\n"Version": "2"}', 2), (document({"Effect": "Permit"}), 1)]
)
def test_a_text_that_would_be_refused_is_told_its_line(people: People, text: str, line: int) -> None:
    shown = reviewed(signed_in(people), text)
    assert shown.status == 200
    assert f'data-line="{line}" data-severity="error"' in shown.response.text


def test_nothing_to_review_is_said_to_be_nothing(people: People) -> None:
    assert "Write a policy to see what it means." in reviewed(signed_in(people), " \n").text


def test_a_text_that_is_far_too_long_is_told_so(people: People) -> None:
    shown = reviewed(signed_in(people), "[" * 30_000)
    assert shown.status == 200
    assert "20480" in shown.text


def test_hostile_texts_stay_texts(people: People) -> None:
    shown = reviewed(signed_in(people), document(allow(HOSTILE, HOSTILE)))
    assert HOSTILE in shown.text
    assert HOSTILE not in shown.response.text


def test_a_review_says_what_a_new_version_changes_and_for_whom(people: People) -> None:
    shown = reviewed(signed_in(people), WRITE, "kind=Identity&policy=iot")
    assert "Gained" in shown.text
    assert "reader User all of these changes" in shown.text
    same = reviewed(signed_in(people), READ, "kind=Identity&policy=iot")
    assert "Nobody gains or loses anything." in same.text


def test_whoever_may_not_see_what_is_replaced_sees_the_rest(people: People) -> None:
    shown = reviewed(signed_in(people, "nobody"), WRITE, "kind=Identity&policy=iot")
    assert "You may not see what changes" in shown.text
    assert "Gained" not in shown.text
    assert "Allows every action of iot" in shown.text


def test_a_trust_policy_is_reviewed_as_one(people: People) -> None:
    trust = json.dumps(
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
    )
    shown = reviewed(signed_in(people), trust, "kind=Trust")
    assert 'data-severity="error"' in shown.response.text
    assert "Principal" in shown.text


def test_a_review_is_in_the_users_language(people: People) -> None:
    shown = reviewed(signed_in(people, language="zh-CN"), WRITE)
    assert "检查结果" in shown.text


def test_a_review_without_a_forms_token_is_refused(people: People) -> None:
    person = signed_in(people)
    answer = person.client.post("/policy-review?kind=Identity", data={"PolicyDocument": READ}, headers=OURS)
    assert answer.status_code == 403


def test_suggestions_name_actions_arns_keys_and_principals_of_the_account(people: People) -> None:
    known = asked(signed_in(people), "/policy-known").response.json()
    assert {"value": "iot"} in known["services"]
    query = next(each for each in known["actions"]["iot"] if each["value"] == "iot:QueryProduct")
    assert query["level"] == "read"
    assert f"acs:iot:*:{people.id}:product/*" in [each["value"] for each in known["arns"]["iot"]]
    assert {"value": "acs:SourceIp"} in known["keys"]
    assert {"value": f"acs:ram::{people.id}:user/reader"} in known["principals"]["RAM"]


def test_whoever_may_list_nothing_is_suggested_no_names(people: People) -> None:
    known = asked(signed_in(people, "nobody"), "/policy-known").response.json()
    assert known["principals"]["RAM"] == [{"value": f"acs:ram::{people.id}:root"}]
    assert known["principals"]["Federated"] == []
    assert known["actions"]["iot"]


OLD = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl"


@pytest.mark.parametrize(
    ("old", "new", "kinds", "added", "removed"),
    [
        ("a", "a", [], 0, 0),
        ("a\nb", "a\nb\nc", ["same", "same", "new"], 1, 0),
        ("a\nb", "a", ["same", "gone"], 0, 1),
        ('"x": 1', '"x": 2', ["gone", "new"], 1, 1),
        (OLD, OLD.replace("l", "m"), ["gap", *["same"] * 3, "gone", "new"], 1, 1),
        (OLD, OLD.replace("a\n", "z\n"), ["gone", "new", *["same"] * 3, "gap"], 1, 1),
    ],
)
def test_a_difference_is_told_line_by_line(
    old: str, new: str, kinds: list[str], added: int, removed: int
) -> None:
    found = difference(old, new)
    assert [row.kind for row in found.rows] == kinds
    assert (found.added, found.removed) == (added, removed)
    assert bool(found) == (old != new)


def test_a_line_that_was_changed_is_marked_where_it_was() -> None:
    gone, new = difference('"Action": "iot:Get"', '"Action": "iot:List"').rows
    assert ("Get", True) in gone.parts
    assert ("List", True) in new.parts
    assert "".join(text for text, _ in gone.parts) == '"Action": "iot:Get"'
    assert (gone.old, gone.new, new.old, new.new) == (1, 0, 0, 1)
