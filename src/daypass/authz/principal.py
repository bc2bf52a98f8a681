"""Callers: who they are on the wire, and which policies speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec

from daypass.authz.views import Loaded, View
from daypass.directory import lookups, scopes
from daypass.directory.records import Role
from daypass.names import ProviderArn, role_arn, root_arn, session_arn, user_arn
from daypass.policy import (
    AttachedPolicy,
    DocumentKind,
    Layers,
    PolicySet,
    parse,
    provider_principals,
    role_principals,
    user_principals,
)
from daypass.policy.principals import fold_principal
from daypass.tokens import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.directory.database import Transaction
    from daypass.directory.lookups import Grant, Grants, KeyHolder


_LONGEST_NAME: Final = 255
"""Of a principal in records. Identity providers name their subjects at any length."""

_CHARS_OF_WEIGHT: Final = 100
"""Of a document; compiled it takes about ten times the room of its text."""

_LIMITS: Final = {"Custom": None, "System": 1_000_000}
"""Characters of a document: RAM's own limit holds for what users write, not for what is shipped."""


class IdentityType(Enum):
    """What kind of principal a caller is, in GetCallerIdentity's words.

    It never shows the last one: somebody an identity provider vouches for only gets to be a
    role session.
    """

    ACCOUNT = "Account"
    RAM_USER = "RAMUser"
    ROLE_SESSION = "AssumedRoleUser"
    FEDERATED = "Federated"


class Entitlements(msgspec.Struct, frozen=True):
    """A principal's identity policies, compiled.

    Attributes:
        account_scope: attached for the whole account, a user's groups' included.
        group_scope: by resource group id, attached for that group's resources only.
    """

    account_scope: PolicySet
    group_scope: Mapping[str, PolicySet]


class TrustedRole(msgspec.Struct, frozen=True):
    """A role as AssumeRole needs it.

    Attributes:
        role: the record.
        trust: its trust policy, compiled.
        bound: principals of the role's own account that the trust policy names, folded,
            with the id of the user or role that had the name when it was saved.
    """

    role: Role
    trust: PolicySet
    bound: Mapping[str, str]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated principal.

    Attributes:
        identity_type: root, RAM user or role session.
        account: 16 digits; owner of what the caller works on.
        arn: as GetCallerIdentity prints it.
        policy_arn: as the condition key ``acs:PrincipalARN`` carries it: the user's, the
            role's (not the session's), or root's.
        principal_id: user id, ``<RoleId>:<session name>``, or account id.
        display_name: user name, ``<role>:<session>``, or account id.
        user_id: of a RAM user, else empty.
        role_id: of a role session, else empty.
        access_key_id: that signed the request.
        session: the opened token of temporary credentials.
        entitlements: identity policies; ``None`` for root, whom they do not govern.
        session_policy: of a session that carries one.
        names: principals of trust policies that mean this caller; none for root, who may
            assume no role.
    """

    identity_type: IdentityType
    account: str
    arn: str
    policy_arn: str
    principal_id: str
    display_name: str
    access_key_id: str
    user_id: str = ""
    role_id: str = ""
    session: Session | None = None
    entitlements: Entitlements | None = None
    session_policy: PolicySet | None = None
    names: frozenset[str] = frozenset()

    @property
    def source_identity(self) -> str:
        """The source identity that the session inherited or set; empty without."""
        return (self.session.source_identity or "") if self.session is not None else ""

    def layers(
        self,
        resource_group: str | None = None,
        trust: PolicySet | None = None,
        control: tuple[PolicySet, ...] = (),
    ) -> Layers:
        """Return the policy layers for a request on a resource of the given group, under these controls."""
        own = self.entitlements
        scoped = own.group_scope.get(resource_group) if own is not None and resource_group else None
        return Layers(
            control=control,
            session=self.session_policy,
            identity=own.account_scope if own is not None else None,
            resource_group=scoped,
            trust=trust,
            root=own is None,
        )


def root(holder: KeyHolder) -> Caller:
    """Return the caller behind an account's own AccessKey."""
    return Caller(
        identity_type=IdentityType.ACCOUNT,
        account=holder.account_id,
        arn=root_arn(holder.account_id),
        policy_arn=root_arn(holder.account_id),
        principal_id=holder.account_id,
        display_name=holder.account_id,
        access_key_id=holder.access_key_id,
    )


def ram_user(holder: KeyHolder, entitlements: Entitlements) -> Caller:
    """Return the caller behind a RAM user's AccessKey."""
    arn = user_arn(holder.account_id, holder.user_name)
    return Caller(
        identity_type=IdentityType.RAM_USER,
        account=holder.account_id,
        arn=arn,
        policy_arn=arn,
        principal_id=holder.user_id or "",
        display_name=holder.user_name,
        access_key_id=holder.access_key_id,
        user_id=holder.user_id or "",
        entitlements=entitlements,
        names=user_principals(holder.account_id, holder.user_name),
    )


def role_session(
    access_key_id: str, session: Session, entitlements: Entitlements, policy: PolicySet | None
) -> Caller:
    """Return the caller behind temporary credentials of a role."""
    name = f"{session.role_name}/{session.session_name}"
    return Caller(
        identity_type=IdentityType.ROLE_SESSION,
        account=session.account_id,
        arn=session_arn(session.account_id, session.role_name, session.session_name),
        policy_arn=role_arn(session.account_id, session.role_name),
        principal_id=f"{session.role_id}:{session.session_name}",
        display_name=name.replace("/", ":"),
        access_key_id=access_key_id,
        role_id=session.role_id,
        session=session,
        entitlements=entitlements,
        session_policy=policy,
        names=role_principals(session.account_id, session.role_name),
    )


