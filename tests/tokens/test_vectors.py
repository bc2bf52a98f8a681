"""Every token of ``conformance/tokens/`` opens or is refused as it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from daypass.errors import ApiError
from daypass.tokens import KeyRing, Session, TokenKey, mint, open_token

VECTORS = Path(__file__).parents[2] / "conformance" / "tokens"


def _load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def _vectors(name: str) -> list[Any]:
    return [pytest.param(vector, id=f"{vector['number']}: {vector['when']}") for vector in _load(name)]


def _ring(name: str) -> KeyRing:
    keys = _load("rings")[name]
    return KeyRing([TokenKey(key["id"], bytes.fromhex(key["material"]), key["state"]) for key in keys])


@pytest.mark.parametrize("vector", _vectors("genuine"))
def test_a_genuine_token_opens(vector: dict[str, Any]) -> None:
    opened = open_token(
        vector["token"],
        vector["access_key_id"],
        _ring(vector["ring"]),
        vector["now"],
        kind=vector.get("kind", "role"),
    )
    assert opened.session == Session(**vector["session"])
    assert opened.secret.reveal() == vector["secret"]


@pytest.mark.parametrize("vector", _vectors("attacks"))
def test_an_attack_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refusal:
        open_token(
            vector["token"],
            vector["access_key_id"],
            _ring(vector["ring"]),
            vector["now"],
            kind=vector.get("kind", "role"),
        )
    assert (refusal.value.code, refusal.value.status) == (vector["expect"], 400)


def test_format_1_is_minted_byte_for_byte_as_it_always_was() -> None:
    first = _load("genuine")[0]
    credentials = mint(Session(**first["session"]), _ring(first["ring"]), entropy=bytes(range(30)))
    assert credentials.security_token == first["token"]
    assert credentials.access_key_id == first["access_key_id"]
    assert credentials.access_key_secret.reveal() == first["secret"]
