"""Those who might assume a role, in pages: whom its trust policy names, then users, then roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from daypass.authz.authorize import ASSUME_ROLE, stands_for
from daypass.authz.controls import CONTROLS
from daypass.authz.principal import TRUSTED_ROLE, entitlements
from daypass.directory import lookups
from daypass.directory.errors import BAD_MARKER
from daypass.directory.pages import Page, make_marker, read_marker
from daypass.directory.records import Role
from daypass.names import role_arn, user_arn
from daypass.policy import PolicySet, Request, role_principals, user_principals
from daypass.policy.possible import Answer, Possibility, both, possibly
from daypass.policy.principals import fold_principal
from daypass.policy.trust_changes import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daypass.authz.controls import Controls
    from daypass.authz.principal import TrustedRole
    from daypass.directory.lookups import Grants
    from daypass.directory.records import User
    from daypass.service.call import Call

LOOKED_AT: Final = 100
"""Users and roles that one page looks at, at most."""

_LISTING: Final = "assumers"

PrincipalType = Literal["User", "Role", "Account", "Service", "SamlProvider", "OidcProvider"]
Elsewhere = Literal["", "NotNeeded", "NotKnown", "Individual"]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, and what speaks for him.

    Attributes:
        principal: how a trust policy names him.
        account: whose he is; empty for a service.
        named: whether the role's trust policy names him.
        exists: whether the name stands for somebody.
        trust: what the trust policy says.
        permission: what his own policies say; None where that is not this account's to say.
        elsewhere: why not.
        control: what control policies of the role's account say, if it is under any.
    """

    principal: str
    type: PrincipalType
    name: str
    account: str = ""
    named: bool = False
    exists: bool = True
    trust: Possibility
    permission: Possibility | None = None
    elsewhere: Elsewhere = ""
    control: Possibility | None = None

    @property
    def may_assume(self) -> Answer:
        """Whether he can assume the role, as far as it is known here."""
        whole = self.trust if self.control is None else both(self.control, self.trust)
        if self.permission is not None:
            return both(whole, self.permission).answer
        open_elsewhere = self.elsewhere in {"NotKnown", "Individual"}
        return Answer.CONDITIONAL if open_elsewhere and whole.answer is Answer.YES else whole.answer

    @property
    def has_a_half(self) -> bool:
        """Whether anything speaks for him."""
        own = self.permission.answer if self.permission is not None else Answer.NO
        return self.named or self.trust.answer is not Answer.NO or own is not Answer.NO


def candidates(call: Call, role: Role, marker: str | None, limit: int) -> Page[Candidate]:
    """Return a page of candidates.

    Raises:
        ApiError: ``InvalidParameter.Marker``.
    """
    after = read_marker(_LISTING, marker) or "n:"
    if after[:2] not in {"n:", "u:", "r:"}:
        raise BAD_MARKER()
    found: list[Candidate] = []
    keys = [after]
    for key, one in _Looking(call, role).onwards(after[:1], after[2:]):
        if len(found) == limit or len(keys) > LOOKED_AT:
            return Page(tuple(found), make_marker(_LISTING, keys[-1]))
        keys.append(key)
        if one is not None and one.has_a_half:
            found.append(one)
    return Page(tuple(found), None)


def candidate(call: Call, role: Role, principal: str) -> Candidate:
    """Return what there is to say of one principal, written as trust policies compare it."""
    return _Looking(call, role).of_name(principal)


