"""Pages about roles, as a browser without scripts sees them: what they write is seen by another client."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from daypass.client import Client, Credentials
from daypass.testing import Server
from tests.console.browsing import OURS, Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, deny, document, trusting

ADMINISTRATOR = document(allow("*"))
RAM = "2015-05-01"
OTHER = "1234567890123456"


class Office:
    """An account with an administrator signed in, and RAM as its root sees it."""

    def __init__(self, server: Server) -> None:
        self.people = People(server)
        self.world = self.people.world
        self.id = self.people.id
        self.people.user("admin", ADMINISTRATOR)
        self.admin = self.signed_in("admin")
        self._client = Client(server.url, self.world.account.root)

    def signed_in(self, name: str, language: str = "en") -> Person:
        person = Person(self.people.server, language)
        person.sign_in(f"{name}@{self.id}", PASSWORD.reveal())
        return person

    def ram(self, action: str, **parameters: str) -> dict[str, Any]:
        answer = self._client.call(RAM, action, parameters)
        assert answer.status == 200, answer.text
        return answer.json()

    def trust_of(self, role: str) -> str:
        text: str = self.ram("GetRole", RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        return text

    def trusted(self, role: str) -> Any:
        (statement,) = json.loads(self.trust_of(role))["Statement"]
        return statement["Principal"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def office(server: Server) -> Office:
    return Office(server)


def _named(office: Office, first: Shown, **fields: str) -> Shown:
    """Go through both steps of Create Role."""
    second = office.admin.send(
        first, "/create-role/name", {name.replace("_", "-"): value for name, value in fields.items()}
    )
    assert second.status == 200, second.text
    return office.admin.send(second, "/create-role", {"RoleName": "reader"})


def test_an_empty_list_leads_to_creating_a_role(office: Office) -> None:
    shown = office.admin.get("/roles")
    assert "No roles yet" in shown.text
    assert shown.links["Create Role"] == "/create-role"


def test_roles_are_listed_and_found_by_part_of_their_name(office: Office) -> None:
    for name in ("reader", "writer"):
        office.world.role(name, trusting(office.world.everyone))
    listed = office.admin.get("/roles")
    assert {"reader", "writer"} <= set(listed.links)
    assert listed.links["reader"] == "/roles/reader"
    found = office.admin.get("/roles?q=READ")
    assert "reader" in found.links
    assert "writer" not in found.links
    assert "No role matches" in office.admin.get("/roles?q=none").text


@pytest.mark.parametrize(
    ("fields", "principal"),
    [
        ({}, {"RAM": ["acs:ram::{own}:root"]}),
        ({"principal_name": "other", "account_id": OTHER}, {"RAM": [f"acs:ram::{OTHER}:root"]}),
        ({"principal_type": "service", "service": "ecs.aliyuncs.com"}, {"Service": ["ecs.aliyuncs.com"]}),
    ],
)
def test_a_role_trusts_whom_the_form_names_and_its_name_comes_last(
    office: Office, fields: dict[str, str], principal: dict[str, list[str]]
) -> None:
    done = _named(office, office.admin.get("/create-role"), **fields)
    assert done.response.url.path == "/roles/reader"
    assert "The role was created." in done.text
    named = {kind: [each.format(own=office.id) for each in names] for kind, names in principal.items()}
    assert office.trusted("reader") == named


def test_a_role_for_an_identity_provider_is_bound_to_its_audience(office: Office) -> None:
    with office.people.database.write() as txn:
        txn.oidc_providers.create(
            office.id,
            "ci",
            issuer_url="https://ci.example.com",
            client_ids=("a",),
            fingerprints=("ab" * 20,),
            issuance_limit_hours=12,
        )
    arn = f"acs:ram::{office.id}:oidc-provider/ci"
    first = office.admin.get("/create-role")
    assert "OIDC: ci" in first.response.text
    done = _named(office, first, principal_type="provider", provider=arn, subject="repo:main")
    assert done.response.url.path == "/roles/reader"
    (statement,) = json.loads(office.trust_of("reader"))["Statement"]
    assert statement["Principal"] == {"Federated": [arn]}
    assert statement["Condition"] == {"StringEquals": {"oidc:sub": "repo:main"}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"principal-name": "other", "account-id": "12"}, "The ID of a cloud account has 16 digits."),
        ({"principal-type": "service", "service": "ecs"}, "Write the name of a service"),
        ({"principal-type": "provider"}, "Choose an identity provider."),
    ],
)
def test_a_form_that_names_nobody_is_shown_again_with_what_is_wrong(
    office: Office, fields: dict[str, str], said: str
) -> None:
    shown = office.admin.send(office.admin.get("/create-role"), "/create-role/name", fields)
    assert shown.status == 400
    assert said in shown.text
    assert dict(shown.form("/create-role/name").fields)["principal-type"] == fields.get(
        "principal-type", "account"
    )


def test_the_review_beside_the_form_says_what_the_trust_policy_means(office: Office) -> None:
    shown = office.admin.get("/create-role")
    assert "Lets every RAM user and role of the account" in shown.text
    chinese = office.signed_in("admin", "zh-CN").get("/create-role")
    assert "允许云账号" in chinese.text


def test_the_policy_editor_takes_over_what_the_form_says_and_creates_from_its_text(office: Office) -> None:
    first = office.admin.get("/create-role")
    form = first.form("/create-role/name")
    values = {**dict(form.fields), "principal-name": "other", "account-id": OTHER}
    edited = Shown(office.admin.client.post("/create-role/editor", data=values, headers=OURS))
    text = dict(edited.form("/create-role/name").fields)["AssumeRolePolicyDocument"]
    assert f"acs:ram::{OTHER}:root" in text
    mine = trusting(f"acs:ram::{office.id}:root", Condition={"StringEquals": {"sts:ExternalId": "é<b>"}})
    second = office.admin.send(edited, "/create-role/name", {"AssumeRolePolicyDocument": mine})
    done = office.admin.send(second, "/create-role", {"RoleName": "reader"})
    assert done.response.url.path == "/roles/reader"
    assert office.trust_of("reader") == mine


def test_a_trust_policy_with_an_error_does_not_get_a_name(office: Office) -> None:
    first = office.admin.get("/create-role")
    edited = Shown(
        office.admin.client.post(
            "/create-role/editor", data=dict(first.form("/create-role/name").fields), headers=OURS
        )
    )
    shown = office.admin.send(edited, "/create-role/name", {"AssumeRolePolicyDocument": "{"})
    assert shown.status == 400
    assert "The trust policy has errors" in shown.text
    assert dict(shown.form("/create-role/name").fields)["AssumeRolePolicyDocument"] == "{"


def test_a_name_that_is_taken_is_asked_for_again_and_nothing_is_lost(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone))
    shown = _named(office, office.admin.get("/create-role"), principal_name="other", account_id=OTHER)
    assert shown.status == 400
    assert "reader" in shown.text
    again = office.admin.send(shown, "/create-role", {"RoleName": "second", "Description": "of books"})
    assert again.response.url.path == "/roles/second"
    assert office.trusted("second") == {"RAM": [f"acs:ram::{OTHER}:root"]}
    assert office.ram("GetRole", RoleName="second")["Role"]["Description"] == "of books"


def test_a_form_sent_twice_creates_one_role(office: Office) -> None:
    second = office.admin.send(office.admin.get("/create-role"), "/create-role/name", {})
    first = office.admin.send(second, "/create-role", {"RoleName": "reader"})
    again = office.admin.send(second, "/create-role", {"RoleName": "reader-2"})
    assert first.response.url.path == "/roles/reader"
    assert "nothing was done a second time" in again.text
    assert [each["RoleName"] for each in office.ram("ListRoles")["Roles"]["Role"]] == ["reader"]


def test_a_role_is_shown_with_its_arn_and_edited(office: Office) -> None:
    arn = office.world.role("reader", trusting(office.world.everyone))
    shown = office.admin.get("/roles/reader")
    assert arn in shown.text
    done = office.admin.send(
        office.admin.get("/roles/reader/edit"),
        "/roles/reader/edit",
        {"Description": "of books", "MaxSessionDuration": "7200"},
    )
    assert "The role was changed." in done.text
    role = office.ram("GetRole", RoleName="reader")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("of books", 7200)
    same = office.admin.send(office.admin.get("/roles/reader/edit"), "/roles/reader/edit")
    assert "Nothing was changed." in same.text


def test_a_permission_is_shown_and_revoked(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone))
    empty = office.admin.get("/roles/reader?tab=permissions")
    assert "No permissions yet" in empty.text
    policy = office.world.grant("Role", "reader", document(allow("iot:*")))
    office.ram("AttachPolicyToRole", RoleName="reader", PolicyType="System", PolicyName="ReadOnlyAccess")
    shown = office.admin.get("/roles/reader?tab=permissions")
    assert {policy, "ReadOnlyAccess"} <= set(shown.links)
    asking = office.admin.get(f"/roles/reader/revoke?type=Custom&policy={policy}&scope={office.id}")
    done = office.admin.send(asking, "/roles/reader/revoke")
    assert "The permission was revoked." in done.text
    left = office.ram("ListPoliciesForRole", RoleName="reader")["Policies"]["Policy"]
    assert [each["PolicyName"] for each in left] == ["ReadOnlyAccess"]


def _previewed(office: Office, text: str, person: Person | None = None) -> tuple[Person, Shown]:
    who = person or office.admin
    editing = who.get("/roles/reader/trust")
    return who, who.send(editing, "/roles/reader/trust/check", {"NewAssumeRolePolicyDocument": text})


def test_a_trust_policy_is_saved_after_its_difference_was_shown(office: Office) -> None:
    office.people.user("alice")
    office.world.role("reader", trusting(office.world.everyone))
    text = trusting(f"acs:ram::{office.id}:user/alice")
    who, preview = _previewed(office, text)
    assert preview.status == 200
    assert "No longer trusted: every RAM user and role" in preview.text
    done = who.send(preview, "/roles/reader/trust")
    assert "The trust policy was saved." in done.text
    assert office.trust_of("reader") == text


def test_of_two_who_edit_the_second_is_shown_the_difference_and_nothing_is_lost(office: Office) -> None:
    office.people.user("second", ADMINISTRATOR)
    office.world.role("reader", trusting(office.world.everyone))
    theirs = trusting(f"acs:ram::{OTHER}:root")
    mine = trusting(f"acs:ram::{office.id}:root", f"acs:ram::{OTHER}:user/eve")
    first, first_preview = _previewed(office, theirs)
    second, second_preview = _previewed(office, mine, office.signed_in("second"))
    first.send(first_preview, "/roles/reader/trust")
    told = second.send(second_preview, "/roles/reader/trust")
    assert told.status == 409
    assert "Somebody else has changed this trust policy" in told.text
    assert office.trust_of("reader") == theirs
    assert dict(told.form("/roles/reader/trust").fields)["NewAssumeRolePolicyDocument"] == mine
    second.send(told, "/roles/reader/trust")
    assert office.trust_of("reader") == mine


def test_of_several_who_save_at_the_same_moment_one_does_and_the_others_are_told(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone))
    texts = [trusting(f"acs:ram::{number:016}:root") for number in range(1, 5)]
    people = [office.signed_in("admin") for _ in texts]
    previews = [_previewed(office, text, who)[1] for text, who in zip(texts, people, strict=True)]
    with ThreadPoolExecutor(len(texts)) as pool:
        done = list(pool.map(lambda who, shown: who.send(shown, "/roles/reader/trust"), people, previews))
    saved = [shown.status for shown in done]
    assert sorted(saved) == [200, 409, 409, 409]
    assert office.trust_of("reader") == texts[saved.index(200)]


def test_a_trust_policy_that_names_nobody_there_is_told_and_kept_in_the_form(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone))
    text = trusting(f"acs:ram::{office.id}:user/ghost")
    who, preview = _previewed(office, text)
    told = who.send(preview, "/roles/reader/trust")
    assert told.status == 400
    assert dict(told.form("/roles/reader/trust/check").fields)["NewAssumeRolePolicyDocument"] == text


def test_the_missing_half_is_shown_and_then_written(office: Office) -> None:
    alice = office.world.user("alice")
    arn = office.world.role("reader", trusting(f"acs:ram::{OTHER}:root"))
    preview = office.admin.get("/roles/reader/admit?user=alice")
    assert "assume-reader" in preview.text
    assert "The trust policy of the role" in preview.text
    assert office.world.assume(alice, arn).status == 403
    done = office.admin.send(preview, "/roles/reader/admit")
    assert "alice can assume the role now." in done.text
    assert office.world.assume(alice, arn).status == 200
    assert office.trusted("reader") == {"RAM": [f"acs:ram::{OTHER}:root", f"acs:ram::{office.id}:user/alice"]}
    again = office.admin.get("/roles/reader/admit?user=alice")
    assert "Nothing is missing" in again.text


def test_the_card_shows_both_halves_and_leads_to_the_missing_one(office: Office) -> None:
    office.world.user("alice", document(allow("sts:AssumeRole")))
    office.world.user("bob")
    arn = office.world.role("reader", trusting(f"acs:ram::{office.id}:user/bob"))
    shown = office.admin.get("/roles/reader")
    assert "Who can assume this role" in shown.text
    leads = {text: href for text, href in shown.links.items() if "missing half" in text}
    assert leads
    principals = httpx.QueryParams({"principal": f"acs:ram::{office.id}:user/alice"})
    preview = office.admin.get(f"/roles/reader/admit?{principals}")
    assert "Their own permission" not in preview.text
    office.admin.send(preview, "/roles/reader/admit")
    second = office.admin.get("/roles/reader/admit?user=bob")
    assert "The trust policy of the role" not in second.text
    office.admin.send(second, "/roles/reader/admit")
    bob = Credentials.of(office.ram("CreateAccessKey", UserName="bob")["AccessKey"])
    assert office.world.assume(bob, arn).status == 200


def test_an_explicit_deny_is_told_instead_of_a_button(office: Office) -> None:
    office.world.user("alice", document(deny("sts:*")))
    office.world.role("reader", trusting(office.world.everyone))
    shown = office.admin.get("/roles/reader/admit?user=alice")
    assert "denies it explicitly" in shown.text
    assert [form for form in shown.forms if form.action == "/roles/reader/admit"] == []


def test_the_policy_that_admits_is_made_once(office: Office) -> None:
    office.world.user("alice")
    office.world.user("bob")
    office.world.role("reader", trusting(office.world.everyone))
    for name in ("alice", "bob"):
        office.admin.send(office.admin.get(f"/roles/reader/admit?user={name}"), "/roles/reader/admit")
    holders = office.ram("ListEntitiesForPolicy", PolicyType="Custom", PolicyName="assume-reader")
    assert {each["UserName"] for each in holders["Users"]["User"]} == {"alice", "bob"}


def test_credentials_of_a_role_are_shown_once_and_work(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone), document(allow("ram:ListUsers")))
    form = office.admin.get("/roles/reader?tab=sessions")
    narrow = document(allow("ram:ListRoles"))
    shown = office.admin.send(form, "/roles/reader/sessions", {"Policy": narrow, "DurationSeconds": "900"})
    assert shown.status == 200, shown.text
    environment = shown.response.text
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "aliyun configure set", "GetCallerIdentity", "Config("):
        assert name in environment
    fields = _secrets(shown)
    session = Credentials.of(fields)
    answer = Client(office.people.server.url, session).call("2015-04-01", "GetCallerIdentity", {})
    assert answer.json()["Arn"] == f"acs:ram::{office.id}:assumed-role/reader/admin"
    denied = Client(office.people.server.url, session).call(RAM, "ListUsers", {})
    assert denied.json()["AccessDeniedDetail"]["PolicyType"] == "SessionPolicy"
    assert fields["AccessKeySecret"] not in office.admin.get("/roles/reader?tab=sessions").response.text


def _secrets(shown: Shown) -> dict[str, str]:
    text = shown.response.text
    found = {}
    for line in text.splitlines():
        for name, member in (
            ("ACCESS_KEY_ID", "AccessKeyId"),
            ("ACCESS_KEY_SECRET", "AccessKeySecret"),
            ("SECURITY_TOKEN", "SecurityToken"),
        ):
            start = f"export ALIBABA_CLOUD_{name}="
            if start in line:
                found[member] = line.rpartition(start)[2].strip().strip("'")
    return found


def test_a_session_that_is_refused_is_explained_in_the_form(office: Office) -> None:
    office.people.user("alice", READER)
    office.world.role("reader", trusting(office.world.everyone))
    alice = office.signed_in("alice")
    shown = alice.get("/roles/reader?tab=sessions")
    assert "Use this role" in shown.disabled
    wrong = office.admin.send(
        office.admin.get("/roles/reader?tab=sessions"), "/roles/reader/sessions", {"Policy": "{"}
    )
    assert wrong.status == 400
    assert "grammar" in wrong.text


def test_a_role_is_deleted_with_its_permissions_once_its_name_is_typed(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone), document(allow("iot:*")))
    asking = office.admin.get("/roles/reader/delete")
    assert "These permissions are revoked first:" in asking.text
    wrong = office.admin.send(asking, "/roles/reader/delete", {"confirm": "writer"})
    assert wrong.status == 400
    assert office.ram("GetRole", RoleName="reader")["Role"]
    done = office.admin.send(wrong, "/roles/reader/delete", {"confirm": "reader"})
    assert "The role was deleted." in done.text
    assert office.ram("ListRoles")["Roles"]["Role"] == []


def test_what_a_reader_may_not_do_is_there_and_disabled(office: Office) -> None:
    office.people.user("reader", READER)
    office.world.role("librarian", trusting(office.world.everyone))
    reader = office.signed_in("reader")
    assert "Create Role" in reader.get("/roles").disabled
    assert {"Edit", "Delete"} <= reader.get("/roles/librarian").disabled
    assert "Grant Permission" in reader.get("/roles/librarian?tab=permissions").disabled
    shown = reader.get("/create-role")
    assert "OK" in shown.disabled
    refused = reader.client.post(
        "/roles/librarian/delete",
        data={
            **dict(reader.get("/roles/librarian/delete").form("/roles/librarian/delete").fields),
            "confirm": "librarian",
        },
        headers=OURS,
    )
    assert "librarian" in refused.text
    assert office.ram("GetRole", RoleName="librarian")["Role"]


def test_hostile_names_and_texts_are_shown_as_text(office: Office) -> None:
    evil = "<script>alert(1)</script>\"'"
    office.world.role("reader", trusting(office.world.everyone))
    office.ram("UpdateRole", RoleName="reader", NewDescription=evil)
    for path in ("/roles", "/roles/reader", "/roles/reader/edit", "/roles/reader?tab=trust"):
        assert "<script>alert" not in office.admin.get(path).response.text
    shown = office.admin.get("/roles/reader/admit?user=%3Cscript%3Ealert(1)%3C/script%3E")
    assert shown.status == 400
    assert "<script>alert" not in shown.response.text


def _texts(shown: Shown) -> dict[str, str]:
    """Return what the page shows to be run, by its heading."""
    found = re.findall(
        r"<figcaption>([^<]+)<.*?<pre tabindex=\"0\"><code>(.*?)</code>", shown.response.text, re.DOTALL
    )
    return {heading.strip(): html.unescape(text) for heading, text in found}


def test_what_is_shown_to_be_run_with_the_credentials_runs(office: Office) -> None:
    office.world.role("reader", trusting(office.world.everyone))
    form = office.admin.get("/roles/reader?tab=sessions")
    texts = _texts(office.admin.send(form, "/roles/reader/sessions", {"RoleSessionName": "me"}))
    arn = f"acs:ram::{office.id}:assumed-role/reader/me"
    commands = f"{texts['Environment']}daypass sts GetCallerIdentity\n{texts['Command Line']}"
    binaries = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": "/nonexistent",
    }
    shell = subprocess.run(["sh", "-ec", commands], env=binaries, capture_output=True, text=True, check=True)
    assert shell.stdout.count(arn) == 2
    program = subprocess.run(
        [sys.executable, "-c", texts["Python SDK"]], capture_output=True, text=True, check=True
    )
    assert program.stdout.strip() == arn
    assert texts["Profile of the aliyun command line"].startswith("aliyun configure set --profile reader ")
