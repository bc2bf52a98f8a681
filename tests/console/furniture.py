"""What the pages of the console are looked at with: something of everything."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from daypass.audit.decisions import DecisionLog, DecisionRecord
from daypass.service.call import timestamp
from tests.console.places import REQUEST
from tests.federation.saml import encoded, metadata
from tests.world import allow, document, trusting

if TYPE_CHECKING:
    from tests.console.people import People

HOSTILE: Final = "<img src=x onerror=alert(1)></textarea><script>alert(2)</script>'\"&{{7*7}} \u202e文"
"""What stands in every description: more than text, if it were let."""

IDS: Final[dict[str, str]] = {}
"""The ids that things got, by those that stand for them in the addresses."""


def furnish(people: People) -> None:
    """Give an account something of everything, and a request on record."""
    account = people.id
    log = DecisionLog(people.server.settings.data / "decisions.jsonl")
    log.append(DecisionRecord(timestamp(int(time.time())), REQUEST, "allow", account=account))
    log.close()
    with people.database.write() as txn:
        txn.users.create(account, "alice", display_name="Alice", comments=HOSTILE)
        txn.access_keys.create(account, "alice")
        txn.groups.create(account, "devs", comments=HOSTILE)
        txn.groups.add_user(account, "devs", "alice")
        everyone = people.world.everyone
        txn.roles.create(account, "reader", trusting(everyone), trusted=(everyone,), description=HOSTILE)
        txn.policies.create(account, "iot", document(allow("iot:Query*")), description=HOSTILE)
        txn.policies.create_version(account, "iot", document(allow("iot:*")))
        txn.attachments.attach(account, "Role", "reader", "Custom", "iot")
        txn.attachments.attach(account, "Group", "devs", "System", "AliyunSTSAssumeRoleAccess")
        txn.saml_providers.create(
            account, "seen", encoded(metadata()), authn_sign_algo="rsa-sha256", description=HOSTILE
        )
        txn.oidc_providers.create(
            account,
            "seen",
            "https://seen.example.com",
            client_ids=("app",),
            fingerprints=("ab" * 20,),
            issuance_limit_hours=12,
            description=HOSTILE,
        )
        IDS["rg-seen"] = txn.resource_groups.create(account, "seen", "Seen").id


def located(page: str) -> str:
    """Return a page's address with the ids that things got."""
    for here, own in IDS.items():
        page = page.replace(here, own)
    return page
