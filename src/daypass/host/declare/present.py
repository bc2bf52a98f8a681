"""What an account holds, in the form of a declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from daypass.directory import trust
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.host.declare.documents import declared
from daypass.host.declare.form import (
    AccountForm,
    Attached,
    Console,
    GroupForm,
    OidcProviderForm,
    PasswordPolicyForm,
    PolicyForm,
    ResourceGroupForm,
    RoleForm,
    SamlProviderForm,
    SecurityPreferenceForm,
    UserForm,
)

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.pages import NumberedPage, Page
    from daypass.directory.records import LoginProfile, ResourceGroup, Role, TagList, User

T = TypeVar("T")
S = TypeVar("S", bound=Struct)

_AT_ONCE = 1000


def account_form(txn: Transaction, account_id: str) -> AccountForm | None:
    """Return an account as a declaration writes it, all of it described; None if there is none."""
    account = txn.accounts.find(account_id)
    if account is None:
        return None
    resource_groups = list(_resource_groups(txn, account_id))
    attached = _attached(txn, account_id, {group.id: group.name for group in resource_groups})
    users = list(_every(lambda marker: txn.users.list(account_id, marker=marker, limit=_AT_ONCE)))
    roles = list(_every(lambda marker: txn.roles.list(account_id, marker=marker, limit=_AT_ONCE)))
    groups = _every(lambda marker: txn.groups.list(account_id, marker=marker, limit=_AT_ONCE))
    living = {user.id for user in users} | {role.id for role in roles}
    return AccountForm(
        id=account_id,
        alias=account.alias,
        quotas=dict(sorted(txn.account_quotas.own(account_id).items())),
        password_policy=_settings(txn, account_id, PasswordPolicy, PasswordPolicyForm),
        security_preference=_settings(txn, account_id, SecurityPreference, SecurityPreferenceForm),
        resource_groups=tuple(
            ResourceGroupForm(name=group.name, display_name=group.display_name, tags=_tags(group.tags))
            for group in resource_groups
            if not group.is_default
        ),
        policies=tuple(_policies(txn, account_id)),
        groups=tuple(
            GroupForm(
                name=group.name,
                display_name=group.display_name,
                comments=group.comments,
                policies=attached.get(group.id, ()),
            )
            for group in groups
        ),
        users=tuple(_users(txn, account_id, users, attached)),
        roles=tuple(_role(txn, role, attached, living) for role in roles if not role.service_linked),
        oidc_providers=tuple(_oidc_providers(txn, account_id)),
        saml_providers=tuple(_saml_providers(txn, account_id)),
    )


def _settings(txn: Transaction, account_id: str, kind: type[Struct], form: type[S]) -> S:
    return msgspec.convert(msgspec.to_builtins(txn.settings.get(account_id, kind)), type=form)


def _oidc_providers(txn: Transaction, account_id: str) -> Iterator[OidcProviderForm]:
    for one in _every(lambda marker: txn.oidc_providers.list(account_id, marker=marker, limit=_AT_ONCE)):
        yield OidcProviderForm(
            name=one.name,
            issuer_url=one.issuer_url,
            client_ids=one.client_ids,
            fingerprints=one.fingerprints,
            issuance_limit_hours=one.issuance_limit_hours,
            description=one.description,
        )


def _saml_providers(txn: Transaction, account_id: str) -> Iterator[SamlProviderForm]:
    for one in _every(lambda marker: txn.saml_providers.list(account_id, marker=marker, limit=_AT_ONCE)):
        yield SamlProviderForm(
            name=one.name,
            metadata=one.metadata,
            authn_sign_algo=one.authn_sign_algo,
            description=one.description,
        )


def _every(page: Callable[[str | None], Page[T]]) -> Iterator[T]:
    marker: str | None = None
    while True:
        found = page(marker)
        yield from found.items
        marker = found.marker
        if marker is None:
            return


def _resource_groups(txn: Transaction, account_id: str) -> Iterator[ResourceGroup]:
    number = 1
    while True:
        page: NumberedPage[ResourceGroup] = txn.resource_groups.numbered(
            account_id, page=number, size=_AT_ONCE
        )
        yield from page.items
        if number * _AT_ONCE >= page.total:
            return
        number += 1


def _attached(txn: Transaction, account_id: str, names: dict[str, str]) -> dict[str, tuple[Attached, ...]]:
    """Return what is attached, by the id of the principal."""
    found: dict[str, tuple[Attached, ...]] = {}
    for one in txn.attachments.of_account(account_id):
        member = {"custom" if one.policy_type == "Custom" else "system": one.policy_name}
        scope = {} if one.scope == account_id else {"scope": names[one.scope]}
        found[one.principal_id] = (*found.get(one.principal_id, ()), Attached(**member, **scope))
    return {principal: tuple(sorted(policies, key=_order)) for principal, policies in found.items()}


def _order(attached: Attached) -> tuple[str, str, str]:
    """Sort by what is written: ids are not the same everywhere."""
    custom, system, scope = (text or "" for text in (attached.custom, attached.system, attached.scope))
    return custom, system, scope


def _policies(txn: Transaction, account_id: str) -> Iterator[PolicyForm]:
    for policy in _every(
        lambda marker: txn.policies.list(account_id, policy_type="Custom", marker=marker, limit=_AT_ONCE)
    ):
        version = txn.policies.version(account_id, "Custom", policy.name)
        yield PolicyForm(
            name=policy.name,
            description=policy.description,
            document=declared(version.document),
            tags=_tags(policy.tags),
        )


def _users(
    txn: Transaction, account_id: str, users: list[User], attached: dict[str, tuple[Attached, ...]]
) -> Iterator[UserForm]:
    groups: dict[str, tuple[str, ...]] = {}
    for user_id, group in txn.groups.memberships(account_id):
        groups[user_id] = (*groups.get(user_id, ()), group)
    profiles = {profile.user_id: profile for profile in txn.login_profiles.of_account(account_id)}
    for user in users:
        yield UserForm(
            name=user.name,
            display_name=user.display_name,
            comments=user.comments,
            email=user.email,
            mobile_phone=user.mobile_phone,
            groups=groups.get(user.id, ()),
            console=_console(profiles.get(user.id)),
            policies=attached.get(user.id, ()),
            tags=_tags(user.tags),
        )


def _console(profile: LoginProfile | None) -> Console | None:
    if profile is None:
        return None
    return Console(
        active=profile.status == "Active",
        password_reset_required=profile.password_reset_required,
        mfa_bind_required=profile.mfa_bind_required,
    )


def _role(
    txn: Transaction, role: Role, attached: dict[str, tuple[Attached, ...]], living: set[str]
) -> RoleForm:
    bound = trust.bindings(txn, role.id)
    return RoleForm(
        name=role.name,
        description=role.description,
        max_session_duration=role.max_session_duration,
        allow_console_login=role.allow_console_login,
        trust=declared(role.trust_document),
        gone=tuple(sorted(principal for principal in bound if bound[principal] not in living)),
        policies=attached.get(role.id, ()),
        tags=_tags(role.tags),
    )


def _tags(tags: TagList) -> dict[str, str]:
    return dict(sorted(tags))
