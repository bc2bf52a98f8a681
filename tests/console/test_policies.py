"""Policies, as somebody without scripts finds, makes, changes and deletes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from daypass.client import Client
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, document

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"
READ = document(allow("iot:Query*"))
WRITE = document(allow("iot:*"))
LIST = document(allow("iot:List*"))
IOT = "/policies/Custom/iot"
EDIT = f"{IOT}/edit"
PREVIEW = f"{IOT}/edit/preview"
AGAIN = f"{IOT}/edit/review"


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
    ask(people, "CreatePolicy", PolicyName="iot", PolicyDocument=READ, Description=HOSTILE)
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
    answer = Client(people.server.url, people.world.account.root).call("2015-05-01", action, parameters)
    return answer.json()


def in_force(people: People, name: str = "iot") -> str:
    answer = ask(people, "GetPolicy", PolicyType="Custom", PolicyName=name)
    return str(answer["DefaultPolicyVersion"]["PolicyDocument"])


def versions(people: People, name: str = "iot") -> dict[str, str]:
    answer = ask(people, "ListPolicyVersions", PolicyType="Custom", PolicyName=name)
    found = answer["PolicyVersions"]["PolicyVersion"]
    return {version["VersionId"]: version["PolicyDocument"] for version in found}


def give(people: People, user: str = "reader", name: str = "iot") -> None:
    ask(people, "AttachPolicyToUser", PolicyType="Custom", PolicyName=name, UserName=user)


def held(people: People, user: str = "reader") -> list[str]:
    answer = ask(people, "ListPoliciesForUser", UserName=user)
    return [each["PolicyName"] for each in answer["Policies"]["Policy"]]


def test_policies_are_listed_by_type_and_found_by_name_and_description(admin: Person) -> None:
    every = admin.get("/policies")
    assert every.links["AdministratorAccess"] == "/policies/System/AdministratorAccess"
    custom = admin.get("/policies?type=Custom")
    assert custom.links["iot"] == IOT
    assert HOSTILE in custom.text
    assert "<script>alert" not in custom.response.text
    assert "AdministratorAccess" not in custom.links
    system = admin.get("/policies?type=System&q=iotread")
    assert "iot" not in system.links
    assert "AliyunIOTReadOnlyAccess" in system.links
    assert "No policy matches" in admin.get("/policies?type=Custom&q=none-such").text


def test_a_long_list_goes_on_page_by_page_within_its_type(people: People, admin: Person) -> None:
    with people.database.write() as txn:
        for number in range(60):
            txn.policies.create(people.id, f"made-{number:02}", READ)
    first = admin.get("/policies?type=Custom")
    second = admin.get(first.links["Next page"])
    names = [name for page in (first, second) for name in page.links if name.startswith("made-")]
    assert sorted(names) == [f"made-{number:02}" for number in range(60)]
    assert second.links["First page"] == "/policies?type=Custom"


def test_a_policy_is_created_exactly_as_written(people: People, admin: Person) -> None:
    text = '{ "Version":"1",\n\t"Statement": [{"Effect":"Allow","Action":"iot:*","Resource":"*"}] }'
    values = {"PolicyDocument": text, "PolicyName": "exact", "Description": HOSTILE}
    made = admin.send(admin.get("/policies/create"), "/policies/create", values)
    assert made.response.url.path == "/policies/Custom/exact"
    assert "The policy was created." in made.text
    assert HOSTILE in made.text
    assert in_force(people, "exact") == text


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ({"PolicyName": "x", "PolicyDocument": '{"Version": "2"}'}, 400, "Version"),
        ({"PolicyName": "x", "PolicyDocument": "{"}, 400, "it is not JSON"),
        ({"PolicyName": "x", "PolicyDocument": ""}, 400, "PolicyDocument"),
        ({"PolicyName": "iot", "PolicyDocument": READ}, 409, "iot"),
        ({"PolicyName": "", "PolicyDocument": READ}, 400, "PolicyName"),
        ({"PolicyName": "a b", "PolicyDocument": READ}, 400, "PolicyName"),
        ({"PolicyName": "x", "PolicyDocument": READ + " " * 6144}, 400, "6144"),
        ({"PolicyName": "x", "PolicyDocument": READ, "Description": "d" * 1025}, 400, "Description"),
    ],
)
def test_what_cannot_be_created_is_told_and_stays_in_the_form(
    admin: Person, values: dict[str, str], status: int, told: str
) -> None:
    shown = admin.send(admin.get("/policies/create"), "/policies/create", {"Description": "kept", **values})
    assert shown.status == status
    assert told in shown.text
    fields = dict(shown.form("/policies/create").fields)
    assert {name: fields[name] for name in values} == values


def test_the_printed_sample_is_caught_and_fixed_without_scripts(people: People, admin: Person) -> None:
    arn = f"acs:ram::{people.id}:role/iotstsrole"
    printed = document(allow("iot:QueryProduct", arn))
    values = {"PolicyDocument": printed, "PolicyName": "step-4"}
    reviewed = review(admin, admin.get("/policies/create"), values, "Review")
    fixed = review(admin, reviewed, {}, "Fix")
    fields = dict(fixed.form("/policies/create").fields)
    assert json.loads(fields["PolicyDocument"])["Statement"] == [allow("sts:AssumeRole", arn)]
    assert fields["PolicyName"] == "step-4"
    admin.send(fixed, "/policies/create")
    assert in_force(people, "step-4") == fields["PolicyDocument"]


def review(person: Person, shown: Shown, values: dict[str, str], button: str) -> Shown:
    """Press a button of the create form that does not create."""
    form = shown.form("/policies/create")
    sent = {**dict(form.fields), **values, **dict([form.buttons[button]])}
    sent.pop("", None)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    return Shown(person.client.post("/policies/create/review", data=sent, headers=headers))


def test_a_policy_is_imported_from_a_system_policy_or_ones_own(people: People, admin: Person) -> None:
    ask(people, "CreatePolicy", PolicyName="mine", PolicyDocument=WRITE)
    shown = admin.get("/policies/create?from=Custom/mine")
    assert dict(shown.form("/policies/create").fields)["PolicyDocument"] == WRITE
    values = {"import": "AliyunIOTReadOnlyAccess", "PolicyName": "kept"}
    taken = review(admin, shown, values, "Import")
    fields = dict(taken.form("/policies/create").fields)
    assert "iot:Query*" in fields["PolicyDocument"]
    assert fields["PolicyName"] == "kept"
    missing = review(admin, taken, {"import": "None/Such"}, "Import")
    kept = dict(missing.form("/policies/create").fields)
    assert kept["PolicyDocument"] == fields["PolicyDocument"]
    assert "There is no System policy Such." in missing.text


def test_a_form_that_is_sent_twice_creates_once(people: People, admin: Person) -> None:
    form = admin.get("/policies/create")
    values = {"PolicyDocument": READ, "PolicyName": "once"}
    admin.send(form, "/policies/create", values)
    ask(people, "DeletePolicy", PolicyName="once")
    again = admin.send(form, "/policies/create", values)
    assert "sent already" in again.text
    assert "once" not in admin.get("/policies?type=Custom").links


def test_a_policy_shows_its_text_its_meaning_and_its_facts(people: People, admin: Person) -> None:
    give(people)
    shown = admin.get(IOT)
    assert READ in shown.text
    assert "Allows actions of iot that begin with Query on every resource." in shown.text
    assert f"acs:ram:*:{people.id}:policy/iot" in shown.text
    assert "Attachments 1" in shown.text
    system = admin.get("/policies/System/AliyunIOTReadOnlyAccess")
    assert system.status == 200
    assert "Edit Policy" not in system.links


@pytest.mark.parametrize("path", ["/policies/Custom/none", "/policies/Other/iot", "/policies/custom/iot"])
def test_a_policy_that_does_not_exist_has_no_page(admin: Person, path: str) -> None:
    assert admin.get(path).status == 404


def edited(person: Person, text: str, form: Shown | None = None, **more: str) -> Shown:
    """Go from the editor to the preview of what would be saved."""
    return person.send(form or person.get(EDIT), PREVIEW, {"PolicyDocument": text, **more})


def test_an_edit_is_compared_reviewed_and_saved_as_the_version_in_force(
    people: People, admin: Person
) -> None:
    give(people)
    preview = edited(admin, WRITE)
    assert versions(people) == {"v1": READ}
    assert "Changes of v1" in preview.text
    assert "removed:" in preview.text
    assert "reader User all of these changes" in preview.text
    saved = admin.send(preview, EDIT)
    assert "The new version was saved." in saved.text
    assert versions(people) == {"v1": READ, "v2": WRITE}
    assert in_force(people) == WRITE


def test_a_version_can_be_saved_without_coming_in_force(people: People, admin: Person) -> None:
    form = admin.get(EDIT)
    fields = dict(form.form(PREVIEW).fields)
    assert fields.pop("default") == "true"
    form.form(PREVIEW).fields[:] = list(fields.items())
    admin.send(edited(admin, WRITE, form), EDIT)
    assert in_force(people) == READ
    assert versions(people)["v2"] == WRITE


def test_the_preview_leads_back_to_the_editor_with_the_text(admin: Person) -> None:
    preview = edited(admin, WRITE)
    fields = dict(preview.form(EDIT).fields)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    back = Shown(admin.client.post(AGAIN, data=fields, headers=headers))
    assert dict(back.form(PREVIEW).fields)["PolicyDocument"] == WRITE


def test_a_text_that_ram_refuses_stays_in_the_editor(people: People, admin: Person) -> None:
    preview = edited(admin, '{"Version": "2"}')
    shown = admin.send(preview, EDIT)
    assert shown.status == 400
    assert dict(shown.form(PREVIEW).fields)["PolicyDocument"] == '{"Version": "2"}'
    assert versions(people) == {"v1": READ}


def test_saving_what_is_in_force_changes_nothing(people: People, admin: Person) -> None:
    shown = admin.send(edited(admin, READ), EDIT)
    assert "Nothing was changed." in shown.text
    assert versions(people) == {"v1": READ}


@pytest.mark.parametrize("late", ["at the preview", "at the save"])
def test_a_lost_race_shows_both_changes_and_loses_nothing(people: People, late: str) -> None:
    people.user("second", document(allow("*")))
    first, second = signed_in(people), signed_in(people, "second")
    form = second.get(EDIT)
    preview = edited(second, LIST, form)
    first.send(edited(first, WRITE), EDIT)
    lost = second.send(preview, EDIT) if late == "at the save" else edited(second, LIST, form)
    assert lost.status == 409
    assert "What they changed, from v1 to v2" in lost.text
    assert "What your text would change of v2" in lost.text
    assert versions(people) == {"v1": READ, "v2": WRITE}
    assert dict(lost.form(EDIT).fields)["PolicyDocument"] == LIST
    saved = second.send(lost, EDIT)
    assert "The new version was saved." in saved.text
    assert versions(people) == {"v1": READ, "v2": WRITE, "v3": LIST}


def test_a_sixth_version_is_refused_or_takes_the_oldest_ones_place(people: People, admin: Person) -> None:
    for action in ("a", "b", "c", "d"):
        ask(people, "CreatePolicyVersion", PolicyName="iot", PolicyDocument=document(allow(f"iot:{action}")))
    refused = admin.send(edited(admin, WRITE), EDIT)
    assert refused.status == 409
    assert dict(refused.form(PREVIEW).fields)["PolicyDocument"] == WRITE
    admin.send(edited(admin, WRITE, refused, rotate="true"), EDIT)
    assert in_force(people) == WRITE
    assert sorted(versions(people)) == ["v1", "v3", "v4", "v5", "v6"]


def test_versions_are_compared_put_in_force_restored_and_deleted(people: People, admin: Person) -> None:
    ask(people, "CreatePolicyVersion", PolicyName="iot", PolicyDocument=WRITE)
    compared = admin.get(f"{IOT}?tab=versions&old=v1&new=v2")
    assert "From v1 to v2" in compared.text
    assert "removed:" in compared.text
    asked = admin.get(f"{IOT}/versions/v2/default")
    assert "Gained" in asked.text
    assert "in force" in admin.send(asked, f"{IOT}/versions/v2/default").text
    assert in_force(people) == WRITE
    restored = admin.get(f"{EDIT}?version=v1")
    assert dict(restored.form(PREVIEW).fields)["PolicyDocument"] == READ
    admin.send(admin.get(f"{IOT}/versions/v1/delete"), f"{IOT}/versions/v1/delete")
    assert list(versions(people)) == ["v2"]
    last = admin.get(f"{IOT}/versions/v2/delete")
    refused = admin.send(last, f"{IOT}/versions/v2/delete")
    assert refused.status == 400
    assert list(versions(people)) == ["v2"]


@pytest.mark.parametrize("what", ["default", "delete"])
def test_a_version_that_does_not_exist_has_no_page(admin: Person, what: str) -> None:
    assert admin.get(f"{IOT}/versions/v9/{what}").status == 404
    assert admin.get(f"{IOT}?version=v9").status == 404
    assert admin.get(f"{IOT}?tab=versions&old=v9&new=v1").status == 404


def test_references_tell_who_has_the_policy_and_it_is_detached_there(people: People, admin: Person) -> None:
    assert "Nobody has this policy" in admin.get(f"{IOT}?tab=references").text
    give(people)
    shown = admin.get(f"{IOT}?tab=references")
    assert shown.links["reader"] == "/users/reader"
    asked = admin.get(shown.links["Detach"])
    assert "reader loses what this policy allows" in asked.text
    assert "The policy was detached." in admin.send(asked, f"{IOT}/detach").text
    assert "iot" not in held(people)
    late = admin.send(admin.get(shown.links["Detach"]), f"{IOT}/detach")
    assert late.status == 400
    assert "iot" not in held(people)


def test_a_policy_is_detached_in_a_resource_group_alone(people: People, admin: Person) -> None:
    with people.database.write() as txn:
        group = txn.resource_groups.create(people.id, "tests", "Tests")
        txn.attachments.attach(people.id, "User", "reader", "Custom", "iot", scope=group.id)
    give(people)
    shown = admin.get(f"{IOT}?tab=references")
    assert group.id in shown.text
    asked = admin.get(f"{IOT}/delete")
    assert group.id in asked.text
    scoped = {
        "PrincipalType": "IMSUser",
        "PrincipalName": f"reader@{people.id}.onaliyun.com",
        "ResourceGroupId": group.id,
    }
    page = Shown(admin.client.get(f"{IOT}/detach", params=scoped))
    assert "The policy was detached." in admin.send(page, f"{IOT}/detach").text
    assert group.id not in admin.get(f"{IOT}?tab=references").text
    assert "iot" in held(people)


@pytest.mark.parametrize("query", ["", "?PrincipalType=x&PrincipalName=y", "?PrincipalType=IMSUser"])
def test_a_detach_of_nobody_is_refused(admin: Person, query: str) -> None:
    assert admin.get(f"{IOT}/detach{query}").status in {400, 404}


def test_deleting_shows_who_has_the_policy_and_asks_for_its_name(people: People, admin: Person) -> None:
    give(people)
    asked = admin.get(f"{IOT}/delete")
    assert "reader User" in asked.text
    wrong = admin.send(asked, f"{IOT}/delete", {"confirm": "other", "detach": "true"})
    assert "This is not the policy's name." in wrong.text
    refused = admin.send(wrong, f"{IOT}/delete", {"confirm": "iot"})
    assert refused.status == 400
    assert in_force(people) == READ
    done = admin.send(refused, f"{IOT}/delete", {"confirm": "iot", "detach": "true"})
    assert "The policy was deleted." in done.text
    assert "iot" not in held(people)
    assert admin.get(IOT).status == 404


def test_a_description_is_changed(admin: Person) -> None:
    form = admin.get(f"{IOT}/description")
    assert dict(form.form(f"{IOT}/description").fields)["Description"] == HOSTILE
    long = admin.send(form, f"{IOT}/description", {"Description": "d" * 1025})
    assert long.status == 400
    assert "another" in admin.send(long, f"{IOT}/description", {"Description": "another"}).text
    assert "another" in admin.get("/policies?type=Custom").text


def test_whoever_may_only_read_sees_everything_and_can_change_nothing(people: People) -> None:
    reader = signed_in(people, "reader")
    assert "Create Policy" in reader.get("/policies").disabled
    shown = reader.get(IOT)
    assert {"Edit Policy", "Delete Policy", "Use as Template", "Edit Description"} <= shown.disabled
    assert "ram:CreatePolicyVersion" in shown.text
    form = reader.get("/policies/create")
    assert "OK" in form.disabled
    refused = reader.send(form, "/policies/create", {"PolicyDocument": READ, "PolicyName": "x"})
    assert refused.status == 403
    assert dict(refused.form("/policies/create").fields)["PolicyDocument"] == READ
    refused = reader.send(edited(reader, WRITE), EDIT)
    assert refused.status == 403
    assert versions(people) == {"v1": READ}
    deleted = reader.send(reader.get(f"{IOT}/delete"), f"{IOT}/delete", {"confirm": "iot"})
    assert "ram:DeletePolicy" in deleted.text
    assert in_force(people) == READ


def test_whoever_may_see_nothing_is_told_what_is_missing(people: People) -> None:
    shown = signed_in(people, "nobody").get(IOT)
    assert shown.status == 403
    assert "ram:GetPolicy" in shown.text


def test_the_pages_are_there_in_chinese(people: People) -> None:
    person = signed_in(people, language="zh-CN")
    assert "创建权限策略" in person.get("/policies").links
    assert "引用记录" in person.get(IOT).links
    assert "检查新版本" in edited(person, WRITE).text


def test_the_same_calls_are_shown_for_scripts(admin: Person) -> None:
    shown = admin.get("/policies/create")
    assert "CreatePolicy" in shown.text
    preview = edited(admin, WRITE)
    assert "CreatePolicyVersion" in preview.text
    assert "DetachPolicyFrom" not in admin.get(f"{IOT}/delete").text
