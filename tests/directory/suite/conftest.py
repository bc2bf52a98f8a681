from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory.quotas import Quotas
from tests.directory.stores import Clock, open_store
from tests.directory.suite.backends import BACKENDS, EACH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daypass.directory.database import Database, Transaction

# Small enough to be reached in a test; where a figure matters the test says so.
QUOTAS = Quotas(
    users=4,
    groups=3,
    roles=4,
    custom_policies=6,
    resource_groups=4,
    groups_per_user=2,
    oidc_providers=3,
    client_ids_per_oidc_provider=2,
    fingerprints_per_oidc_provider=2,
    saml_providers=3,
    system_policies_per_user=3,
    custom_policies_per_user=2,
    system_policies_per_group=3,
    custom_policies_per_group=2,
    system_policies_per_role=3,
    custom_policies_per_role=2,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=EACH)
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    url = BACKENDS[request.param](request)
    with open_store(tmp_path, url, clock=clock, quotas=QUOTAS) as opened:
        yield opened


@pytest.fixture
def txn(database: Database) -> Iterator[Transaction]:
    with database.write() as transaction:
        yield transaction


@pytest.fixture
def account(txn: Transaction) -> str:
    return txn.accounts.create().id


@pytest.fixture
def other_account(txn: Transaction) -> str:
    return txn.accounts.create().id
