"""What holds for every test: its own environment, and how hard properties are tried."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from daypass.service import codes
from daypass.service.record import Exchange, Recorder

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
