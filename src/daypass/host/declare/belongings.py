"""What users, groups and roles have: memberships, console logon, attached policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import UNSET

from daypass.host.declare.changes import Change, Found, Phase, Verb, by_name, field_lines
from daypass.host.declare.form import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.directory.database import Transaction
    from daypass.directory.records import KeyStatus, PolicyType, PrincipalKind
    from daypass.host.declare.form import AccountForm, Attached, UserForm
    from daypass.secret import Secret

_PRINCIPALS: Final[tuple[tuple[PrincipalKind, str], ...]] = (
    ("User", "users"),
    ("Group", "groups"),
    ("Role", "roles"),
)
_PHASES: Final[dict[Verb, Phase]] = {"create": Phase.JOIN, "remove": Phase.LOOSEN}


def compare_memberships(found: Found, account: str, present: AccountForm, wanted: AccountForm) -> None:
    """Note who joins and who leaves a group."""
    there = by_name(present.users)
    for key, user in by_name(wanted.users).items():
        if user.groups is UNSET:
            continue
        before = there.get(key)
        now = {} if before is None else {name.lower(): name for name in before.groups or ()}
        declared = {name.lower(): name for name in user.groups}
        for name, group in declared.items():
            if name in now:
                found.unchanged += 1
            else:
                found.changes.append(_membership("create", account, user.name, group))
        for name, group in now.items():
            if name in declared:
                continue
            if found.prune:
                found.changes.append(_membership("remove", account, user.name, group))
            else:
                found.left("membership", f"{user.name} in {group}")


def _membership(verb: Verb, account: str, user: str, group: str) -> Change:
    def step(txn: Transaction) -> None:
        change = txn.groups.add_user if verb == "create" else txn.groups.remove_user
        change(account, group, user)

    return Change(
        verb=verb,
        kind="membership",
        name=f"{user} in {group}",
        action="AddUserToGroup" if verb == "create" else "RemoveUserFromGroup",
        resource=f"acs:ram:*:{account}:user/{user}",
        parameters={"GroupName": group},
        steps=((_PHASES[verb], step),),
    )


def compare_consoles(
    found: Found,
    account: str,
    present: AccountForm,
    wanted: AccountForm,
    password: Callable[[Transaction], Secret],
) -> None:
    """Note whose permission to log on to the console comes, changes or goes.

    Args:
        found: what is noted.
        account: whose.
        present: what there is.
        wanted: what is declared.
        password: gives the hash of a password that nobody knows.
    """
    there = by_name(present.users)
    for key, user in by_name(wanted.users).items():
        if user.console is UNSET:
            continue
        before = there.get(key)
        now = None if before is None else before.console
        if now == user.console:
            found.unchanged += user.console is not None
        elif user.console is not None:
            found.changes.append(
                _console(account, user, now if isinstance(now, Console) else None, user.console, password)
            )
        elif found.prune:
            found.changes.append(_no_console(account, user.name))
        else:
            found.left("login profile", user.name)


def _console(
    account: str,
    user: UserForm,
    before: Console | None,
    console: Console,
    password: Callable[[Transaction], Secret],
) -> Change:
    status: KeyStatus = "Active" if console.active else "Inactive"

    def step(txn: Transaction) -> None:
        if before is None:
            txn.login_profiles.create(
                account,
                user.name,
                password(txn),
                password_reset_required=console.password_reset_required,
                mfa_bind_required=console.mfa_bind_required,
                status=status,
            )
        else:
            txn.login_profiles.update(
                account,
                user.name,
                password_reset_required=console.password_reset_required,
                mfa_bind_required=console.mfa_bind_required,
                status=None if before.active == console.active else status,
            )

    lines = () if before is None else tuple(field_lines(before, console, Console.__struct_fields__))
    return Change(
        verb="create" if before is None else "change",
        kind="login profile",
        name=user.name,
        details=lines or ("without a password: set one with UpdateLoginProfile",),
        action="CreateLoginProfile" if before is None else "UpdateLoginProfile",
        resource=f"acs:ram:*:{account}:user/{user.name}",
        steps=((Phase.CONSOLE, step),),
    )


def _no_console(account: str, user: str) -> Change:
    return Change(
        verb="remove",
        kind="login profile",
        name=user,
        action="DeleteLoginProfile",
        resource=f"acs:ram:*:{account}:user/{user}",
        steps=((Phase.LOOSEN, lambda txn: txn.login_profiles.delete(account, user)),),
    )


class _Attachment(NamedTuple):
    """One attachment; names fold, so that case does not tell two apart."""

    policy_type: PolicyType
    policy: str
    scope: str | None

    @classmethod
    def of(cls, attached: Attached) -> _Attachment:
        custom = attached.custom is not UNSET
        name = attached.custom if custom else attached.system
        scope = None if attached.scope is UNSET else str(attached.scope)
        return cls("Custom" if custom else "System", str(name), scope)

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.policy_type, self.policy.lower(), self.scope and self.scope.lower()

    def __str__(self) -> str:
        within = f" within {self.scope}" if self.scope else ""
        return f"{self.policy_type.lower()} policy {self.policy}{within}"


def compare_attachments(found: Found, account: str, present: AccountForm, wanted: AccountForm) -> None:
    """Note what is attached and what is detached."""
    for kind, plural in _PRINCIPALS:
        there = by_name(getattr(present, plural))
        for key, principal in by_name(getattr(wanted, plural)).items():
            if principal.policies is not UNSET:
                now = _attachments(there.get(key))
                _compare_attached(found, account, (kind, principal.name), now, _attachments(principal))


def _attachments(principal: Any) -> dict[tuple[str, str, str | None], _Attachment]:
    listed = () if principal is None else principal.policies or ()
    return {one.key: one for one in map(_Attachment.of, listed)}


def _compare_attached(
    found: Found,
    account: str,
    principal: tuple[PrincipalKind, str],
    now: dict[tuple[str, str, str | None], _Attachment],
    declared: dict[tuple[str, str, str | None], _Attachment],
) -> None:
    for key, one in declared.items():
        if key in now:
            found.unchanged += 1
        else:
            found.changes.append(_attachment("create", account, principal, one))
    for key, one in now.items():
        if key in declared:
            continue
        if found.prune:
            found.changes.append(_attachment("remove", account, principal, one))
        else:
            found.left("attachment", f"{one} to {principal[0].lower()} {principal[1]}")


def _attachment(verb: Verb, account: str, principal: tuple[PrincipalKind, str], one: _Attachment) -> Change:
    kind, name = principal

    def step(txn: Transaction) -> None:
        scope = None if one.scope is None else txn.resource_groups.named(account, one.scope).id
        change = txn.attachments.attach if verb == "create" else txn.attachments.detach
        change(account, kind, name, one.policy_type, one.policy, scope=scope)

    parameters = {"PolicyType": one.policy_type, "PolicyName": one.policy}
    return Change(
        verb=verb,
        kind="attachment",
        name=f"of {one} to {kind.lower()} {name}",
        action=f"{'AttachPolicyTo' if verb == 'create' else 'DetachPolicyFrom'}{kind}",
        resource=f"acs:ram:*:{account}:{kind.lower()}/{name}",
        parameters={**parameters, **({"ResourceGroup": one.scope} if one.scope else {})},
        steps=((_PHASES[verb], step),),
    )
