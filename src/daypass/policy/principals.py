"""Principals of trust policies: how they are written, and who answers to them.

A statement names principals; a caller answers to a set of names, and matches when one of
them is in the statement. ``acs:ram::<account>:root`` stands for every RAM user and role
of that account, so each of these answers to it besides its own name. The account's root
user itself may not assume roles and answers to nothing.

Source: RAM's guide on editing trust policies; the Log Service guide for
``<account>@<service>.aliyuncs.com``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_MEMO: Final = 4096

_NAME: Final = r"[A-Za-z0-9._@-]{1,128}"
_RAM: Final = re.compile(rf"acs:ram:\*?:[0-9]{{1,20}}:(?:root|user/{_NAME}|role/{_NAME})", re.ASCII)
_SERVICE: Final = re.compile(r"(?:[0-9]{1,20}@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.aliyuncs\.com", re.ASCII)
_PROVIDER: Final = re.compile(rf"acs:ram:\*?:[0-9]{{1,20}}:(?:saml|oidc)-provider/{_NAME}", re.ASCII)

FORMS: Final = {"RAM": _RAM, "Service": _SERVICE, "Federated": _PROVIDER}
"""The members of ``Principal`` and the form of their values; no wildcards in any."""


@lru_cache(_MEMO)
def fold_principal(text: str) -> str:
    """Return a principal's comparable form: case and a starred region do not count."""
    return text.lower().replace("acs:ram:*:", "acs:ram::", 1)


def user_principals(account: str, user_name: str) -> frozenset[str]:
    """Return the names a RAM user answers to."""
    return frozenset((f"acs:ram::{account}:root", fold_principal(f"acs:ram::{account}:user/{user_name}")))


def role_principals(account: str, role_name: str) -> frozenset[str]:
    """Return the names a session of a role answers to."""
    return frozenset((f"acs:ram::{account}:root", fold_principal(f"acs:ram::{account}:role/{role_name}")))


def service_principals(service: str, *, acting_for: str, role_account: str) -> frozenset[str]:
    """Return the names a service answers to before a role.

    Args:
        service: as in ``ecs.aliyuncs.com``.
        acting_for: the account on whose behalf it comes.
        role_account: the account of the role; only for it does the bare name count.
    """
    full = f"{acting_for}@{service.lower()}"
    return frozenset((full, service.lower())) if acting_for == role_account else frozenset((full,))


def provider_principals(arn: str, *, role_account: str) -> frozenset[str]:
    """Return the names somebody answers to who was vouched for by an identity provider.

    A provider of another account than the role's vouches for nobody.
    """
    ours = _PROVIDER.fullmatch(arn) is not None and arn.split(":", 4)[3] == role_account
    return frozenset((fold_principal(arn),)) if ours else frozenset()
