"""Tags as policies see them: what does not exist takes no room from what does. A real store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from daypass.authz.views import Views
from daypass.directory.database import Database
from daypass.directory.master_key import KeyFile
from daypass.services.tags import TAGS


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'daypass.db'}"
    with Database.open(
        url, master_key=KeyFile(tmp_path / "key"), clock=lambda: 1_700_000_000, entropy=os.urandom
    ) as opened:
        yield opened


def test_asking_for_the_tags_of_what_does_not_exist_pushes_out_no_other_answer(database: Database) -> None:
    with database.write() as txn:
        account = txn.accounts.create().id
        txn.users.create(account, "alice")
    feed = database.feed()
    views = Views(database, feed, capacity=16)
    views.load(TAGS, f"acs:ram:*:{account}:user/alice")
    for number in range(100):
        views.load(TAGS, f"acs:ram:*:{account}:user/nobody-{number}")
    assert views.look(TAGS, f"acs:ram:*:{account}:user/alice") == {}
    assert views.look(TAGS, f"acs:ram:*:{account}:user/nobody-99") is None
    feed.close()
