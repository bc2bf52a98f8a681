from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory.pages import make_marker
from daypass.directory.records import AuditEvent
from tests.directory.stores import START, refused

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction


def event(number: int, **fields: object) -> AuditEvent:
    given: dict[str, object] = {
        "time_ms": START * 1000 + number,
        "request_id": f"R-{number}",
        "account_id": "1000000000000100",
        "principal": "acs:ram::1000000000000100:user/alice",
        "access_key_id": "LTAIx",
        "product": "Ram",
        "action": "CreateRole",
        "resources": ("acs:ram:*:1000000000000100:role/*", "b"),
        "outcome": "Success",
        "source_ip": "127.0.0.1",
        "parameters": '{"RoleName": "r"}',
    }
    return AuditEvent(**(given | fields))  # type: ignore[arg-type] # a test names only what matters


def ids(txn: Transaction, **narrowing: object) -> list[str]:
    page = txn.audit.list(**narrowing)  # type: ignore[arg-type] # one case, one keyword
    return [found.request_id for found in page.items]


def test_an_event_comes_back_as_it_was_put_on_record(txn: Transaction) -> None:
    txn.audit.append(event(1))
    (found,) = txn.audit.list().items
    assert found == event(1, sequence=found.sequence)
    assert found.sequence > 0


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({}, ["R-3", "R-2", "R-1"]),
        ({"account_id": "1000000000000200"}, ["R-2"]),
        ({"request_id": "R-1"}, ["R-1"]),
        ({"principal": "somebody"}, ["R-3"]),
        ({"since_ms": START * 1000 + 2}, ["R-3", "R-2"]),
        ({"until_ms": START * 1000 + 2}, ["R-1"]),
        ({"since_ms": START * 1000 + 2, "until_ms": START * 1000 + 3}, ["R-2"]),
    ],
)
def test_events_are_found_newest_first(
    txn: Transaction, narrowing: dict[str, object], found: list[str]
) -> None:
    txn.audit.append(event(1))
    txn.audit.append(event(2, account_id="1000000000000200"))
    txn.audit.append(event(3, principal="somebody"))
    assert ids(txn, **narrowing) == found


def test_pages_of_events_do_not_move_when_new_ones_come(txn: Transaction) -> None:
    for number in range(5):
        txn.audit.append(event(number))
    page = txn.audit.list(limit=2)
    txn.audit.append(event(9))
    seen = [found.request_id for found in page.items]
    while page.marker is not None:
        page = txn.audit.list(limit=2, marker=page.marker)
        seen += [found.request_id for found in page.items]
    assert seen == ["R-4", "R-3", "R-2", "R-1", "R-0"]


@pytest.mark.parametrize("marker", ["", "x", make_marker("users", "1"), make_marker("audit", "²")])
def test_a_marker_of_something_else_is_refused(txn: Transaction, marker: str) -> None:
    with refused("InvalidParameter.Marker"):
        txn.audit.list(marker=marker)


def test_old_events_are_forgotten_on_request(txn: Transaction) -> None:
    for number in range(3):
        txn.audit.append(event(number))
    assert txn.audit.forget(START * 1000 + 2) == 2
    assert ids(txn) == ["R-2"]


def test_an_event_and_its_change_are_kept_or_lost_together(database: Database) -> None:
    class Trouble(Exception):  # noqa: N818 - not an error of anybody's
        pass

    def change() -> None:
        with database.write() as txn:
            txn.accounts.create("1000000000000100")
            txn.audit.append(event(1))
            raise Trouble

    with pytest.raises(Trouble):
        change()
    with database.read() as txn:
        assert ids(txn) == []
        assert txn.accounts.find("1000000000000100") is None
