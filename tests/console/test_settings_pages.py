"""Settings: what is changed on a page is in force, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daypass.console.settings.sections import SECTIONS
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.testing import Server
from tests.console.browsing import Person, Shown
from tests.console.people import PASSWORD, People
from tests.world import allow, document

VIEWER = document(allow(["ram:Get*"]))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", document(allow("*")))
    return people


def signed_in(people: People, name: str = "admin") -> Person:
    person = Person(people.server)
    assert person.sign_in(f"{name}@{people.id}", PASSWORD.reveal()).response.url.path == "/"
    return person


def send(person: Person, section: str, **values: str) -> Shown:
    return person.send(person.get(f"/settings?tab={section}"), f"/settings?tab={section}", values)


def preference(people: People) -> SecurityPreference:
    with people.database.read() as txn:
        return txn.settings.get(people.id, SecurityPreference)


def policy(people: People) -> PasswordPolicy:
    with people.database.read() as txn:
        return txn.settings.get(people.id, PasswordPolicy)


@pytest.mark.parametrize(
    ("section", "values", "member", "value"),
    [
        ("security", {"LoginSessionDuration": "12"}, "login_session_duration", 12),
        ("security", {"AllowUserToManageAccessKeys": "true"}, "allow_user_to_manage_access_keys", True),
        ("security", {"MaxIdleDaysForUsers": "90"}, "max_idle_days_for_users", 90),
        ("mfa", {"MFAOperationForLogin": "mandatory"}, "mfa_operation_for_login", "mandatory"),
        (
            "network",
            {"LoginNetworkMasks": "127.0.0.0/8\n\n10.0.0.0/8 "},
            "login_network_masks",
            "127.0.0.0/8;10.0.0.0/8",
        ),
    ],
)
def test_a_preference_that_is_changed_is_in_force(
    people: People, section: str, values: dict[str, str], member: str, value: Any
) -> None:
    shown = send(signed_in(people), section, **values)
    assert "The settings were changed." in shown.text
    assert getattr(preference(people), member) == value


def test_a_flag_that_is_switched_off_is_off(people: People) -> None:
    person = signed_in(people)
    shown = person.get("/settings")
    form = shown.form("/settings?tab=security")
    form.fields[:] = [field for field in form.fields if field[0] != "AllowUserToChangePassword"]
    person.send(shown, "/settings?tab=security")
    assert not preference(people).allow_user_to_change_password
    assert preference(people).allow_user_to_manage_mfa_devices


def test_the_password_policy_is_changed_by_its_form(people: People) -> None:
    person = signed_in(people)
    send(person, "password", MinimumPasswordLength="12", RequireSymbols="true", MaxLoginAttemps="5")
    changed = policy(people)
    assert (changed.minimum_password_length, changed.require_symbols, changed.max_login_attempts) == (
        12,
        True,
        5,
    )
    assert changed.initial_password_age == 14


def test_every_setting_is_shown_as_it_is(people: People) -> None:
    person = signed_in(people)
    for section in SECTIONS.values():
        form = dict(person.get(f"/settings?tab={section.key}").form(f"/settings?tab={section.key}").fields)
        for control in section.controls:
            was = form[f"was-{control.name}"]
            assert control.sent(form.get(control.name, "")) == was


def test_what_somebody_else_changed_meanwhile_stays(people: People) -> None:
    one, other = signed_in(people), signed_in(people)
    opened = one.get("/settings")
    send(other, "security", LoginSessionDuration="2")
    one.send(opened, "/settings?tab=security", {"AllowUserToManageAccessKeys": "true"})
    now = preference(people)
    assert (now.login_session_duration, now.allow_user_to_manage_access_keys) == (2, True)


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("security", {"LoginSessionDuration": "25"}),
        ("security", {"LoginSessionDuration": "<script>"}),
        ("password", {"MinimumPasswordLength": "7"}),
        ("mfa", {"MFAOperationForLogin": "never"}),
        ("network", {"LoginNetworkMasks": "everywhere"}),
    ],
)
def test_a_wrong_value_is_told_and_changes_nothing(
    people: People, section: str, values: dict[str, str]
) -> None:
    before = (preference(people), policy(people))
    shown = send(signed_in(people), section, **values)
    assert shown.status == 400
    assert "<script>" not in shown.response.text
    (value,) = values.values()
    assert (
        section == "mfa" or value in shown.text or value in str(shown.form(f"/settings?tab={section}").fields)
    )
    assert (preference(people), policy(people)) == before


def test_a_mask_that_shuts_its_maker_out_has_to_be_confirmed(people: People) -> None:
    person = signed_in(people)
    shown = send(person, "network", LoginNetworkMasks="10.0.0.0/8")
    assert shown.status == 400
    assert "Your own address, 127.0.0.1, is not among these." in shown.text
    assert preference(people).login_network_masks == ""
    done = person.send(shown, "/settings?tab=network", {"anyway": "true"})
    assert done.status == 200
    assert preference(people).login_network_masks == "10.0.0.0/8"
    assert people.turned_away(f"admin@{people.id}") == "SignIn.AddressNotListed"


def test_the_alias_is_set_and_taken_away_and_names_users(people: People) -> None:
    person = signed_in(people)
    alias = f"team-{people.id}"
    shown = person.send(person.get("/settings?tab=name"), "/settings?tab=name", {"AccountAlias": alias})
    assert f"{alias}.onaliyun.com" in shown.text
    assert Person(people.server).sign_in(f"admin@{alias}", PASSWORD.reveal()).response.url.path == "/"
    wrong = person.send(person.get("/settings?tab=name"), "/settings?tab=name", {"AccountAlias": "-"})
    assert wrong.status == 400
    person.send(person.get("/settings?tab=name"), "/settings?tab=name", {"AccountAlias": ""})
    assert f"{people.id}.onaliyun.com" in person.get("/settings?tab=name").text


def test_who_may_only_see_the_settings_is_told_what_is_missing(people: People) -> None:
    people.user("viewer", VIEWER)
    people.user("nobody")
    person = signed_in(people, "viewer")
    for section in SECTIONS:
        assert person.get(f"/settings?tab={section}").disabled == {"OK"}
    forced = person.send(person.get("/settings"), "/settings?tab=security", {"LoginSessionDuration": "1"})
    assert forced.status == 403
    assert preference(people).login_session_duration == 6
    shown = signed_in(people, "nobody").get("/settings")
    assert (shown.status, [form.action for form in shown.forms if "settings" in form.action]) == (200, [])


def test_nothing_changed_is_nothing_done(people: People) -> None:
    assert "Nothing was changed." in send(signed_in(people), "security").text
