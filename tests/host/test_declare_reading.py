"""A declaration that cannot be understood is refused with the place that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daypass.host.declare import AccountForm, DeclarationError, parse, read
from tests.federation import saml
from tests.world import allow, document

ID = "1000000000000001"


def account(*lines: str) -> str:
    """Return a declaration of one account."""
    return "\n".join(("format: 1", "accounts:", f"- id: '{ID}'", *(f"  {line}" for line in lines)))


def declared(*lines: str) -> AccountForm:
    (one,) = parse("d.yaml", account(*lines), Path()).accounts
    return one


WRONG = {
    "no format": ("accounts: []", "d.yaml:1: $: object missing required field `format`"),
    "another format": ("format: 2", "d.yaml:1: format: invalid enum value 2"),
    "nothing": ("", "d.yaml: $: expected `object`, got `null`"),
    "not YAML": ("format: [1", "d.yaml:1: it is not YAML: "),
    "not JSON": ('{"format": 1,\n "accounts": [}', "d.yaml:2: it is not JSON: "),
    "a tag of Python's": ("!!python/object:os.system {}", "d.yaml:1: $: object missing"),
    "a scalar with a tag": ("format: !!binary aGk=", "d.yaml:1: there is no tag:yaml.org,2002:binary here"),
    "a key twice": ("format: 1\nformat: 1", "d.yaml:2: format stands twice"),
    "a key twice in JSON": ('{"format": 1, "format": 1}', "d.yaml: $: format stands twice"),
    "a key that is a list": ("? [1]\n: 2", "d.yaml:1: a key is a plain text"),
    "too deep": ("[" * 200 + "]" * 200, "d.yaml:1: it is nested more than 100 levels deep"),
    "far too deep": ("[" * 50_000, "d.yaml: it is nested too deep"),
    "an account id": (
        "format: 1\naccounts:\n- id: '77'",
        "d.yaml:3: accounts[0].id: an account id has 16 digits",
    ),
    "a number for a text": (
        "format: 1\naccounts:\n- id: 1",
        "d.yaml:3: accounts[0].id: expected `str`, got `int`",
    ),
    "an account twice": (
        f"format: 1\naccounts:\n- id: '{ID}'\n- id: '{ID}'",
        f"d.yaml:4: accounts[1]: {ID} stands twice",
    ),
    "an unknown key": (account("rolls: []"), "d.yaml:3: accounts[0]: object contains unknown field `rolls`"),
    "a name": (
        account("users:", "- name: a b"),
        "d.yaml:5: accounts[0].users[0].name: The parameter UserName may hold only letters",
    ),
    "a name twice": (
        account("users:", "- name: ann", "- name: Ann"),
        "d.yaml:6: accounts[0].users[1]: Ann stands twice",
    ),
    "a duration": (
        account("roles:", "- name: r", "  max_session_duration: 60", "  trust: {}"),
        "d.yaml:6: accounts[0].roles[0].max_session_duration: ",
    ),
    "an e-mail address": (
        account("users:", "- name: ann", "  email: nobody"),
        "d.yaml:6: accounts[0].users[0].email: ",
    ),
    "no document": (
        account("policies:", "- name: p"),
        "d.yaml:5: accounts[0].policies[0]: one of document and file is wanted",
    ),
    "a document and a file": (
        account("policies:", "- name: p", "  document: {}", "  file: p.json"),
        "d.yaml:5: accounts[0].policies[0]: one of document and file is wanted",
    ),
    "a document that says nothing": (
        account("policies:", "- name: p", "  document: {Version: '1'}"),
        "d.yaml:6: accounts[0].policies[0].document: ",
    ),
    "a file that is not there": (
        account("policies:", "- name: p", "  file: missing.json"),
        "d.yaml:6: accounts[0].policies[0].file: missing.json: cannot be read: No such file or directory",
    ),
    "two policies in one attachment": (
        account("users:", "- name: ann", "  policies: [{custom: p, system: q}]"),
        "d.yaml:6: accounts[0].users[0].policies[0]: one of custom and system is wanted",
    ),
    "a tag": (
        account("policies:", "- name: p", f"  document: '{document(allow('*'))}'", "  tags: {'acs:x': y}"),
        "d.yaml:7: accounts[0].policies[0].tags: ",
    ),
    "a quota": (account("quotas: {rolls: 1}"), "d.yaml:4: accounts[0].quotas.rolls: there is no quota rolls"),
    "a quota's value": (account("quotas: {roles: -1}"), "d.yaml:4: accounts[0].quotas.roles: "),
    "a member that the password policy has not": (
        account("password_policy: {length: 9}"),
        "d.yaml:4: accounts[0].password_policy: object contains unknown field `length`",
    ),
    "a password policy's figure": (
        account("password_policy: {minimum_password_length: 4}"),
        "d.yaml:4: accounts[0].password_policy.minimum_password_length: ",
    ),
    "networks that are none": (
        account("security_preference: {login_network_masks: everywhere}"),
        "d.yaml:4: accounts[0].security_preference.login_network_masks: ",
    ),
    "an issuer": (
        account("oidc_providers:", "- {name: ci, issuer_url: 'http://ci.example.com'}"),
        "d.yaml:5: accounts[0].oidc_providers[0].issuer_url: ",
    ),
    "a client ID": (
        account("oidc_providers:", "- {name: ci, issuer_url: 'https://ci.example.com', client_ids: [a, '']}"),
        "d.yaml:5: accounts[0].oidc_providers[0].client_ids[1]: ",
    ),
    "no metadata": (
        account("saml_providers:", "- name: idp"),
        "d.yaml:5: accounts[0].saml_providers[0]: one of metadata and metadata_file is wanted",
    ),
    "metadata that is none": (
        account("saml_providers:", "- name: idp", "  metadata: PHg+PC94Pg=="),
        "d.yaml:6: accounts[0].saml_providers[0].metadata: ",
    ),
    "an alias": (account("alias: A--b"), "d.yaml:4: accounts[0].alias: "),
    "somebody gone who was never named": (
        account(
            "roles:",
            "- name: r",
            "  trust: {Version: '1', Statement: [{Effect: Allow, Action: 'sts:AssumeRole',",
            "    Principal: {RAM: 'acs:ram::1000000000000001:root'}}]}",
            "  gone: ['acs:ram::1000000000000001:user/ann']",
        ),
        "d.yaml:8: accounts[0].roles[0].gone: ",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_with_its_place_in_one_line(case: str) -> None:
    text, complaint = WRONG[case]
    with pytest.raises(DeclarationError) as refusal:
        parse("d.yaml", text, Path())
    assert str(refusal.value).startswith(complaint)
    assert "\n" not in str(refusal.value)


def test_a_file_that_grows_when_it_is_read_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(DeclarationError, match="the file holds more than 1000000 values"):
        parse("d.yaml", "\n".join(lines), Path())


def test_a_file_that_contains_itself_is_refused() -> None:
    with pytest.raises(DeclarationError, match="nested more than 100 levels deep"):
        parse("d.yaml", "format: 1\naccounts: &a [*a]", Path())


def test_words_that_yaml_takes_for_something_else_are_text() -> None:
    words = ("yes", "on", "2024-01-01", "0x1f", "1e3", "08", "1_000", "12:30")
    one = declared("groups:", *(f"- {{name: g{n}, comments: {word}}}" for n, word in enumerate(words)))
    assert isinstance(one.groups, tuple)
    assert tuple(group.comments for group in one.groups) == words


def test_json_is_read_like_yaml() -> None:
    lines = ("users:", "- {name: ann, groups: [g]}", "- {name: bob, console: null}")
    text = json.dumps(
        {
            "format": 1,
            "accounts": [
                {"id": ID, "users": [{"name": "ann", "groups": ["g"]}, {"name": "bob", "console": None}]}
            ],
        }
    )
    assert parse("d.json", text, Path()).accounts == (declared(*lines),)


def test_a_document_is_read_from_a_file_beside_the_declaration(tmp_path: Path) -> None:
    text = document(allow("iot:*")) + "\n"
    (tmp_path / "p.json").write_text(text)
    (tmp_path / "d.yaml").write_text(account("policies:", "- name: p", "  file: p.json"))
    (one,) = read(tmp_path / "d.yaml").accounts
    assert isinstance(one.policies, tuple)
    assert one.policies[0].document == text


def test_metadata_is_read_from_a_file_and_kept_in_base64(tmp_path: Path) -> None:
    (tmp_path / "idp.xml").write_bytes(saml.metadata())
    (tmp_path / "d.yaml").write_text(account("saml_providers:", "- name: idp", "  metadata_file: idp.xml"))
    (one,) = read(tmp_path / "d.yaml").accounts
    assert isinstance(one.saml_providers, tuple)
    assert one.saml_providers[0].metadata == saml.encoded(saml.metadata())


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(DeclarationError, match="it is not UTF-8 text"):
        read(tmp_path / "d.yaml")
    with pytest.raises(DeclarationError, match="cannot be read: Is a directory"):
        read(tmp_path)
