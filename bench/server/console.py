"""Pages of the console over a long list: what each takes, from asking to the answer's last byte."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from bench.figures import Spread, spread
from bench.server import processes
from bench.server.listing import TRUST
from daypass import main
from daypass.authn.passwords import hash_of
from daypass.secret import Secret

_PASSWORD: Final = "Correct-horse-9"
_WARM: Final = 5
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Shown(msgspec.Struct, frozen=True):
    """A page asked for many times.

    Attributes:
        about: which page.
        taken: milliseconds.
        kilobytes: of the page itself, uncompressed.
    """

    about: str
    taken: Spread
    kilobytes: float


def measure(roles: int, times: int) -> list[Shown]:
    """Fill a store, sign in, and ask for each page that often; the pages take turns."""
    with tempfile.TemporaryDirectory(prefix="daypass-bench-") as scratch:
        data = Path(scratch) / "data"
        name = _fill(data, roles)
        with processes.daypass(data) as served, _signed_in(served.console, name) as page:
            pages = {
                "overview": "/",
                f"roles, first page of {roles:,}": "/roles",
                f"roles, a page in the middle of {roles:,}": _in_the_middle(roles),
                f"roles, filter over {roles:,}": f"/roles?q=role-{roles - 1:06}",
            }
            for path in pages.values():
                for _ in range(_WARM):
                    page(path)
            asked = [{about: page(path) for about, path in pages.items()} for _ in range(times)]
    return [
        Shown(about, spread([each[about][0] for each in asked]), asked[0][about][1] / 1000) for about in pages
    ]


def _in_the_middle(roles: int) -> str:
    """Return the address of a page half-way, as its marker is made."""
    marker = base64.urlsafe_b64encode(f"roles\nrole-{roles // 2:06}".encode()).decode().rstrip("=")
    return f"/roles?{urlencode({'marker': marker})}"


@contextlib.contextmanager
def _signed_in(url: str, name: str) -> Iterator[Callable[[str], tuple[float, int]]]:
    """Give what asks for a page as somebody, over one connection: milliseconds and bytes."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def ask(
        method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    first, form = ask("GET", "/sign-in", "", {})
    token = re.search(rb'name="form_token" value="(\w+)"', form)
    assert token is not None
    fields = {"form_token": token[1].decode(), "name": name, "password": _PASSWORD}
    visitor = _cookie(first)
    answer, _ = ask("POST", "/sign-in", urlencode(fields), {**_FORM, "Cookie": visitor})
    cookie = _cookie(answer)
    assert answer.status == 303, answer.status

    def page(path: str) -> tuple[float, int]:
        start = time.perf_counter()
        answer, body = ask("GET", path, "", {"Cookie": cookie})
        taken = (time.perf_counter() - start) * 1e3
        assert answer.status == 200, (path, answer.status)
        return taken, len(body)

    yield page
    connection.close()


def _cookie(answer: http.client.HTTPResponse) -> str:
    return "; ".join(line.partition(";")[0] for line in answer.msg.get_all("set-cookie", ()))


def _fill(data: Path, roles: int) -> str:
    """Make the roles and an administrator; return the name to sign in with."""
    settings = main.Settings(data=data)
    account = main.prepare(settings, {})
    database = main.open_database(settings)
    try:
        with database.write() as txn:
            txn.account_quotas.set(account, "roles", roles)
            for number in range(roles):
                txn.roles.create(account, f"role-{number:06}", TRUST, trusted=(), description="one of many")
            txn.users.create(account, "admin")
            txn.login_profiles.create(account, "admin", hash_of(Secret(_PASSWORD), os.urandom))
            txn.attachments.attach(account, "User", "admin", "System", "AdministratorAccess")
    finally:
        database.close()
    return f"admin@{account}"
