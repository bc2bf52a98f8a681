"""What the names in a trust policy stand for.

A trust policy names users and roles; names can be given to somebody else. So the
names of the role's own account are resolved to ids when the document is saved, and
must exist then. Who is deleted and re-created under the same name is not meant. Names
of other accounts stay names: what they stand for is not this account's to ask.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from daypass.directory.errors import BAD_TRUST_PRINCIPAL
from daypass.directory.schema import roles, trust_bindings, users

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.directory.context import Context

_NAMED: Final = re.compile(r"acs:ram:[*]?:([0-9]+):(user|role)/(.+)", re.ASCII)
_NOBODY: Final = "0"
"""No entity's id."""

_TABLES: Final = {"user": users, "role": roles}


def resolve(context: Context, account_id: str, principals: Iterable[str]) -> dict[str, str]:
    """Return principal -> id for those that name a user or role of the account.

    Raises:
        ApiError: ``MalformedPolicyDocument``, one of them does not exist.
    """
    bound: dict[str, str] = {}
    for principal in principals:
        named = _NAMED.fullmatch(principal)
        if named is not None and named[1] == account_id:
            bound[principal] = _id_of(context, account_id, named[2], named[3], principal)
    return bound


def _id_of(context: Context, account_id: str, kind: str, name: str, principal: str) -> str:
    table = _TABLES[kind]
    row = context.first(
        select(table.c.id).where(table.c.account_id == account_id, table.c.name_key == name.lower())
    )
    if row is None:
        raise BAD_TRUST_PRINCIPAL(principal=principal)
    return str(row[0])


def bind(context: Context, role_id: str, bound: dict[str, str]) -> None:
    """Store what a role's trust policy names, in place of what was stored."""
    context.run(delete(trust_bindings).where(trust_bindings.c.role_id == role_id))
    rows = [{"role_id": role_id, "principal": name, "principal_id": bound[name]} for name in bound]
    if rows:
        context.add(trust_bindings, *rows)


def bind_to_nobody(context: Context, role_id: str, principals: Iterable[str]) -> None:
    """Bind further names of a role's trust policy to nobody, whoever has the name now."""
    rows = [{"role_id": role_id, "principal": name, "principal_id": _NOBODY} for name in principals]
    if rows:
        context.add(trust_bindings, *rows)


def bindings(context: Context, role_id: str) -> dict[str, str]:
    """Return principal -> id as bound when the role's trust policy was saved."""
    statement = select(trust_bindings.c.principal, trust_bindings.c.principal_id)
    return {row[0]: row[1] for row in context.all(statement.where(trust_bindings.c.role_id == role_id))}
