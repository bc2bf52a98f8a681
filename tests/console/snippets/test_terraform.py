from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.console.snippets import Wordings
from daypass.console.snippets.resources import RESOURCES
from daypass.console.snippets.terraform import Lacks, quoted, text_of
from tests.console.snippets.samples import CATALOGUE, HOSTILE, every_parameter

WORDINGS: Final = Wordings(CATALOGUE)
CONFIGURATIONS: Final = Path(__file__).parents[2] / "terraform" / "configurations"
FURTHER: Final = {
    "alicloud_ram_password_policy": {"require_uppercase_characters"},
    "alicloud_ram_security_preference": {"enforce_mfa_for_login"},
}
"""Attributes that no configuration here sets; source: the provider's published schema."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def _resources(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the resources of a configuration: type, label, attributes."""
    return [
        (_plain(kind), _plain(label), {name: value for name, value in body.items() if name != "__is_block__"})
        for block in hcl2.loads(text).get("resource", [])
        for kind, labelled in block.items()
        for label, body in labelled.items()
    ]


def _plain(template: str) -> str:
    """Return the text that a quoted template is."""
    read = ast.literal_eval(template)
    assert isinstance(read, str)
    return read.replace("$${", "${").replace("%%{", "%{")


def _schema() -> dict[str, set[str]]:
    """Return what the provider is known to take, since Terraform has applied it here."""
    known: dict[str, set[str]] = {}
    for path in CONFIGURATIONS.glob("*/*.tf"):
        for kind, _, attributes in _resources(path.read_text(encoding="utf-8")):
            known.setdefault(kind, set()).update(attributes)
    return known


SCHEMA: Final = _schema()


def _terraform(*calls: tuple[str, str, Mapping[str, str]]) -> str:
    text = WORDINGS.of(calls).terraform
    assert text is not None
    return text


def _lacking(product: str, action: str, **parameters: str) -> Lacks | None:
    shown = WORDINGS.of([(product, action, parameters)])
    assert (shown.terraform is None) == (shown.terraform_lacks is not None)
    return shown.terraform_lacks


@pytest.mark.parametrize("name", RESOURCES, ids="-".join)
def test_resources_and_attributes_are_those_that_terraform_has_applied(name: tuple[str, str]) -> None:
    product, action = name
    (operation,) = (each for each in CATALOGUE if (each.product, each.name) == name)
    wanted = RESOURCES[name].attributes
    parameters = every_parameter(operation)
    taken = {wire: text for wire, text in parameters.items() if wire.partition(".")[0] in wanted}
    ((kind, _, attributes),) = _resources(_terraform((product, action, taken)))
    assert set(attributes) <= SCHEMA[kind] | FURTHER.get(kind, set())


@given(TEXTS)
def test_terraform_reads_any_text_as_it_is(text: str) -> None:
    read = hcl2.loads(f"a = {quoted(text)}\n")["a"]
    assert _plain(read) == text


def test_a_text_of_several_lines_keeps_them() -> None:
    text = '{\n  "Version": "1", "x": "${a} %{b}"\n}'
    shown = text_of(text)
    assert shown == f"chomp(<<TEXT\n{text.replace('${', '$${').replace('%{', '%%{')}\nTEXT\n  )"
    assert "chomp" in hcl2.loads(f"a = {shown}\n")["a"]


@pytest.mark.parametrize("text", ["ends\n", "a\nTEXT\nb", "a\u202e\nb", "a\r\nb", "a\n  TEXT\nb"])
def test_a_text_that_lines_would_change_is_on_one(text: str) -> None:
    assert text_of(text) == quoted(text)


def test_what_one_form_makes_is_referred_to_by_what_it_makes_next() -> None:
    text = _terraform(
        ("Ram", "CreateUser", {"UserName": "Alice", "Comments": HOSTILE}),
        (
            "Ims",
            "CreateLoginProfile",
            {"UserPrincipalName": "Alice@x.example", "Password": "unseen"},
        ),
        ("Ram", "AddUserToGroup", {"UserName": "Alice", "GroupName": "readers"}),
    )
    user, profile, member = _resources(text)
    assert user[1] == "alice"
    assert _plain(user[2]["comments"]) == HOSTILE
    assert profile[2] == {"user_name": "${alicloud_ram_user.alice.name}", "password": "${var.password}"}
    assert member[2]["user_name"] == "${alicloud_ram_user.alice.name}"
    assert _plain(member[2]["group_name"]) == "readers"
    (variable,) = hcl2.loads(text)["variable"]
    assert variable['"password"']["sensitive"] is True


def test_labels_are_names_that_terraform_takes_and_differ() -> None:
    names = ["7-up", "a.b", "A_b", "a-b", "中文"]
    text = _terraform(*(("Ram", "CreateUser", {"UserName": name}) for name in names))
    assert [label for _, label, _ in _resources(text)] == ["_7_up", "a_b", "a_b_2", "a_b_3", "this"]


def test_terraform_says_why_it_has_nothing() -> None:
    policy = {"PolicyType": "Custom", "PolicyName": "a"}
    assert _lacking("Ram", "DeleteUser", UserName="a") is Lacks.TAKES_AWAY
    assert _lacking("Ram", "RemoveUserFromGroup", UserName="a", GroupName="b") is Lacks.TAKES_AWAY
    assert _lacking("Ram", "DetachPolicyFromUser", UserName="a", **policy) is Lacks.TAKES_AWAY
    assert _lacking("Ram", "UpdateRole", RoleName="a") is Lacks.CHANGES
    assert _lacking("Ram", "CreateVirtualMFADevice", VirtualMFADeviceName="a") is Lacks.NO_RESOURCE
    assert (
        _lacking("Ram", "AttachPolicyToUser", UserName="a", ResourceGroupId="b", **policy)
        is Lacks.NO_RESOURCE
    )
    assert _lacking("Ims", "CreateGroup", GroupName="a", DisplayName="b") is Lacks.NO_RESOURCE
    assert _lacking("Ram", "CreateGroup", GroupName="a") is None


def test_one_call_without_a_resource_leaves_a_form_without_terraform() -> None:
    shown = WORDINGS.of(
        [("Ram", "CreateGroup", {"GroupName": "a"}), ("Ram", "DeleteGroup", {"GroupName": "b"})]
    )
    assert (shown.terraform, shown.terraform_lacks) == (None, Lacks.TAKES_AWAY)
