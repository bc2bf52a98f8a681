from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.directory import lookups
from tests.directory.stores import names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

TRUST = '{"Version": "1", "Statement": []}'


def bindings(txn: Transaction, account: str, name: str) -> dict[str, str]:
    found = lookups.role_by_name(txn, account, name)
    assert found is not None
    return dict(found.bindings)


def test_a_role_is_as_it_was_created(txn: Transaction, account: str) -> None:
    text = ' {"Version":"1",  "Statement":[ ]}\n'
    role = txn.roles.create(
        account,
        "OssReader",
        text,
        description="reads",
        max_session_duration=7200,
        allow_console_login=True,
        tags=(("a", "1"), ("b", "")),
        trusted=(),
    )
    assert txn.roles.get(account, "ossreader") == role
    assert role.trust_document == text
    assert (role.name, role.max_session_duration) == ("OssReader", 7200)
    assert role.tags == (("a", "1"), ("b", ""))


def test_a_roles_arn_is_lower_case_and_its_name_is_not(txn: Transaction, account: str) -> None:
    role = txn.roles.create(account, "OssReader", TRUST, trusted=())
    assert role.arn == f"acs:ram::{account}:role/ossreader"


def test_role_names_are_unique_in_an_account_ignoring_case(
    txn: Transaction, account: str, other_account: str
) -> None:
    txn.roles.create(account, "reader", TRUST, trusted=())
    txn.roles.create(other_account, "reader", TRUST, trusted=())
    with refused("EntityAlreadyExists.Role"):
        txn.roles.create(account, "Reader", TRUST, trusted=())


def test_an_account_has_no_more_roles_than_its_quota(txn: Transaction, account: str) -> None:
    for name in "abcd":
        txn.roles.create(account, name, TRUST, trusted=())
    with refused("LimitExceeded.Role"):
        txn.roles.create(account, "e", TRUST, trusted=())


def test_a_trusted_user_is_bound_by_id(txn: Transaction, account: str) -> None:
    alice = txn.users.create(account, "alice")
    named = f"acs:ram::{account}:user/Alice"
    txn.roles.create(account, "reader", TRUST, trusted=[named])
    assert bindings(txn, account, "reader") == {named: alice.id}


def test_a_recreated_namesake_is_not_who_was_trusted(txn: Transaction, account: str) -> None:
    old = txn.users.create(account, "alice")
    named = f"acs:ram::{account}:user/alice"
    txn.roles.create(account, "reader", TRUST, trusted=[named])
    txn.users.delete(account, "alice")
    new = txn.users.create(account, "alice")
    assert bindings(txn, account, "reader") == {named: old.id} != {named: new.id}
    txn.roles.update(account, "reader", trust_document=TRUST, trusted=[named])
    assert bindings(txn, account, "reader") == {named: new.id}


def test_a_trusted_role_is_bound_too_and_a_starred_region_is_read(txn: Transaction, account: str) -> None:
    first = txn.roles.create(account, "first", TRUST, trusted=())
    named = f"acs:ram:*:{account}:role/First"
    txn.roles.create(account, "second", TRUST, trusted=[named])
    assert bindings(txn, account, "second") == {named: first.id}


def test_a_trusted_name_of_the_own_account_must_exist(txn: Transaction, account: str) -> None:
    with refused("MalformedPolicyDocument") as refusal:
        txn.roles.create(account, "reader", TRUST, trusted=[f"acs:ram::{account}:user/nobody"])
    assert "user/nobody" in refusal.value.message
    txn.roles.create(account, "reader", TRUST, trusted=())
    with refused("MalformedPolicyDocument"):
        txn.roles.update(account, "reader", trust_document=TRUST, trusted=[f"acs:ram::{account}:role/nobody"])


def test_root_services_and_other_accounts_are_not_resolved(
    txn: Transaction, account: str, other_account: str
) -> None:
    trusted = [
        f"acs:ram::{account}:root",
        f"acs:ram::{other_account}:user/nobody",
        "ecs.aliyuncs.com",
        f"acs:ram::{account}:saml-provider/idp",
    ]
    txn.roles.create(account, "reader", TRUST, trusted=trusted)
    assert bindings(txn, account, "reader") == {}


def test_an_update_changes_what_it_names(txn: Transaction, account: str) -> None:
    alice = txn.users.create(account, "alice")
    named = f"acs:ram::{account}:user/alice"
    role = txn.roles.create(account, "reader", TRUST, trusted=[named], tags=(("a", "1"),))
    changed = txn.roles.update(account, "READER", description="new", max_session_duration=43200)
    assert (changed.id, changed.trust_document, changed.description) == (role.id, TRUST, "new")
    assert txn.roles.get(account, "reader") == changed
    assert bindings(txn, account, "reader") == {named: alice.id}
    with refused("EntityNotExist.Role"):
        txn.roles.update(account, "nobody")


def test_a_role_with_policies_is_not_deleted(txn: Transaction, account: str) -> None:
    role = txn.roles.create(account, "reader", TRUST, tags=(("a", "1"),), trusted=())
    txn.attachments.attach(account, "Role", "reader", "System", "ReadOnlyAccess")
    with refused("DeleteConflict.Role.Policy"):
        txn.roles.delete(account, "reader")
    txn.attachments.detach(account, "Role", "reader", "System", "ReadOnlyAccess")
    txn.roles.delete(account, "Reader")
    assert txn.roles.by_id(role.id) is None
    assert txn.tags.of([role.id]) == {}
    with refused("EntityNotExist.Role"):
        txn.roles.delete(account, "reader")


def test_roles_are_listed_in_pages_with_their_tags(txn: Transaction, account: str) -> None:
    for name in ("c", "A", "b"):
        txn.roles.create(account, name, TRUST, tags=(("name", name),), trusted=())
    first = txn.roles.list(account, limit=2)
    rest = txn.roles.list(account, marker=first.marker)
    assert names(first.items) + names(rest.items) == ["A", "b", "c"]
    assert [role.tags for role in first.items] == [(("name", "A"),), (("name", "b"),)]


def test_roles_are_found_by_tags_all_of_which_must_be_there(txn: Transaction, account: str) -> None:
    txn.roles.create(account, "a", TRUST, tags=(("env", "prod"), ("team", "x")), trusted=())
    txn.roles.create(account, "b", TRUST, tags=(("env", "test"), ("team", "x")), trusted=())
    txn.roles.create(account, "c", TRUST, trusted=())
    assert names(txn.roles.list(account, tags=[("team", "x")]).items) == ["a", "b"]
    assert names(txn.roles.list(account, tags=[("env", None), ("team", None)]).items) == ["a", "b"]
    assert names(txn.roles.list(account, tags=[("env", "prod"), ("team", "x")]).items) == ["a"]


def test_numbered_pages_tell_the_total(txn: Transaction, account: str) -> None:
    for name in "abc":
        txn.roles.create(account, name, TRUST, trusted=())
    page = txn.roles.numbered(account, page=2, size=2)
    assert (names(page.items), page.total) == (["c"], 3)
    assert names(txn.roles.numbered(account, page=3, size=2).items) == []
