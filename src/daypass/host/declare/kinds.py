"""How each kind of thing is made, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from daypass.directory import trust
from daypass.host.declare.changes import Phase
from daypass.host.declare.documents import differences, same, text_of
from daypass.host.declare.entities import Entity
from daypass.host.declare.form import GroupForm, PolicyForm, ResourceGroupForm, RoleForm, UserForm
from daypass.host.declare.providers import OIDC_PROVIDERS, SAML_PROVIDERS
from daypass.policy import DocumentKind, parse

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.records import PrincipalKind, TagList


def _tags(form: Any) -> TagList:
    return () if form.tags is UNSET else tuple(form.tags.items())


# Resource groups


def _create_resource_group(txn: Transaction, account: str, form: ResourceGroupForm) -> None:
    txn.resource_groups.create(account, form.name, form.display_name, tags=_tags(form))


def _update_resource_group(
    txn: Transaction, account: str, before: ResourceGroupForm, form: ResourceGroupForm
) -> None:
    group = txn.resource_groups.named(account, before.name)
    txn.resource_groups.update(account, group.id, form.display_name)


def _remove_resource_group(txn: Transaction, account: str, name: str) -> None:
    txn.resource_groups.delete(account, txn.resource_groups.named(account, name).id)


# Policies


def _create_policy(txn: Transaction, account: str, form: PolicyForm) -> None:
    txn.policies.create(
        account, form.name, _text(form.document), description=form.description, tags=_tags(form)
    )


def _update_policy(txn: Transaction, account: str, before: PolicyForm, form: PolicyForm) -> None:
    if before.description != form.description:
        txn.policies.update_description(account, before.name, form.description)
    if not same(_text(before.document), form.document or ""):
        txn.policies.create_version(account, before.name, _text(form.document), as_default=True, rotate=True)


def _remove_policy(txn: Transaction, account: str, name: str) -> None:
    for one in txn.attachments.of_policy(account, "Custom", name):
        txn.attachments.detach(
            account, one.principal_kind, one.principal_name, "Custom", name, scope=one.scope
        )
    txn.policies.delete(account, name, cascading=True)


def _policy_differences(before: PolicyForm, form: PolicyForm) -> Iterator[str]:
    yield from _document_lines("document", before.document, form.document)


# Groups and users


def _create_group(txn: Transaction, account: str, form: GroupForm) -> None:
    txn.groups.create(account, form.name, comments=form.comments, display_name=form.display_name)


def _update_group(txn: Transaction, account: str, before: GroupForm, form: GroupForm) -> None:
    txn.groups.update(account, before.name, comments=form.comments, display_name=form.display_name)


def _remove_group(txn: Transaction, account: str, name: str) -> None:
    _detach_all(txn, account, "Group", name)
    while members := txn.groups.users_of(account, name, limit=1000).items:
        for member in members:
            txn.groups.remove_user(account, name, member.user.name)
    txn.groups.delete(account, name)


def _create_user(txn: Transaction, account: str, form: UserForm) -> None:
    txn.users.create(
        account,
        form.name,
        display_name=form.display_name,
        comments=form.comments,
        email=form.email,
        mobile_phone=form.mobile_phone,
        tags=_tags(form),
    )


def _update_user(txn: Transaction, account: str, before: UserForm, form: UserForm) -> None:
    txn.users.update(
        account,
        before.name,
        display_name=form.display_name,
        comments=form.comments,
        email=form.email,
        mobile_phone=form.mobile_phone,
    )


def _remove_user(txn: Transaction, account: str, name: str) -> None:
    """Remove a user and what a declaration can say of it; whoever still has a key is not removed."""
    _detach_all(txn, account, "User", name)
    for membership in txn.groups.of_user(account, name):
        txn.groups.remove_user(account, membership.group.name, name)
    if txn.login_profiles.find(txn.users.get(account, name).id) is not None:
        txn.login_profiles.delete(account, name)
    txn.users.delete(account, name)


# Roles


def _create_role(txn: Transaction, account: str, form: RoleForm) -> None:
    """Create a role whose trust policy means nobody yet: whom it names may be yet to come."""
    txn.roles.create(
        account,
        form.name,
        _text(form.trust),
        trusted=(),
        description=form.description,
        max_session_duration=form.max_session_duration,
        allow_console_login=form.allow_console_login,
        tags=_tags(form),
    )


def _bind_role(txn: Transaction, account: str, form: RoleForm) -> None:
    text = _text(form.trust)
    named = {
        name
        for statement in parse(text, DocumentKind.TRUST).statements
        for name in statement.principals or ()
    }
    role = txn.roles.update(account, form.name, trust_document=text, trusted=sorted(named - set(form.gone)))
    trust.bind_to_nobody(txn, role.id, form.gone)


def _update_role(txn: Transaction, account: str, before: RoleForm, form: RoleForm) -> None:
    if before.gone != form.gone or not same(_text(before.trust), form.trust or ""):
        _bind_role(txn, account, form)
    txn.roles.update(
        account,
        before.name,
        description=form.description,
        max_session_duration=form.max_session_duration,
        allow_console_login=form.allow_console_login,
    )


def _remove_role(txn: Transaction, account: str, name: str) -> None:
    _detach_all(txn, account, "Role", name)
    txn.roles.delete(account, name)


def _role_differences(before: RoleForm, form: RoleForm) -> Iterator[str]:
    for principal in sorted(set(before.gone) ^ set(form.gone)):
        yield f"trust: {principal} {'is not meant' if principal in form.gone else 'is meant again'}"
    yield from _document_lines("trust", before.trust, form.trust)


def _detach_all(txn: Transaction, account: str, kind: PrincipalKind, name: str) -> None:
    for one in txn.attachments.of_principal(account, kind, name):
        txn.attachments.detach(account, kind, name, one.policy_type, one.policy_name, scope=one.scope)


def _document_lines(member: str, before: Any, after: Any) -> Iterator[str]:
    if not same(_text(before), after):
        yield f"{member}:"
        yield from (f"  {line}" for line in differences(_text(before), after))


def _text(document: Any) -> str:
    return text_of(document)


RESOURCE_GROUPS: Final[Entity[ResourceGroupForm]] = Entity(
    kind="resource group",
    plural="resource_groups",
    noun="ResourceGroup",
    resource="resourcegroup",
    fields=("display_name",),
    create=_create_resource_group,
    update=_update_resource_group,
    remove=_remove_resource_group,
    entity_id=lambda txn, account, name: txn.resource_groups.named(account, name).id,
)
POLICIES: Final[Entity[PolicyForm]] = Entity(
    kind="policy",
    plural="policies",
    noun="Policy",
    resource="policy",
    fields=("description",),
    create=_create_policy,
    update=_update_policy,
    remove=_remove_policy,
    entity_id=lambda txn, account, name: txn.policies.id_of(account, name),
    differences=_policy_differences,
)
GROUPS: Final[Entity[GroupForm]] = Entity(
    kind="group",
    plural="groups",
    noun="Group",
    resource="group",
    fields=("display_name", "comments"),
    create=_create_group,
    update=_update_group,
    remove=_remove_group,
)
USERS: Final[Entity[UserForm]] = Entity(
    kind="user",
    plural="users",
    noun="User",
    resource="user",
    fields=("display_name", "comments", "email", "mobile_phone"),
    create=_create_user,
    update=_update_user,
    remove=_remove_user,
    entity_id=lambda txn, account, name: txn.users.get(account, name).id,
)
ROLES: Final[Entity[RoleForm]] = Entity(
    kind="role",
    plural="roles",
    noun="Role",
    resource="role",
    fields=("description", "max_session_duration", "allow_console_login"),
    create=_create_role,
    update=_update_role,
    remove=_remove_role,
    entity_id=lambda txn, account, name: txn.roles.get(account, name).id,
    differences=_role_differences,
    finish=_bind_role,
    phase=Phase.ROLES,
)

ENTITIES: Final[tuple[Entity[Any], ...]] = (
    RESOURCE_GROUPS,
    POLICIES,
    GROUPS,
    USERS,
    ROLES,
    OIDC_PROVIDERS,
    SAML_PROVIDERS,
)
