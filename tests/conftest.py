"""What holds for every test: its own environment, and how hard properties are tried."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from daypass.service import codes
from daypass.service.record import Exchange, Recorder
from daypass.testing import Server

if TYPE_CHECKING:
    from tests.postgres import Cluster

# No deadline: a slow machine is no failure. CI tries the same examples each time.
settings.register_profile("quick", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))

FOREIGN = ("ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_", "DAYPASS_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own credentials, settings and proxies from tests and what they start."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            monkeypatch.delenv(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run of tests have its servers keep their directories in PostgreSQL."""
    parser.addoption("--store", choices=("sqlite", "postgresql"), default="sqlite", help="of test servers")


@pytest.fixture(scope="session", autouse=True)
def _store(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each test server a database of its own, of the kind the run asks for."""
    if request.config.getoption("--store") == "sqlite":
        yield
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    began = Server.__init__

    def on_postgresql(server: Server, **options: Any) -> None:
        options.setdefault("database", cluster.new_database())
        began(server, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Server, "__init__", on_postgresql)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL that the tests of a run share; each asks it for a database of its own."""
    from tests.postgres import Cluster  # noqa: PLC0415 (its driver is an extra)

    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(autouse=True)
def _only_declared_errors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test during which an operation answered with an error it does not declare."""
    undeclared: list[str] = []
    record = Recorder.decision

    def checked(recorder: Recorder, exchange: Exchange) -> None:
        operation, error = exchange.operation, exchange.error
        if exchange.authentic and operation is not None and error is not None:
            declared = operation.errors() - {codes.INTERNAL}
            undeclared.extend(f"{operation.name}: {error}" for _ in {error.declared} - declared)
        record(recorder, exchange)

    monkeypatch.setattr(Recorder, "decision", checked)
    yield
    assert not undeclared
