"""What is exported, applied elsewhere and exported again is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daypass.directory.database import Database
from daypass.host import declare
from tests.directory.stores import open_store
from tests.host.directories import ACCOUNT, build

# Each example makes two stores.
FEWER = settings(max_examples=max(10, settings().max_examples // 4))


@contextmanager
def store(seed: int) -> Iterator[Database]:
    with (
        tempfile.TemporaryDirectory(prefix="daypass-") as folder,
        open_store(Path(folder), seed=seed) as database,
    ):
        yield database


def applied(database: Database, text: str, *, prune: bool = False) -> None:
    (wanted,) = declare.parse("file", text, Path()).accounts
    plan = declare.plan(database, wanted, prune=prune)
    if plan.changes:
        declare.apply(database, wanted, plan, prune=prune)
    again = declare.plan(database, wanted, prune=prune)
    assert (again.changes, again.undescribed) == ((), {})


@pytest.mark.parametrize("form", ["yaml", "json"])
@FEWER
@given(data=st.data())
def test_export_apply_on_an_empty_installation_export_is_a_fixed_point(form: str, data: Any) -> None:
    with store(1) as first, store(2) as second:
        with first.write() as txn:
            build(data.draw, txn)
        text = declare.write(declare.declare(first), form)
        applied(second, text)
        assert declare.write(declare.declare(second), form) == text


@FEWER
@given(data=st.data())
def test_whatever_an_account_was_it_becomes_what_is_applied_with_prune(data: Any) -> None:
    with store(1) as first, store(2) as second:
        for database in (first, second):
            with database.write() as txn:
                build(data.draw, txn)
        text = declare.write(declare.declare(first, (ACCOUNT,)), "yaml")
        applied(second, text, prune=True)
        assert declare.write(declare.declare(second), "yaml") == text
