from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from daypass.directory import system
from daypass.directory.service_linked import Template, template_of, templates
from daypass.names import ROLE_NAME
from tests.directory.stores import names, refused

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

EVERY = pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.service)
SEVERAL = structs.replace(template_of("polardb.aliyuncs.com"), multiple=True)


@EVERY
def test_a_template_is_whole_and_says_where_it_is_from(template: Template) -> None:
    assert ROLE_NAME.fullmatch(template.role_name_prefix)
    assert system.find(template.policy) is not None
    assert template.service.endswith(".aliyuncs.com")
    assert template.description.endswith(".")
    assert template.source
    assert template.as_of[:2] == "20"


@EVERY
def test_the_policy_of_a_template_is_in_force_for_the_role(
    txn: Transaction, account: str, template: Template
) -> None:
    role = txn.service_linked_roles.create(account, template)
    assert role.service_linked
    assert txn.roles.get(account, template.role_name_prefix) == role
    (attached,) = txn.attachments.of_principal(account, "Role", role.name)
    assert (attached.policy_type, attached.policy_name, attached.scope) == (
        "System",
        template.policy,
        account,
    )


def test_an_account_has_several_roles_of_a_service_that_allows_it(txn: Transaction, account: str) -> None:
    linked = txn.service_linked_roles
    linked.create(account, SEVERAL)
    other = linked.create(account, SEVERAL, suffix="Berlin", description="in Berlin")
    assert (other.name, other.description) == ("AliyunServiceRoleForPolarDB_Berlin", "in Berlin")
    assert linked.create(account, SEVERAL, suffix="Graz").description == SEVERAL.description
    with refused("EntityAlreadyExists.Role"):
        linked.create(account, SEVERAL, suffix="berlin")
    linked.delete(account, other.name, SEVERAL.service)
    assert names(txn.roles.list(account).items) == [
        "AliyunServiceRoleForPolarDB",
        "AliyunServiceRoleForPolarDB_Graz",
    ]


def test_a_name_with_its_suffix_has_64_characters_at_most(txn: Transaction, account: str) -> None:
    room = 64 - len(SEVERAL.role_name_prefix) - 1
    assert len(txn.service_linked_roles.create(account, SEVERAL, suffix="x" * room).name) == 64
    with refused("InvalidParameter.CustomSuffix.Length"):
        txn.service_linked_roles.create(account, SEVERAL, suffix="y" * (room + 1))


def test_a_deletion_task_is_known_to_its_own_account(
    txn: Transaction, account: str, other_account: str
) -> None:
    role = txn.service_linked_roles.create(account, SEVERAL)
    task = txn.service_linked_roles.delete(account, role.name, SEVERAL.service)
    assert txn.service_linked_roles.deleted_at(account, task) == role.created_at
    with refused("EntityNotExist.ServiceLinkedRole.DeletionTask"):
        txn.service_linked_roles.deleted_at(other_account, task)
