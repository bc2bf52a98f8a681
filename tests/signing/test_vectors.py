"""Every request of ``conformance/signing/`` gets its verdict, with the clock at its own time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from daypass.errors import ApiError
from daypass.signing import (
    Anonymous,
    Presented,
    WireRequest,
    check_timestamp,
    check_url_life,
    protocol_of,
    read,
    read_one_of,
    requested_format,
)

VECTORS = Path(__file__).parents[2] / "conformance" / "signing"


def _vectors() -> Iterator[Any]:
    for path in sorted(VECTORS.glob("*.json")):
        for vector in json.loads(path.read_text()):
            yield pytest.param(vector, id=f"{path.stem}: {vector['when']}")


def _request(vector: dict[str, Any]) -> WireRequest:
    return WireRequest(
        vector["method"],
        _as_sent(vector["path"]),
        _as_sent(vector["query"]),
        [(name.lower(), _as_sent(value)) for name, value in vector["headers"]],
        base64.b64decode(vector["body"]),
    )


def _as_sent(text: str) -> str:
    return text.encode().decode("latin-1")


def _check(vector: dict[str, Any]) -> Presented | Anonymous:
    found = _read(_request(vector), vector)
    if isinstance(found, Presented):
        found.verify(vector["secret"])
        if "now" in vector:
            _check_time(found, _seconds(vector["now"]))
    return found


def _read(request: WireRequest, vector: dict[str, Any]) -> Presented | Anonymous:
    if "protocol" not in vector:
        return read(request)
    return read_one_of(vector["protocol"], request, vector.get("bucket"))


def _check_time(found: Presented, now: int) -> None:
    if found.expires_at is None:
        check_timestamp(found.timestamp, now)
    else:
        check_url_life(found.timestamp, found.expires_at, now)


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


@pytest.mark.parametrize("vector", list(_vectors()))
def test_every_vector_gets_its_verdict(vector: dict[str, Any]) -> None:
    if vector["expect"] == "reject":
        with pytest.raises(ApiError) as refusal:
            _check(vector)
        assert (refusal.value.code, refusal.value.status) == (vector["code"], 400)
        return
    found = _check(vector)
    assert isinstance(found, Presented if vector["expect"] == "accept" else Anonymous)
    facts = {name: getattr(found, name) for name in FACTS[vector["expect"]]}
    assert facts == {name: vector[name] for name in facts}
    if isinstance(found, Presented):
        end = vector.get("expires_at")
        assert found.expires_at == (_seconds(end) if end else None)
        assert found.timestamp == (_seconds(vector["timestamp"]) if vector["timestamp"] else 0)
    else:
        assert found.timestamp == (_seconds(vector["timestamp"]) if vector["timestamp"] else None)


@pytest.mark.parametrize("vector", [v for v in _vectors() if "protocol" in v.values[0]])
def test_a_clients_protocol_is_told_by_where_its_signature_stands(vector: dict[str, Any]) -> None:
    assert protocol_of(_request(vector)) == vector["protocol"]


FACTS = {
    "accept": (
        "scheme",
        "access_key_id",
        "security_token",
        "action",
        "version",
        "format",
        "parameters",
        "nonce",
    ),
    "anonymous": ("nonce", "action", "version", "format", "parameters"),
}


def test_there_are_vectors_of_every_kind() -> None:
    kinds = {(v.values[0]["expect"], v.values[0].get("scheme")) for v in _vectors()}
    assert kinds == {
        ("accept", "RPC v1"),
        ("accept", "ROA v1"),
        ("accept", "ACS3"),
        *(("accept", scheme) for scheme in ("SLS v1", "SLS v4", "MNS", "OTS v2", "OTS v4", "DataHub")),
        ("accept", "OSS V1"),
        ("accept", "OSS V4"),
        ("anonymous", None),
        ("reject", None),
    }


@pytest.mark.parametrize(
    "vector",
    [
        v
        for v in _vectors()
        if "client" in v.values[0] and "format" in v.values[0] and "protocol" not in v.values[0]
    ],
)
def test_a_clients_format_is_found_before_anything_is_read(vector: dict[str, Any]) -> None:
    assert requested_format(_request(vector)) == vector["format"]
