"""Every request of ``conformance/descriptions/`` is authorized for what stands there."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from daypass.descriptions import Found, Interface, NotDescribedError, asked, host_name, local_label, shipped
from daypass.signing import Presented, WireRequest
from daypass.signing.request import Proof

ROWS = json.loads(
    (Path(__file__).parents[2] / "conformance" / "descriptions" / "requests.json").read_text(encoding="utf-8")
)
ACCOUNT = "1234567890123456"


def _interface(row: dict[str, Any]) -> Interface:
    _, interfaces = shipped(row["service"])
    (found,) = [each for each in interfaces if (each.protocol == "pop") == ("action" in row)]
    return found


def _find(row: dict[str, Any]) -> Found:
    method, _, target = row["request"].partition(" ")
    path, _, query = target.partition("?")
    headers = list(row["headers"].items())
    request = WireRequest(method, path, query, headers, base64.b64decode(row["body"]))
    presented = Presented(
        *("RPC v1", "key", None, 0, "", row.get("action", ""), "", None, row.get("parameters", {})),
        Proof(lambda _, text: text, b"", "", ()),
    )
    interface = _interface(row)
    here, label = interface.host_label(row["host"])
    if not here:
        here, label = local_label(host_name(row["host"]))
    assert here
    return interface.find(
        asked(interface, request, presented, host_label=label, region="cn-hangzhou", account=ACCOUNT)
    )


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row['service']}: {row['request']}: {row['source']}" for row in ROWS]
)
def test_a_request_is_authorized_for_what_it_does(row: dict[str, Any]) -> None:
    if row["needs"] is None:
        with pytest.raises(NotDescribedError):
            _find(row)
        return
    found = _find(row)
    assert [[need.action, need.resource] for need in found.needs] == row["needs"]
    if "conditions" in row:
        assert found.conditions == row["conditions"]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("127.0.0.1:8080", "127.0.0.1"),
        ("http://127.0.0.1:8080", "127.0.0.1"),
        ("https://P.Log.Example.COM.", "p.log.example.com"),
        ("p.localhost", "p.localhost"),
        ("[::1]:8080", "[::1]"),
        ("http://host:1/path", "host"),
        ("", ""),
        (":80", ""),
    ],
)
def test_a_host_has_one_name_in_every_form_clients_send(sent: str, name: str) -> None:
    assert host_name(sent) == name


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", (True, None)),
        ("localhost", (True, None)),
        ("[::1]", (True, None)),
        ("p.127.0.0.1", (True, "p")),
        ("p.localhost", (True, "p")),
        ("a.b.localhost", (False, None)),
        ("example.com", (False, None)),
        (".localhost", (False, None)),
    ],
)
def test_a_label_before_an_address_is_told(host: str, expected: tuple[bool, str | None]) -> None:
    assert local_label(host) == expected
