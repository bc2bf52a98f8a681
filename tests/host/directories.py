"""Invented accounts: built through the repositories, as different as they come."""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from daypass.directory.database import Transaction
from daypass.directory.quotas import NAMES
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.secret import Secret
from daypass.service.params import CONTROL
from tests.federation import saml

ACCOUNT: Final = "1000000000000001"
OTHER: Final = "2000000000000002"
METADATA: Final = saml.encoded(saml.metadata())
SYSTEM: Final = ("AdministratorAccess", "ReadOnlyAccess", "AliyunSTSAssumeRoleAccess")

_NAME: Final = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{1,7}", fullmatch=True)
_NAMES: Final = st.lists(_NAME, max_size=3, unique_by=str.lower)
# What YAML might take for something else is likely; surrogates are no text.
TEXT: Final = st.one_of(
    st.sampled_from(
        ("", "true", "null", "~", "1", "08", "0x1f", "1.5", "2024-01-01", "yes", "- a", "#", "<<", "=")
    ),
    st.text(st.characters(codec="utf-8"), max_size=20).map(lambda text: CONTROL.sub("", text)),
)
_DISPLAY: Final = st.text("aZ9 .@_-é日", max_size=12)
_TAGS: Final = st.dictionaries(
    st.text("abcXYZ019é", min_size=1, max_size=6), TEXT.map(lambda text: text[:128]), max_size=2
).map(lambda tags: tuple(tags.items()))


def document(draw: Any) -> str:
    """Return a policy's text: indented as declarations write it, compact, or as people do."""
    statement = {
        "Effect": draw(st.sampled_from(("Allow", "Deny"))),
        "Action": draw(st.sampled_from(("iot:*", ["ecs:Get*", "ram:*"], "*"))),
        "Resource": draw(st.sampled_from(("*", ["acs:iot:*:*:product/é", "*"]))),
    }
    return _laid_out(draw, statement)


