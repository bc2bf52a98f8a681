"""What belongs to an account itself: that it is there, its alias, its quotas and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec import UNSET, Struct

from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.host.declare.changes import Change, Found, Phase, field_lines

if TYPE_CHECKING:
    from daypass.host.declare.form import AccountForm


class Setting(NamedTuple):
    """A kind of settings: its member in an account's form, its record, RAM's word for setting it."""

    member: str
    record: type[Struct]
    action: str


SETTINGS: Final = (
    Setting("password_policy", PasswordPolicy, "SetPasswordPolicy"),
    Setting("security_preference", SecurityPreference, "SetSecurityPreference"),
)


def creation(account: str) -> Change:
    """Return the change that makes an account, without a key."""
    return Change(
        verb="create",
        kind="account",
        name=account,
        details=("without an AccessKey: make one with `daypass account key`",),
        action="CreateAccount",
        resource=f"acs:ram::{account}:root",
        steps=((Phase.ACCOUNT, lambda txn: (txn.accounts.create(account), None)[1]),),
    )


def compare_alias(found: Found, account: str, present: AccountForm, wanted: AccountForm) -> None:
    """Note whether the alias changes."""
    alias = wanted.alias
    if alias is UNSET:
        return
    if present.alias == alias:
        found.unchanged += alias is not None
        return
    found.changes.append(
        Change(
            verb="change",
            kind="account",
            name=account,
            details=tuple(field_lines(present, wanted, ("alias",))),
            action="SetAccountAlias" if alias else "ClearAccountAlias",
            resource=f"acs:ram:*:{account}:*",
            parameters={"AccountAlias": alias},
            steps=((Phase.SETTINGS, lambda txn: txn.accounts.set_alias(account, alias)),),
        )
    )


def compare_quotas(found: Found, account: str, present: AccountForm, wanted: AccountForm) -> None:
    """Note which quotas change, and which go back to their defaults."""
    if wanted.quotas is UNSET:
        return
    now = present.quotas or {}
    for name, value in wanted.quotas.items():
        if now.get(name) == value:
            found.unchanged += 1
        else:
            found.changes.append(_quota(account, name, now.get(name), value))
    for name, value in now.items():
        if name in wanted.quotas:
            continue
        if found.prune:
            found.changes.append(_quota(account, name, value, None))
        else:
            found.left("quota", name)


def _quota(account: str, name: str, before: int | None, value: int | None) -> Change:
    shown = ["default" if number is None else str(number) for number in (before, value)]
    return Change(
        verb="change",
        kind="quota",
        name=name,
        details=(" -> ".join(shown),),
        action="SetQuota",
        resource=f"quota/{name}",
        parameters={"Value": value},
        steps=((Phase.SETTINGS, lambda txn: txn.account_quotas.set(account, name, value)),),
    )


def compare_settings(
    found: Found, account: str, present: AccountForm, wanted: AccountForm, kind: Setting
) -> None:
    """Note whether settings of one kind change; members that are absent have their defaults."""
    form, now = getattr(wanted, kind.member), getattr(present, kind.member)
    if form is UNSET:
        return
    record = msgspec.convert(msgspec.to_builtins(form), type=kind.record)
    before = kind.record() if now is UNSET else msgspec.convert(msgspec.to_builtins(now), type=kind.record)
    if before == record:
        found.unchanged += 1
        return
    found.changes.append(
        Change(
            verb="change",
            kind="settings",
            name=kind.member.replace("_", " "),
            details=tuple(field_lines(before, record, kind.record.__struct_fields__)),
            action=kind.action,
            resource=f"acs:ram:*:{account}:*",
            steps=((Phase.SETTINGS, lambda txn: txn.settings.set(account, record)),),
        )
    )
