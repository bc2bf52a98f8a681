"""What the pages of identity providers and resource groups are looked at with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.federation.saml import encoded, metadata

if TYPE_CHECKING:
    from tests.console.people import People

IDS: Final[dict[str, str]] = {}
"""The ids that things got, by those that stand for them in the addresses."""


def furnish(people: People) -> None:
    """Make identity providers and a resource group to look at."""
    with people.database.write() as txn:
        txn.saml_providers.create(people.id, "seen", encoded(metadata()), authn_sign_algo="rsa-sha256")
        txn.oidc_providers.create(
            people.id,
            "seen",
            "https://seen.example.com",
            client_ids=("app",),
            fingerprints=("ab" * 20,),
            issuance_limit_hours=12,
        )
        IDS["rg-seen"] = txn.resource_groups.create(people.id, "seen", "Seen").id


def located(page: str) -> str:
    """Return a page's address with the ids that things got."""
    for here, own in IDS.items():
        page = page.replace(here, own)
    return page