def console_session(
    access_key_id: str, session: Session, user_name: str, entitlements: Entitlements | None
) -> Caller:
    """Return the caller behind a console session: a RAM user, or the account itself without entitlements.

    Args:
        access_key_id: of the session's temporary credentials.
        session: as it was sealed.
        user_name: what the user is called now.
        entitlements: of the user; None for the account.
    """
    account = session.account_id
    arn = user_arn(account, user_name) if entitlements is not None else root_arn(account)
    is_user = entitlements is not None
    return Caller(
        identity_type=IdentityType.RAM_USER if is_user else IdentityType.ACCOUNT,
        account=account,
        arn=arn,
        policy_arn=arn,
        principal_id=session.user_id if is_user else account,
        display_name=user_name if is_user else account,
        access_key_id=access_key_id,
        user_id=session.user_id,
        session=session,
        entitlements=entitlements,
        names=user_principals(account, user_name) if is_user else frozenset(),
    )


def vouched_for(provider: ProviderArn, subject: str, role_account: str) -> Caller:
    """Return the caller that an identity provider vouches for, who may get to be a session of a role.

    Args:
        provider: that vouches.
        subject: as the provider calls it.
        role_account: of the role that is asked for; a provider of another account counts for nothing.
    """
    arn = str(provider)
    return Caller(
        identity_type=IdentityType.FEDERATED,
        account=provider.account,
        arn=f"{arn}/{subject}"[:_LONGEST_NAME],
        policy_arn=arn,
        principal_id=subject[:_LONGEST_NAME],
        display_name=f"{provider.kind}-provider/{provider.name}",
        access_key_id="",
        names=provider_principals(arn, role_account=role_account),
    )


def compile_session_policy(text: str) -> PolicySet:
    """Compile the session policy that a token carries; it was checked when the token was made."""
    document = parse(text, DocumentKind.SESSION)
    return PolicySet.compile([AttachedPolicy("session", "Session", "", document)])


def compile_trust_policy(text: str) -> PolicySet:
    """Compile a role's trust policy."""
    return PolicySet.compile([AttachedPolicy("trust", "Trust", "", parse(text, DocumentKind.TRUST))])


def _load_key(txn: Transaction, access_key_id: str) -> Loaded[KeyHolder | None]:
    holder = lookups.access_key(txn, access_key_id)
    depends_on = {scopes.access_key(access_key_id)} | (holder.depends_on if holder else set())
    return Loaded(holder, tuple(depends_on))


def _load_user(txn: Transaction, user_id: str) -> Loaded[Entitlements | None]:
    return _entitlements(lookups.grants_of_user(txn, user_id), scopes.user(user_id))


def _load_role_grants(txn: Transaction, role_id: str) -> Loaded[Entitlements | None]:
    return _entitlements(lookups.grants_of_role(txn, role_id), scopes.role(role_id))


def _load_trusted_role(txn: Transaction, key: tuple[str, str]) -> Loaded[TrustedRole | None]:
    account, name = key
    found = lookups.role_by_name(txn, account, name)
    if found is None:
        return Loaded(None, (scopes.role_name(account, name),))
    trust = compile_trust_policy(found.role.trust_document)
    bound = {fold_principal(spelled): own_id for spelled, own_id in found.bindings.items()}
    return Loaded(TrustedRole(found.role, trust, bound), (scopes.role_name(account, name), *found.depends_on))


def _entitlements(grants: Grants | None, asked: str) -> Loaded[Entitlements | None]:
    if grants is None:
        return Loaded(None, (asked,))
    weight = 1 + sum(len(grant.document) for grant in grants.attached) // _CHARS_OF_WEIGHT
    return Loaded(entitlements(grants), (asked, *grants.depends_on), weight)


def entitlements(grants: Grants) -> Entitlements:
    """Compile what is attached to a principal."""
    by_scope: dict[str, list[Grant]] = {}
    for grant in grants.attached:
        by_scope.setdefault(grant.scope, []).append(grant)
    account_scope = _compile(by_scope.pop(grants.account_id, ()))
    return Entitlements(account_scope, {scope: _compile(attached) for scope, attached in by_scope.items()})


def _compile(grants: Iterable[Grant]) -> PolicySet:
    return PolicySet.compile(
        [
            AttachedPolicy(
                grant.policy,
                grant.policy_type,
                grant.version,
                parse(grant.document, DocumentKind.IDENTITY, limit=_LIMITS[grant.policy_type]),
                entity=grant.entity,
                scope=grant.scope,
            )
            for grant in grants
        ]
    )


ACCESS_KEY: Final[View[str, KeyHolder | None]] = View("AccessKey", _load_key)
USER: Final[View[str, Entitlements | None]] = View("policies of a user", _load_user)
ROLE: Final[View[str, Entitlements | None]] = View("policies of a role", _load_role_grants)
TRUSTED_ROLE: Final[View[tuple[str, str], TrustedRole | None]] = View("role", _load_trusted_role)
