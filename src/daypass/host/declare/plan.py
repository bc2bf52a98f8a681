"""The plan of one account: what a declaration would change, and doing it in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from daypass.authn.passwords import hash_of
from daypass.errors import ApiError, DaypassError
from daypass.host.declare.belongings import compare_attachments, compare_consoles, compare_memberships
from daypass.host.declare.changes import Change, Found
from daypass.host.declare.entities import compare
from daypass.host.declare.form import AccountForm
from daypass.host.declare.kinds import ENTITIES
from daypass.host.declare.present import account_form
from daypass.host.declare.settings import SETTINGS, compare_alias, compare_quotas, compare_settings, creation
from daypass.host.declare.source import DeclarationError
from daypass.host.record import record
from daypass.secret import Secret

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction

_SHOWN: Final = 10
_PASSWORD_BYTES: Final = 32


class Plan(Struct, frozen=True, kw_only=True):
    """What a declaration would do to one account.

    Attributes:
        changes: in the order of the file's kinds.
        unchanged: how many things are as declared.
        undescribed: kind -> names that the account has, the file does not, and that stay.
    """

    account: str
    changes: tuple[Change, ...]
    unchanged: int
    undescribed: dict[str, tuple[str, ...]]

    def lines(self) -> Iterator[str]:
        """Yield the plan as it is shown."""
        counts = {verb: sum(change.verb == verb for change in self.changes) for verb in _WORDS}
        told = ", ".join(f"{count} {_WORDS[verb]}" for verb, count in counts.items())
        yield f"account {self.account}: {told}, {self.unchanged} unchanged"
        for change in self.changes:
            yield from change.lines()
        for kind, names in self.undescribed.items():
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"  not described, left alone: {kind} {', '.join(names[:_SHOWN])}{more}"


_WORDS: Final = {"create": "to create", "change": "to change", "remove": "to remove"}


class _Rehearsed(DaypassError):  # noqa: N818 (no fault: ends a transaction that is to leave nothing)
    """A rehearsal is over."""


def make_plan(present: AccountForm | None, wanted: AccountForm, *, prune: bool) -> Plan:
    """Compare what an account holds with what is declared.

    Args:
        present: what it holds; None if there is no such account.
        wanted: what is declared.
        prune: remove what is not described, of the kinds that are.
    """
    found = Found(prune=prune)
    account = wanted.id
    if present is None:
        found.changes.append(creation(account))
    now = present or AccountForm(id=account, alias=None)
    compare_alias(found, account, now, wanted)
    compare_quotas(found, account, now, wanted)
    for kind in SETTINGS:
        compare_settings(found, account, now, wanted, kind)
    for entity in ENTITIES:
        compare(found, account, now, wanted, entity)
    compare_consoles(found, account, now, wanted, _Unknown())
    compare_memberships(found, account, now, wanted)
    compare_attachments(found, account, now, wanted)
    undescribed = {kind: tuple(names) for kind, names in found.undescribed.items()}
    return Plan(
        account=account, changes=tuple(found.changes), unchanged=found.unchanged, undescribed=undescribed
    )


def plan(database: Database, wanted: AccountForm, *, prune: bool) -> Plan:
    """Compare what a store has of an account with what is declared."""
    with database.read() as txn:
        return make_plan(account_form(txn, wanted.id), wanted, prune=prune)


def apply(database: Database, wanted: AccountForm, shown: Plan, *, prune: bool) -> None:
    """Make an account what a declaration says, in one transaction.

    Args:
        database: where.
        wanted: what is declared.
        shown: the plan that people have seen.
        prune: as for the plan.

    Raises:
        DeclarationError: a change is refused, or the account was changed since the plan; nothing is done.
    """
    with database.write() as txn:
        _execute(txn, wanted, shown, prune=prune)


def rehearse(database: Database, wanted: AccountForm, shown: Plan, *, prune: bool) -> None:
    """Do the same and take it back, to tell what would be refused.

    Raises:
        DeclarationError: as :func:`apply`.
    """
    try:
        with database.write() as txn:
            _execute(txn, wanted, shown, prune=prune)
            raise _Rehearsed  # noqa: TRY301 (what ends the transaction is the point)
    except _Rehearsed:
        return


def _execute(txn: Transaction, wanted: AccountForm, shown: Plan, *, prune: bool) -> None:
    fresh = make_plan(account_form(txn, wanted.id), wanted, prune=prune)
    if list(fresh.lines()) != list(shown.lines()):
        raise DeclarationError(f"account {wanted.id} was changed meanwhile; run it again for a new plan")
    steps = [(phase, change, step) for change in fresh.changes for phase, step in change.steps]
    for _, change, step in sorted(steps, key=lambda each: each[0]):
        try:
            step(txn)
        except ApiError as refusal:
            message = f"account {wanted.id}: {change.title}: {refusal.code}: {refusal.message}"
            raise DeclarationError(f"{message} Nothing was changed.") from None
    for change in fresh.changes:
        record(txn, wanted.id, change.action, change.resource, change.parameters)


def declare(database: Database, account_ids: tuple[str, ...] | None = None) -> tuple[AccountForm, ...]:
    """Return what a store holds, in the form of a declaration; all accounts if none are named."""
    with database.read() as txn:
        wanted = account_ids if account_ids is not None else _account_ids(txn)
        forms = (account_form(txn, account_id) for account_id in wanted)
        return tuple(form for form in forms if form is not None)


def _account_ids(txn: Transaction) -> tuple[str, ...]:
    found: list[str] = []
    marker: str | None = None
    while True:
        page = txn.accounts.list(marker=marker, limit=1000)
        found += [account.id for account in page.items]
        marker = page.marker
        if marker is None:
            return tuple(found)


class _Unknown:
    """The hash of a password that nobody knows; made once, as it takes a while."""

    def __init__(self) -> None:
        self._hash: Secret | None = None

    def __call__(self, txn: Transaction) -> Secret:
        if self._hash is None:
            self._hash = hash_of(Secret(secrets.token_urlsafe(_PASSWORD_BYTES)), txn.entropy)
        return self._hash
