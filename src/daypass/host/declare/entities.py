"""Things with a name, of every kind, compared in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import UNSET

from daypass.host.declare.changes import Change, Found, Phase, TagChange, by_name, field_lines, tag_change
from daypass.host.declare.form import Form

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.host.declare.form import AccountForm

F = TypeVar("F", bound=Form)


def _no_lines(before: Form, after: Form) -> Iterable[str]:  # noqa: ARG001 (the form's)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Generic[F]):
    """A kind of thing that has a name.

    Attributes:
        kind: for people.
        plural: member of an account's form that lists them.
        noun: in RAM's operations, ``User`` of ``CreateUser``.
        resource: in ARNs, ``user`` of ``…:user/alice``.
        fields: members that are compared as they are.
        create: makes one.
        update: changes one; gets what was and what is wanted.
        remove: removes one, by its name, with what it has.
        entity_id: gives the id that tags go by, where there are tags.
        differences: gives lines for further members.
        finish: does what can only be done once all of them are there.
        phase: when they are made.
    """

    kind: str
    plural: str
    noun: str
    resource: str
    fields: tuple[str, ...]
    create: Callable[[Transaction, str, F], None]
    update: Callable[[Transaction, str, F, F], None]
    remove: Callable[[Transaction, str, str], None]
    entity_id: Callable[[Transaction, str, str], str] | None = None
    differences: Callable[[F, F], Iterable[str]] = _no_lines
    finish: Callable[[Transaction, str, F], None] | None = None
    phase: Phase = Phase.MAKE


def compare(
    found: Found, account: str, present: AccountForm, wanted: AccountForm, entity: Entity[Any]
) -> None:
    """Note what differs between the things of one kind that are there and those declared."""
    listed = getattr(wanted, entity.plural)
    if listed is UNSET:
        return
    there, declared = by_name(getattr(present, entity.plural)), by_name(listed)
    for name, form in declared.items():
        before = there.get(name)
        change = (
            _creation(account, entity, form)
            if before is None
            else _change(found, account, entity, before, form)
        )
        if change is None:
            found.unchanged += 1
        else:
            found.changes.append(change)
    for name, form in there.items():
        if name in declared:
            continue
        if found.prune:
            found.changes.append(_removal(account, entity, form.name))
        else:
            found.left(entity.kind, form.name)


def _creation(account: str, entity: Entity[Any], form: Any) -> Change:
    steps = [(entity.phase, lambda txn: entity.create(txn, account, form))]
    finish = entity.finish
    if finish is not None:
        steps.append((Phase.TRUST, lambda txn: finish(txn, account, form)))
    return Change(
        verb="create",
        kind=entity.kind,
        name=form.name,
        action=f"Create{entity.noun}",
        resource=_arn(account, entity, form.name),
        steps=tuple(steps),
    )


def _change(found: Found, account: str, entity: Entity[Any], before: Any, form: Any) -> Change | None:
    title = f"{entity.kind} {before.name}"
    tags = TagChange({}, (), ())
    if entity.entity_id is not None:
        tags = tag_change(found, title, before.tags, form.tags)
    lines = [*field_lines(before, form, entity.fields), *entity.differences(before, form)]
    if not lines and not tags.details:
        return None

    def change(txn: Transaction) -> None:
        if lines:
            entity.update(txn, account, before, form)
        if tags.details and entity.entity_id is not None:
            entity_id = entity.entity_id(txn, account, before.name)
            if tags.remove:
                txn.tags.remove(account, entity_id, tags.remove)
            txn.tags.put(account, entity_id, tags.put.items())

    return Change(
        verb="change",
        kind=entity.kind,
        name=before.name,
        details=(*lines, *tags.details),
        action=f"Update{entity.noun}",
        resource=_arn(account, entity, before.name),
        steps=((Phase.TRUST if entity.finish is not None else entity.phase, change),),
    )


def _removal(account: str, entity: Entity[Any], name: str) -> Change:
    return Change(
        verb="remove",
        kind=entity.kind,
        name=name,
        action=f"Delete{entity.noun}",
        resource=_arn(account, entity, name),
        steps=((Phase.REMOVE, lambda txn: entity.remove(txn, account, name)),),
    )


def _arn(account: str, entity: Entity[Any], name: str) -> str:
    return f"acs:ram:*:{account}:{entity.resource}/{name}"
