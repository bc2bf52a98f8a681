"""What host administration puts on record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from daypass.directory.records import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daypass.directory.database import Transaction

PRINCIPAL: Final = "host"
"""Who host administration is on record as."""

_NONE: Final[Mapping[str, object]] = {}


def record(
    txn: Transaction, account: str, action: str, resource: str, parameters: Mapping[str, object] = _NONE
) -> None:
    """Put an act on record, in its own transaction.

    Args:
        txn: of the act.
        account: whose things it changes; "" for the installation's.
        action: what was done, in one word.
        resource: to what.
        parameters: how; never a secret.
    """
    txn.audit.append(
        AuditEvent(
            time_ms=txn.now * 1000,
            request_id="",
            account_id=account,
            principal=PRINCIPAL,
            access_key_id="",
            product="Host",
            action=action,
            resources=(resource,),
            outcome="Success",
            source_ip="",
            parameters=json.dumps(dict(parameters)),
        )
    )
