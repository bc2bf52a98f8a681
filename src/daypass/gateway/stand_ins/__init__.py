"""Stand-ins: the gateway answers a few reads itself, from a file, where there is no service yet.

They exist so that a test run needs nothing else, and say of themselves in each answer that
they are no service (:data:`LABEL`). Policies decide before they are asked, as with any service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.gateway import forward
from daypass.gateway.shapes import Answer, Native
from daypass.gateway.stand_ins import dhs, log, mns, ots, pop
from daypass.gateway.stand_ins.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from daypass.gateway.gate import Admission
    from daypass.gateway.stand_ins.fixtures import Fixtures

LABEL: Final = (b"x-daypass-stand-in", b"1")
"""A header of every answer."""

NOT_PLAYED: Final = Native("NotImplemented", 501, "No stand-in plays {action}; put a service in its place.")

_PLAYED: Final[dict[str, Callable[[Fixtures, Asked], Answer]]] = {
    "rds:DescribeDBInstances": pop.describe_db_instances,
    "rds:DescribeDatabases": pop.describe_databases,
    "rds:DescribeAccounts": pop.describe_accounts,
    "rds:DescribeDBInstanceNetInfo": pop.describe_db_instance_net_info,
    "linkwan:CountGateways": pop.count_gateways,
    "linkwan:GetInstancePacketStat": pop.get_instance_packet_stat,
    "ots:ListInstance": pop.list_instance,
    "ots:ListTable": ots.list_table,
    "ots:DescribeTable": ots.describe_table,
    "mns:ListTopic": mns.list_topic,
    "dhs:ListProject": dhs.list_project,
    "dhs:ListTopic": dhs.list_topic,
    "dhs:GetTopic": dhs.get_topic,
    "log:ListProject": log.list_project,
    "log:ListLogStores": log.list_log_stores,
    "log:ListShards": log.list_shards,
}

PLAYED: Final = frozenset(_PLAYED)
"""The actions there are stand-ins for."""


def answer(fixtures: Fixtures, admission: Admission) -> Answer:
    """Answer an allowed request in its service's place.

    Raises:
        ApiError: nobody plays its action, or what it names is not in the file.
    """
    if admission.found is None:
        raise LookupError("an allowed request is for something")
    action = admission.found.needs[0].action
    play = _PLAYED.get(action)
    if play is None:
        raise NOT_PLAYED(action=action)
    made = play(fixtures, _asked(admission))
    return Answer(made.status, [*made.headers, LABEL], made.body)


def _asked(admission: Admission) -> Asked:
    asking, route, exchange = admission.asking, admission.route, admission.exchange
    presented = exchange.presented
    if asking is None or route is None or presented is None:
        raise LookupError("an allowed request was understood")
    return Asked(
        segments=asking.segments,
        query=asking.query,
        headers=asking.headers,
        host_label=asking.host_label,
        protobuf=asking.protobuf,
        region=route.upstream.region,
        request_id=exchange.request_id,
        url=f"http://{forward.host_of(exchange.wire.request.host)}",
        format="XML" if presented.format == "XML" else "JSON",
    )
