"""A call repeated often is read once, but authenticated and decided each time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from daypass import main
from daypass.client import Answer, Client, Credentials
from daypass.signing import sign_rpc_v1
from daypass.signing.repeats import Repeats
from daypass.testing import Server
from tests.world import World, allow, document

RAM = "2015-05-01"
OFTEN = 5
Ask = Callable[..., Answer]


@pytest.fixture
def world() -> Iterator[World]:
    with Server(default_format="JSON") as server:
        yield World(server)


@pytest.fixture
def read_again(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return for each request so far whether it was read as a repetition."""
    found: list[bool] = []
    repeats = Repeats()
    real = repeats.read

    def watched(request: object) -> object:
        answer = real(request)  # type: ignore[arg-type] # handed on as it is
        found.append(answer[0] is not None)
        return answer

    monkeypatch.setattr(repeats, "read", watched)
    monkeypatch.setattr("daypass.signing.dispatch._REPEATS", repeats)
    return found


@pytest.fixture
def asking(world: World) -> Callable[[Credentials], Ask]:
    nonces = itertools.count()

    def asked_by(credentials: Credentials) -> Ask:
        client = Client(world.server.url, credentials)

        def ask(user: str = "Alice", *, nonce: str = "", secret: str = "") -> Answer:
            query = sign_rpc_v1(
                "GetUser",
                RAM,
                {"UserName": user},
                access_key_id=credentials.access_key_id,
                secret=secret or credentials.access_key_secret.reveal(),
                timestamp=int(time.time()),
                nonce=nonce or f"repeated-{next(nonces)}",
                method="GET",
            )
            return client.send("GET", f"/?{query}")

        return ask

    return asked_by


def test_a_repetition_is_denied_once_the_right_is_gone(
    world: World, asking: Callable[[Credentials], Ask], read_again: list[bool]
) -> None:
    ask = asking(world.user("Alice", document(allow("ram:*"))))
    assert [ask().status for _ in range(OFTEN)] == [200] * OFTEN
    with main.open_database(world.server.settings) as other, other.write() as txn:
        for attachment in txn.attachments.of_principal(world.id, "User", "Alice"):
            txn.attachments.detach(world.id, "User", "Alice", "Custom", attachment.policy_name)
    assert ask().code == "NoPermission"
    assert read_again[-1]


def test_a_repetition_is_refused_once_the_key_is_off(
    world: World, asking: Callable[[Credentials], Ask], read_again: list[bool]
) -> None:
    alice = world.user("Alice", document(allow("ram:*")))
    ask = asking(alice)
    assert [ask().status for _ in range(OFTEN)] == [200] * OFTEN
    with main.open_database(world.server.settings) as other, other.write() as txn:
        txn.access_keys.delete(world.id, "Alice", alice.access_key_id)
    assert ask().code == "InvalidAccessKeyId.NotFound"
    assert read_again[-1]


def test_a_repetition_needs_its_own_signature_and_its_own_nonce(
    world: World, asking: Callable[[Credentials], Ask], read_again: list[bool]
) -> None:
    ask = asking(world.user("Alice", document(allow("ram:*"))))
    assert [ask().status for _ in range(OFTEN)] == [200] * OFTEN
    assert ask(nonce="once").status == 200
    assert ask(nonce="once").code == "SignatureNonceUsed"
    assert ask(secret="another").code == "SignatureDoesNotMatch"
    assert read_again[-3:] == [True] * 3


def test_calls_that_are_repeated_in_turn_get_each_its_own_answer(
    world: World, asking: Callable[[Credentials], Ask], read_again: list[bool]
) -> None:
    ask = asking(world.user("Alice", document(allow("ram:*"))))
    world.user("Bob")
    for _ in range(OFTEN):
        assert ask("Alice").json()["User"]["UserName"] == "Alice"
        assert ask("Bob").json()["User"]["UserName"] == "Bob"
        assert ask("Nobody").code == "EntityNotExist.User"
    assert read_again[-3:] == [True] * 3
