from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daypass.directory import scopes
from daypass.directory.records import ConsoleSession
from daypass.directory.setup_links import VALID_SECONDS
from daypass.directory.sign_in_attempts import FORGOTTEN_SECONDS
from daypass.secret import Secret
from tests.directory.stores import START

if TYPE_CHECKING:
    from daypass.directory.database import Database, Transaction
    from tests.directory.stores import Clock


def session(
    account: str, user: str | None, number: int, *, awaits: str = "", lasts: int = 3600
) -> ConsoleSession:
    return ConsoleSession(
        digest=f"{number:064x}",
        session_id=f"{number:032x}",
        account_id=account,
        user_id=user,
        access_key_id=f"STS.N{number}",
        token=Secret(f"token {number}"),
        awaits=awaits,
        source_ip="10.0.0.1",
        user_agent="a browser",
        created_at=START + number,
        used_at=START + number,
        expires_at=START + lasts,
    )


@pytest.fixture
def alice(txn: Transaction, account: str) -> str:
    return txn.users.create(account, "alice").id


def test_a_session_is_as_it_was_added_and_shows_no_token(txn: Transaction, account: str, alice: str) -> None:
    added = session(account, alice, 1)
    txn.console_sessions.add(added)
    assert txn.console_sessions.find(added.digest) == added
    assert "token 1" not in repr(txn.console_sessions.find(added.digest))
    assert txn.console_sessions.find("0" * 64) is None
    assert scopes.console_session(added.digest) in txn.noted


def test_sessions_are_listed_newest_first_without_others_and_unfinished_ones(
    txn: Transaction, account: str, alice: str
) -> None:
    bob = txn.users.create(account, "bob").id
    own = [session(account, alice, number) for number in (1, 2, 3)]
    for each in (
        *own,
        session(account, bob, 4),
        session(account, None, 5),
        session(account, alice, 6, awaits="mfa"),
    ):
        txn.console_sessions.add(each)
    assert txn.console_sessions.list(account, alice) == tuple(reversed(own))
    assert [each.digest for each in txn.console_sessions.list(account, None)] == [f"{5:064x}"]


def test_all_sessions_of_a_user_end_but_for_one(txn: Transaction, account: str, alice: str) -> None:
    bob = txn.users.create(account, "bob").id
    for each in (session(account, alice, 1), session(account, alice, 2), session(account, bob, 3)):
        txn.console_sessions.add(each)
    assert txn.console_sessions.end_all(account, alice, but=f"{2:032x}") == 1
    assert [each.session_id for each in txn.console_sessions.list(account, alice)] == [f"{2:032x}"]
    assert txn.console_sessions.end_all(account, alice) == 1
    assert len(txn.console_sessions.list(account, bob)) == 1
    assert txn.console_sessions.end(f"{3:064x}")
    assert not txn.console_sessions.end(f"{3:064x}")


def test_what_has_expired_is_not_listed_and_goes_with_the_next_session(
    database: Database, clock: Clock
) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        txn.console_sessions.add(session(account, None, 1, lasts=60))
    clock.now += 60
    with database.write() as txn:
        assert txn.console_sessions.list(account, None) == ()
        assert txn.console_sessions.find(f"{1:064x}") is not None
        txn.console_sessions.add(session(account, None, 2))
        assert txn.console_sessions.find(f"{1:064x}") is None
        txn.console_sessions.forget()
        assert txn.console_sessions.find(f"{2:064x}") is None


def test_the_use_of_a_session_is_a_change_that_others_learn_of(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        txn.console_sessions.add(session(account, None, 1))
    clock.now += 90
    with database.write() as txn:
        txn.console_sessions.note_use(f"{1:064x}")
        found = txn.console_sessions.find(f"{1:064x}")
        assert found is not None
        assert found.used_at == clock.now
        assert txn.noted == (scopes.console_session(f"{1:064x}"),)


def test_a_user_that_is_deleted_takes_what_is_left_of_sign_ins_along(
    txn: Transaction, account: str, alice: str
) -> None:
    txn.console_sessions.add(session(account, alice, 1, awaits="password"))
    txn.users.delete(account, "alice")
    assert txn.console_sessions.find(f"{1:064x}") is None


def test_failures_count_until_they_are_forgiven_or_a_day_old(database: Database, clock: Clock) -> None:
    with database.write() as txn:
        counted = [txn.sign_in_attempts.note_failure(subject).failures for subject in ("a", "a", "b", "a")]
        assert counted == [1, 2, 1, 3]
        txn.sign_in_attempts.forget("a")
        assert txn.sign_in_attempts.find("a") is None
    clock.now += FORGOTTEN_SECONDS
    with database.write() as txn:
        assert txn.sign_in_attempts.find("b") is None
        assert txn.sign_in_attempts.note_failure("b").failures == 1


def test_a_setup_link_is_good_once_for_ten_minutes_until_there_is_another(
    database: Database, clock: Clock
) -> None:
    with database.write() as txn:
        account, other = txn.accounts.create().id, txn.accounts.create().id
        txn.setup_links.create(account, "1" * 64)
        txn.setup_links.create(other, "2" * 64)
        txn.setup_links.create(account, "3" * 64)
        assert [txn.setup_links.use(digit * 64) for digit in "1230"] == [False, True, True, False]
        assert not txn.setup_links.use("3" * 64)
        found = txn.setup_links.find("3" * 64)
        assert found is not None
        assert (found.account_id, found.used_at) == (account, clock.now)
        txn.setup_links.create(account, "4" * 64)
    clock.now += VALID_SECONDS
    with database.write() as txn:
        assert not txn.setup_links.use("4" * 64)
