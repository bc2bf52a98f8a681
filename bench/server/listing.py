"""Long lists, page by page: does a page cost more the further in it stands?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bench.figures import Spread, spread
from bench.server import processes
from daypass import main
from daypass.client import Client, Credentials

if TYPE_CHECKING:
    from daypass.directory.database import Transaction

_RAM: Final = "2015-05-01"
_RESOURCE_MANAGER: Final = "2020-03-31"
TRUST: Final = (
    '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": ["ecs.aliyuncs.com"]}}]}'
)
_POLICY: Final = (
    '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "iot:Query*", "Resource": "*"}]}'
)
_PAGE: Final = 100


class Sizes(msgspec.Struct, frozen=True):
    """How long the lists are."""

    roles: int
    policies: int


class Listing(msgspec.Struct, frozen=True):
    """One list walked through several times.

    Attributes:
        about: the operation and the list's length.
        first: milliseconds the first page took.
        slowest: milliseconds of the page that took longest, page by page in the median.
        ratio: the slowest page against the first.
    """

    about: str
    first: Spread
    slowest: Spread
    ratio: float


def measure(sizes: Sizes, rounds: int) -> list[Listing]:
    """Fill a store, then walk through each list that often; the walks take turns."""
    with tempfile.TemporaryDirectory(prefix="daypass-bench-") as scratch:
        data = Path(scratch) / "data"
        root = _fill(data, sizes)
        with processes.daypass(data) as served:
            walks = _walks(Client(served.url, root), sizes)
            # Rounds take turns; the first reads everything into memory and does not count.
            taken = [{about: list(walk()) for about, walk in walks.items()} for _ in range(rounds + 1)][1:]
    return [_summed(about, [walked[about] for walked in taken]) for about in walks]


def _walks(client: Client, sizes: Sizes) -> dict[str, Callable[[], Iterator[float]]]:
    """Return what walks through each list; it yields what each page took."""
    custom = {"PolicyType": "Custom"}
    return {
        f"Ram ListRoles, {sizes.roles:,}": lambda: _by_marker(client, "ListRoles", {}),
        f"Ram ListPolicies, {sizes.policies:,}": lambda: _by_marker(client, "ListPolicies", custom),
        f"ResourceManager ListRoles, {sizes.roles:,}": lambda: _by_number(client, sizes.roles),
    }


def _summed(about: str, walked: list[list[float]]) -> Listing:
    pages = [spread(page) for page in zip(*walked, strict=True)]
    slowest = max(pages, key=lambda page: page.median)
    return Listing(about, pages[0], slowest, slowest.median / pages[0].median)


def _by_marker(client: Client, action: str, parameters: Mapping[str, str]) -> Iterator[float]:
    marker: str | None = ""
    while marker is not None:
        asked = {**parameters, "MaxItems": str(_PAGE), **({"Marker": marker} if marker else {})}
        body, took = _timed(client, _RAM, action, asked)
        yield took
        marker = body.get("Marker")


def _by_number(client: Client, total: int) -> Iterator[float]:
    for number in range(1, -(-total // _PAGE) + 1):
        asked = {"PageSize": str(_PAGE), "PageNumber": str(number)}
        body, took = _timed(client, _RESOURCE_MANAGER, "ListRoles", asked)
        assert body["TotalCount"] == total, body["TotalCount"]
        yield took


def _timed(
    client: Client, version: str, action: str, parameters: Mapping[str, str]
) -> tuple[dict[str, Any], float]:
    start = time.perf_counter()
    answer = client.call(version, action, parameters)
    took = (time.perf_counter() - start) * 1e3
    assert answer.status == 200, answer.text
    return answer.json(), took


def _fill(data: Path, sizes: Sizes) -> Credentials:
    settings = main.Settings(data=data)
    account = main.prepare(settings, {})
    database = main.open_database(settings)
    try:
        with database.write() as txn:
            _create(txn, account, sizes)
        return Credentials.of(msgspec.json.decode((data / "root-credentials.json").read_bytes()))
    finally:
        database.close()


def _create(txn: Transaction, account: str, sizes: Sizes) -> None:
    txn.account_quotas.set(account, "roles", sizes.roles)
    txn.account_quotas.set(account, "custom_policies", sizes.policies)
    for number in range(sizes.roles):
        txn.roles.create(account, f"role-{number:06}", TRUST, trusted=())
    for number in range(sizes.policies):
        txn.policies.create(account, f"policy-{number:06}", _POLICY)