class _Looking:
    """Looks at one after the other, and asks for each."""

    def __init__(self, call: Call, role: Role) -> None:
        self._call: Final = call
        self._account: Final = role.account_id
        self._target: Final = _trusted(call, role)
        self._arn: Final = role.arn
        self._controls: Final = call.look(CONTROLS, role.account_id)
        statements = self._target.trust.policies[0].document.statements
        named = {name for statement in statements for name in statement.principals or ()}
        self._named: Final = sorted(named)

    def onwards(self, part: str, after: str) -> Iterator[tuple[str, Candidate | None]]:
        """Yield marker keys with candidates, from a place on; None for who was shown among the named."""
        if part == "n":
            for name in self._named:
                if name > after:
                    yield f"n:{name}", self.of_name(name)
            part, after = "u", ""
        if part == "u":
            for user in self._users(after):
                own = f"acs:ram::{self._account}:user/{user.name.lower()}"
                yield f"u:{user.name.lower()}", None if own in self._named else self._user(user)
            after = ""
        for role in self._roles(after):
            own = f"acs:ram::{self._account}:role/{role.name.lower()}"
            yield f"r:{role.name.lower()}", None if own in self._named else self._role(role)

    def _users(self, after: str) -> Iterator[User]:
        marker = make_marker("users", after) if after else None
        while True:
            page = self._call.txn.users.list(self._account, marker=marker, limit=LOOKED_AT)
            yield from page.items
            marker = page.marker
            if marker is None:
                return

    def _roles(self, after: str) -> Iterator[Role]:
        marker = make_marker("roles", after) if after else None
        while True:
            page = self._call.txn.roles.list(self._account, marker=marker, limit=LOOKED_AT)
            yield from page.items
            marker = page.marker
            if marker is None:
                return

    def of_name(self, name: str) -> Candidate:
        """Return the candidate that a principal is."""
        if not name.startswith("acs:"):
            return self._outside(name, "Service", name, "", "NotNeeded")
        account, relative = name.split(":", 4)[3:]
        kind, _, own_name = relative.partition("/")
        if kind == "root":
            where: Elsewhere = "Individual" if account == self._account else "NotKnown"
            return self._outside(name, "Account", account, account, where)
        if kind.endswith("-provider"):
            kind_of_provider: PrincipalType = "SamlProvider" if kind.startswith("saml") else "OidcProvider"
            return self._outside(name, kind_of_provider, own_name, account, "NotNeeded")
        if account != self._account:
            return self._outside(name, "User" if kind == "user" else "Role", own_name, account, "NotKnown")
        return self._own(kind, own_name)

    def _own(self, kind: str, name: str) -> Candidate:
        if kind == "user":
            user = self._call.txn.users.find(self._account, name)
            if user is not None:
                return self._user(user)
            return self._gone("User", user_arn(self._account, name), name)
        role = self._call.txn.roles.find(self._account, name)
        if role is not None:
            return self._role(role)
        return self._gone("Role", role_arn(self._account, name), name)

    def _gone(self, kind: PrincipalType, arn: str, name: str) -> Candidate:
        nobody = Possibility(Answer.NO)
        return Candidate(
            principal=arn,
            type=kind,
            name=name,
            account=self._account,
            named=fold_principal(arn) in self._named,
            exists=False,
            trust=nobody,
            permission=nobody,
        )

    def _outside(
        self, principal: str, kind: PrincipalType, name: str, account: str, elsewhere: Elsewhere
    ) -> Candidate:
        context = {"acs:PrincipalARN": principal} if kind in {"User", "Role"} else {}
        request = Request(ASSUME_ROLE, self._arn, context, answering(principal, self._account))
        return Candidate(
            principal=principal,
            type=kind,
            name=name,
            account=account,
            named=principal in self._named,
            trust=possibly(self._target.trust, "trust", request),
            elsewhere=elsewhere,
            control=_controlled(self._controls, request),
        )

    def _user(self, user: User) -> Candidate:
        names = user_principals(self._account, user.name)
        return self._inside(user, names, lookups.grants_of_user(self._call.txn, user.id))

    def _role(self, role: Role) -> Candidate:
        names = role_principals(self._account, role.name)
        return self._inside(role, names, lookups.grants_of_role(self._call.txn, role.id))

    def _inside(self, who: User | Role, names: frozenset[str], grants: Grants | None) -> Candidate:
        request = Request(
            ASSUME_ROLE, self._arn, self._known(who.arn), stands_for(names, who.id, self._target)
        )
        own = PolicySet.compile(()) if grants is None else entitlements(grants).account_scope
        return Candidate(
            principal=who.arn,
            type="Role" if isinstance(who, Role) else "User",
            name=who.name,
            account=self._account,
            named=fold_principal(who.arn) in self._named,
            trust=possibly(self._target.trust, "trust", request),
            permission=possibly(own, "identity", request),
            control=_controlled(self._controls, request),
        )

    def _known(self, arn: str) -> dict[str, str]:
        """Return the condition keys that are known whenever somebody of the account asks."""
        known = {"acs:PrincipalARN": arn}
        if self._controls.directory_id:
            known["acs:PrincipalRDId"] = self._controls.directory_id
            known["acs:PrincipalRDPath"] = self._controls.path
        return known


def _trusted(call: Call, role: Role) -> TrustedRole:
    target = call.look(TRUSTED_ROLE, (role.account_id, role.name.lower()))
    if target is None:
        raise LookupError(f"the role {role.name} was there a moment ago")
    return target


def _controlled(controls: Controls, request: Request) -> Possibility | None:
    """Return what control policies say: every level must allow."""
    answer: Possibility | None = None
    for level in controls.levels:
        said = possibly(level, "control", request)
        answer = said if answer is None else both(answer, said)
    return answer
