"""Network policies of AccessKeys: which texts are policies, and whom they let in."""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.directory.key_policies import (
    MOST_ADDRESSES,
    MOST_STATEMENTS,
    AllowList,
    allow_list,
    parse_key_policy,
)


def policy(*addresses: str, status: str = "Active") -> str:
    return json.dumps({"Status": status, "Statements": [classic(*addresses)] if addresses else []})


def classic(*addresses: str) -> dict[str, Any]:
    return {"Type": "ClassicWhiteList", "IPList": list(addresses)}


def vpc(value: str, *addresses: str) -> dict[str, Any]:
    return {"Type": "VPCWhiteList", "Value": value, "IPList": list(addresses)}


GOOD = [
    {"Version": 1, "Status": "Active", "Statements": [classic("203.0.113.1", "2001:db8::/32", "10.1.2.3/8")]},
    {"Status": "Inactive", "Statements": [vpc("AllowAllVPC", "::/0", "0.0.0.0/0")]},
    {"Status": "Inactive", "Statements": []},
    {"Status": "Active", "Statements": [classic("10.0.0.1"), vpc("vpc-1", "172.16.0.0/16")]},
    {},
]
BAD: list[Any] = [
    [],
    "text",
    {"Status": "Active"},
    {"Statements": []},
    {"Status": "active", "Statements": []},
    {"Status": "Active", "Statements": []},
    {"Status": "Active", "Statements": None},
    {"Status": "Active", "Statements": [classic()]},
    {"Status": "Active", "Statements": [classic("10.0.0.0/33")]},
    {"Status": "Active", "Statements": [classic("example.com")]},
    {"Status": "Active", "Statements": [{**classic("10.0.0.1"), "Value": "vpc-1"}]},
    {"Status": "Active", "Statements": [vpc("", "10.0.0.1")]},
    {"Status": "Active", "Statements": [{"Type": "BlackList", "IPList": ["10.0.0.1"]}]},
    {"Status": "Active", "Statements": [classic("10.0.0.1")], "Note": ""},
    {"Status": "Active", "Version": 2, "Statements": [classic("10.0.0.1")]},
    {"Status": "Active", "Statements": [classic("10.0.0.1")] * (MOST_STATEMENTS + 1)},
    {"Status": "Active", "Statements": [classic(*["10.0.0.1"] * (MOST_ADDRESSES + 1))]},
]


@pytest.mark.parametrize("written", GOOD)
def test_a_policy_is_read(written: dict[str, Any]) -> None:
    assert parse_key_policy(json.dumps(written)).Status == written.get("Status", "Inactive")


@pytest.mark.parametrize(
    "text",
    [
        *(json.dumps(bad) for bad in BAD),
        "",
        "{",
        "[" * 5000,
        '{"Status": "Active", "Status": "Inactive", "Statements": []}',
        " " * 9000 + "{}",
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_key_policy(text)


@given(
    listed=st.lists(st.ip_addresses(), min_size=1, max_size=4),
    lengths=st.lists(st.integers(0, 32), min_size=4, max_size=4),
    asked=st.ip_addresses(),
    near=st.integers(-2, 2),
)
def test_an_address_is_admitted_exactly_when_a_network_holds_it(
    listed: list[Any], lengths: list[int], asked: Any, near: int
) -> None:
    pairs = zip(listed, lengths, strict=False)
    networks = [ip_network(f"{address}/{length}", strict=False) for address, length in pairs]
    allowed = AllowList(parse_key_policy(policy(*map(str, networks))))
    neighbour = ip_address(max(0, min(int(listed[0]) + near, 2 ** listed[0].max_prefixlen - 1)))
    for address in (asked, neighbour if neighbour.version == listed[0].version else asked):
        plain = getattr(address, "ipv4_mapped", None) or address
        wanted = any(plain in network for network in networks if network.version == plain.version)
        assert allowed.admits(str(address)) is wanted
        assert allowed.admits(str(address)) is wanted


@pytest.mark.parametrize("address", ["", "unix:", "10.0.0.1:80", "localhost"])
def test_what_is_no_address_is_admitted_nowhere(address: str) -> None:
    assert not AllowList(parse_key_policy(policy("0.0.0.0/0", "::/0"))).admits(address)


def test_an_ipv4_address_is_one_however_it_is_written() -> None:
    assert AllowList(parse_key_policy(policy("10.0.0.0/8"))).admits("::ffff:10.1.2.3")


def test_a_rule_for_a_vpc_admits_nobody() -> None:
    text = json.dumps({"Status": "Active", "Statements": [vpc("AllowAllVPC", "0.0.0.0/0", "::/0")]})
    assert not AllowList(parse_key_policy(text)).admits("10.0.0.1")


@pytest.mark.parametrize(
    ("own", "accounts", "admitted"),
    [
        (None, None, None),
        (None, "", None),
        (policy(status="Inactive"), None, None),
        (policy("10.0.0.1"), None, "10.0.0.1"),
        (None, policy("10.0.0.2"), "10.0.0.2"),
        (policy("10.0.0.1"), policy("10.0.0.2"), "10.0.0.1"),
        (policy("10.0.0.1", status="Inactive"), policy("10.0.0.2"), "10.0.0.2"),
        (policy("10.0.0.1"), policy("10.0.0.2", status="Inactive"), "10.0.0.1"),
        (None, policy("10.0.0.2", status="Inactive"), None),
    ],
)
def test_a_keys_own_active_policy_comes_before_its_accounts(
    own: str | None, accounts: str | None, admitted: str | None
) -> None:
    limits = allow_list(own, accounts)
    found = None if limits is None else [a for a in ("10.0.0.1", "10.0.0.2") if limits.admits(a)]
    assert found == (None if admitted is None else [admitted])
