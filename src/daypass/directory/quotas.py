"""How much of everything an account may have: the defaults, and what an account has of its own.

A quota is read in the transaction that it limits, so a new value counts from its commit
on, whichever worker is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs
from sqlalchemy import delete, select

from daypass.directory import scopes
from daypass.directory.errors import StoreError
from daypass.directory.schema import account_quotas

if TYPE_CHECKING:
    from daypass.directory.context import Context
    from daypass.directory.records import PolicyType, PrincipalKind

MOST: Final = 1_000_000
"""The highest value a quota may be given."""


class Quotas(Struct, frozen=True, gc=False, kw_only=True):
    """Limits the directory enforces; the defaults are RAM's published ones.

    Attachments of system and of custom policies are counted apart; their scope makes
    no difference. Source: RAM's page of limits (December 2025), for resource groups
    the page of CreateResourceGroup, for control policies that of AttachControlPolicy; folders
    and members have limits of daypass's own; for OIDC providers that of CreateOIDCProvider.
    """

    users: int = 5000
    groups: int = 300
    roles: int = 1000
    custom_policies: int = 1500
    virtual_mfa_devices: int = 5000
    resource_groups: int = 30
    oidc_providers: int = 100
    client_ids_per_oidc_provider: int = 50
    fingerprints_per_oidc_provider: int = 5
    saml_providers: int = 100
    folders: int = 100
    members: int = 1000
    control_policies: int = 1500
    control_policies_per_target: int = 10
    account_access_keys: int = 2
    access_keys_per_user: int = 2
    groups_per_user: int = 10
    system_policies_per_user: int = 20
    custom_policies_per_user: int = 10
    system_policies_per_group: int = 20
    custom_policies_per_group: int = 10
    system_policies_per_role: int = 20
    custom_policies_per_role: int = 10
    versions_per_policy: int = 5
    tags_per_resource: int = 20

    def policies_per(self, kind: PrincipalKind, policy_type: PolicyType) -> int:
        """Return how many policies of a type one principal of a kind may have."""
        of_kind = {
            "User": (self.system_policies_per_user, self.custom_policies_per_user),
            "Group": (self.system_policies_per_group, self.custom_policies_per_group),
            "Role": (self.system_policies_per_role, self.custom_policies_per_role),
        }
        system, custom = of_kind[kind]
        return system if policy_type == "System" else custom


NAMES: Final = Quotas.__struct_fields__


class AccountQuotas:
    """What accounts have instead of the defaults."""

    def __init__(self, context: Context) -> None:
        self._context: Final = context

    def own(self, account_id: str) -> dict[str, int]:
        """Return the values set for an account, by name; those of quotas that are none any more left out."""
        columns = select(account_quotas.c.name, account_quotas.c.value)
        rows = self._context.all(columns.where(account_quotas.c.account_id == account_id))
        return {row[0]: row[1] for row in rows if row[0] in NAMES}

    def set(self, account_id: str, name: str, value: int | None) -> None:
        """Set a quota for an account; None goes back to the default. What is over it stays.

        Raises:
            StoreError: there is no quota of that name, or the value is out of range.
        """
        if name not in NAMES:
            raise StoreError(f"there is no quota {name}")
        if value is not None and not 0 <= value <= MOST:
            raise StoreError(f"a quota is a number from 0 to {MOST}")
        one = (account_quotas.c.account_id == account_id, account_quotas.c.name == name)
        self._context.run(delete(account_quotas).where(*one))
        if value is not None:
            self._context.add(account_quotas, {"account_id": account_id, "name": name, "value": value})
        self._context.changed(scopes.account(account_id))


def in_force(context: Context, account_id: str, defaults: Quotas) -> Quotas:
    """Return the quotas of an account."""
    return structs.replace(defaults, **AccountQuotas(context).own(account_id))