def trust(draw: Any, principals: list[str]) -> str:
    """Return a trust policy's text."""
    return _laid_out(draw, {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": principals}})


def _laid_out(draw: Any, statement: dict[str, Any]) -> str:
    value = {"Version": "1", "Statement": [statement]}
    how: dict[str, Any] = draw(
        st.sampled_from(({"indent": 2, "ensure_ascii": False}, {"separators": (",", ":")}, {"indent": 4}, {}))
    )
    return json.dumps(value, **how) + str(draw(st.sampled_from(("", "\n", " \t\n"))))


def build(draw: Any, txn: Transaction) -> None:
    """Make an account and fill it."""
    txn.accounts.create(ACCOUNT)
    if draw(st.booleans()):
        txn.accounts.set_alias(ACCOUNT, draw(st.sampled_from(("acme", "a-b-c", "123"))))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        txn.account_quotas.set(ACCOUNT, name, draw(st.integers(50, 1000)))
    if draw(st.booleans()):
        txn.settings.set(ACCOUNT, PasswordPolicy(require_numbers=draw(st.booleans()), max_password_age=90))
        preference = SecurityPreference(login_network_masks="10.0.0.0/8", verification_types=("sms",))
        txn.settings.set(ACCOUNT, preference)
    scopes: list[str | None] = [None, txn.resource_groups.default(ACCOUNT).id]
    for name in draw(_NAMES):
        if name.lower() != "default" and name[0].isalpha():
            tags = draw(_TAGS)
            scopes.append(txn.resource_groups.create(ACCOUNT, name, draw(_DISPLAY) or "x", tags=tags).id)
    policies = draw(_NAMES)
    for name in policies:
        txn.policies.create(ACCOUNT, name, document(draw), description=draw(TEXT), tags=draw(_TAGS))
        if draw(st.booleans()):
            txn.policies.create_version(ACCOUNT, name, document(draw), as_default=draw(st.booleans()))
    groups = draw(_NAMES)
    for name in groups:
        txn.groups.create(ACCOUNT, name, comments=draw(TEXT), display_name=draw(_DISPLAY))
    users = draw(_NAMES)
    for name in users:
        _user(draw, txn, name, groups)
    roles = _roles(draw, txn, users)
    _providers(draw, txn)
    _attach(draw, txn, {"User": users, "Group": groups, "Role": roles}, policies, scopes)


def _providers(draw: Any, txn: Transaction) -> None:
    # What a name is of stays: an issuer never changes.
    for name in draw(st.lists(st.sampled_from(("ci", "Work-Load")), unique=True)):
        txn.oidc_providers.create(
            ACCOUNT,
            name,
            f"https://{name.lower()}.example.com",
            client_ids=draw(st.lists(st.sampled_from(("a", "b/c", "1")), max_size=2)),
            fingerprints=draw(st.lists(st.sampled_from(("AB" * 20, "01" * 20)), max_size=2)),
            issuance_limit_hours=draw(st.integers(1, 168)),
            description=draw(TEXT),
        )
    for name in draw(_NAMES):
        if name[-1] != "-":
            algorithm = draw(st.sampled_from(("rsa-sha1", "rsa-sha256")))
            txn.saml_providers.create(
                ACCOUNT, name, METADATA, authn_sign_algo=algorithm, description=draw(TEXT)
            )


def _user(draw: Any, txn: Transaction, name: str, groups: list[str]) -> None:
    txn.users.create(
        ACCOUNT,
        name,
        display_name=draw(_DISPLAY),
        comments=draw(TEXT),
        email=draw(st.sampled_from(("", "a@example.com"))),
        mobile_phone=draw(st.sampled_from(("", "86-18600008888"))),
        tags=draw(_TAGS),
    )
    for group in groups:
        if draw(st.booleans()):
            txn.groups.add_user(ACCOUNT, group, name)
    if draw(st.booleans()):
        status: Any = draw(st.sampled_from(("Active", "Inactive")))
        txn.login_profiles.create(
            ACCOUNT, name, Secret("hash"), password_reset_required=draw(st.booleans()), status=status
        )


def _roles(draw: Any, txn: Transaction, users: list[str]) -> list[str]:
    """Make roles that trust users, each other in circles, strangers, and people who are gone or replaced."""
    gone = f"acs:ram::{ACCOUNT}:user/gone"
    replaced = f"acs:ram::{ACCOUNT}:user/replaced"
    for name in ("gone", "replaced"):
        if name not in {user.lower() for user in users}:
            txn.users.create(ACCOUNT, name)
    names = [name for name in draw(_NAMES) if name.lower() not in {"gone", "replaced"}]
    everyone = [f"acs:ram::{OTHER}:root", gone, replaced]
    everyone += [f"acs:ram::{ACCOUNT}:user/{name}" for name in users]
    everyone += [f"acs:ram:*:{ACCOUNT}:role/{name}" for name in names]
    for name in names:
        txn.roles.create(ACCOUNT, name, "{}", trusted=())
    for name in names:
        trusted = draw(st.lists(st.sampled_from(everyone), min_size=1, max_size=4, unique=True))
        txn.roles.update(
            ACCOUNT,
            name,
            trust_document=trust(draw, trusted),
            trusted=trusted,
            description=draw(TEXT),
            max_session_duration=draw(st.sampled_from((3600, 43200))),
            allow_console_login=draw(st.booleans()),
        )
    if "gone" not in {user.lower() for user in users}:
        txn.users.delete(ACCOUNT, "gone")
    if "replaced" not in {user.lower() for user in users}:
        txn.users.delete(ACCOUNT, "replaced")
        txn.users.create(ACCOUNT, "replaced")
    return names


def _attach(
    draw: Any,
    txn: Transaction,
    principals: dict[Any, list[str]],
    policies: list[str],
    scopes: list[str | None],
) -> None:
    for kind, names in principals.items():
        for name in names:
            for policy in draw(st.lists(st.sampled_from((*SYSTEM, *policies)), max_size=2, unique=True)):
                policy_type: Any = "Custom" if policy in policies else "System"
                for scope in draw(st.lists(st.sampled_from(scopes), max_size=2, unique=True)):
                    txn.attachments.attach(ACCOUNT, kind, name, policy_type, policy, scope=scope)
