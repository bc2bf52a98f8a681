"""Principals that do not call but are asked about: what they may do, as things are or as they would be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from daypass.authz.principal import (
    Caller,
    Entitlements,
    IdentityType,
    compile_session_policy,
    entitlements,
    vouched_for,
)
from daypass.directory import lookups
from daypass.directory.lookups import Grant
from daypass.names import ProviderArn, ProviderKind, role_arn, root_arn, session_arn, user_arn
from daypass.policy import role_principals, service_principals, user_principals

if TYPE_CHECKING:
    from daypass.directory.database import Transaction
    from daypass.directory.lookups import Grants

ADDED: Final = "added"
"""The name of a policy that is tried out and has none."""

CHANGED: Final = "changed"
"""The version of a policy that is tried out."""

_RAM: Final = re.compile(
    r"acs:ram:[*]?:(?P<account>[0-9]{16}):(?P<kind>root|user|role|assumed-role|oidc-provider|saml-provider)"
    r"(?:/(?P<name>[A-Za-z0-9._@-]{1,128})(?:/(?P<session>.{1,512}))?)?",
    re.ASCII,
)
_SERVICE: Final = re.compile(
    r"(?:(?P<account>[0-9]{16})@)?(?P<name>[A-Za-z0-9.-]{1,100}\.aliyuncs\.com)", re.ASCII
)
_SESSION: Final = "simulated"


class Principal(NamedTuple):
    """Who is asked about, as read from its ARN or name.

    Attributes:
        kind: ``root``, ``user``, ``role``, ``service``, ``oidc-provider`` or ``saml-provider``.
        account: it belongs to; of a service, the one it comes for, "" for the role's own.
        name: of the user, role, service or provider.
        session: of a role, the session's name; of a provider, the subject.
    """

    kind: str
    account: str
    name: str
    session: str = ""

    @classmethod
    def parse(cls, text: str) -> Principal:
        """Read an ARN, or the name of a service.

        Raises:
            ValueError: it is neither.
        """
        if (match := _SERVICE.fullmatch(text)) is not None:
            return cls("service", match["account"] or "", match["name"].lower())
        match = _RAM.fullmatch(text)
        if match is None or (match["kind"] == "root") == bool(match["name"]):
            raise ValueError(
                "the ARN of a user, role, session, provider or root is wanted, or a service's name"
            )
        kind = "role" if match["kind"] == "assumed-role" else match["kind"]
        return cls(kind, match["account"], match["name"] or "", match["session"] or "")


class Trial(NamedTuple):
    """A policy as it would be.

    Attributes:
        document: its text; "" for none.
        replaces: name of the custom policy whose text it would be, "" for a further policy.
    """

    document: str = ""
    replaces: str = ""


def simulated(
    txn: Transaction, who: Principal, account: str, trial: Trial, session_policy: str | None
) -> Caller | None:
    """Return the caller that a principal would be; None if it does not exist.

    Args:
        txn: of the store.
        who: the principal. Of another account nothing is known but its name.
        account: that asks, and owns what is asked for.
        trial: a policy that is tried out on it.
        session_policy: of a role session.
    """
    if who.kind == "service":
        names = service_principals(who.name, acting_for=who.account or account, role_account=account)
        return _made(IdentityType.FEDERATED, account, who.name, names=names, entitlements=NOTHING)
    if who.kind in ("oidc-provider", "saml-provider"):
        kind: ProviderKind = "oidc" if who.kind == "oidc-provider" else "saml"
        subject = vouched_for(ProviderArn(who.account, kind, who.name), who.session or _SESSION, account)
        return msgspec.structs.replace(subject, entitlements=NOTHING)
    if who.kind == "root":
        own = None if who.account == account else NOTHING
        return _made(IdentityType.ACCOUNT, who.account, root_arn(who.account), entitlements=own)
    return _identity(txn, who, account, trial, session_policy)


NOTHING: Final = entitlements(lookups.Grants("", "", (), frozenset()))
"""What is attached to who has no identity policies, or none that are known here. None would mean root."""


def _identity(
    txn: Transaction, who: Principal, account: str, trial: Trial, session_policy: str | None
) -> Caller | None:
    grants = _grants(txn, who) if who.account == account else lookups.Grants("", who.account, (), frozenset())
    if grants is None:
        return None
    own = entitlements(_tried(grants, who, trial) if who.account == account else grants)
    if who.kind == "user":
        arn = user_arn(who.account, who.name)
        names = user_principals(who.account, who.name)
        made = _made(IdentityType.RAM_USER, who.account, arn, names=names, entitlements=own)
        return msgspec.structs.replace(made, user_id=grants.principal_id)
    names = role_principals(who.account, who.name)
    arn = session_arn(who.account, who.name, who.session or _SESSION)
    made = _made(IdentityType.ROLE_SESSION, who.account, arn, names=names, entitlements=own)
    return msgspec.structs.replace(
        made,
        role_id=grants.principal_id,
        policy_arn=role_arn(who.account, who.name),
        session_policy=None if session_policy is None else compile_session_policy(session_policy),
    )


def _made(
    kind: IdentityType,
    account: str,
    arn: str,
    *,
    names: frozenset[str] = frozenset(),
    entitlements: Entitlements | None = None,
) -> Caller:
    return Caller(
        identity_type=kind,
        account=account,
        arn=arn,
        policy_arn=arn,
        principal_id="",
        display_name="",
        access_key_id="",
        names=names,
        entitlements=entitlements,
    )


def _grants(txn: Transaction, who: Principal) -> Grants | None:
    if who.kind == "user":
        user = txn.users.find(who.account, who.name)
        return None if user is None else lookups.grants_of_user(txn, user.id)
    role = txn.roles.find(who.account, who.name)
    return None if role is None else lookups.grants_of_role(txn, role.id)


def _tried(grants: Grants, who: Principal, trial: Trial) -> Grants:
    """Return the grants as they would be with a policy changed or added."""
    if not trial.document:
        return grants
    changed = tuple(
        msgspec.structs.replace(grant, document=trial.document, version=CHANGED)
        if grant.policy_type == "Custom" and grant.policy == trial.replaces
        else grant
        for grant in grants.attached
    )
    if changed == grants.attached:
        entity = f"{who.kind}/{who.name}"
        name = trial.replaces or ADDED
        further = Grant(name, "Custom", who.account, CHANGED, trial.document, entity, who.account)
        changed = (*changed, further)
    return msgspec.structs.replace(grants, attached=changed)
