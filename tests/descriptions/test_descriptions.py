"""Descriptions are read strictly: what would leave a request unprotected is refused with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.descriptions import (
    SHIPPED,
    Asking,
    DescriptionError,
    NotDescribedError,
    parse,
    shipped,
    shipped_services,
    shipped_text,
)

OWN = """
service = "shelf"
title = "Shelves of our own"

[[interface]]
protocol = "oss"
host_variable = "shelf"
variables = { from = { header = "x-from", path = true }, owner = { query = "owner" } }
sub_resources = ["label"]
telling_headers = ["x-from"]

[[interface.action]]
name = "GetBook"
access = "read"
resource = "acs:shelf:{region}:{account}:{shelf}/{book}"
requests = ["GET /{shelf}/{book+}"]
conditions = { "shelf:Owner" = "{owner}" }
"""
POP = """
service = "desk"
title = "Desks"
[[interface]]
protocol = "pop"
versions = ["2026-01-01"]
[[interface.action]]
names = ["GetDesk", "ListDesks"]
access = "read"
resource = "acs:desk:{region}:{account}:desk/{DeskId|*}"
"""


def test_a_description_of_ones_own_is_read() -> None:
    description, (interface,) = parse(OWN)
    assert (description.service, interface.protocol, interface.host_variable) == ("shelf", "oss", "shelf")
    _, (pop,) = parse(POP)
    assert pop.versions == ("2026-01-01",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('title = "Shelves of our own"', "title = ", "not TOML"),
        ('title = "Shelves of our own"', "", "missing required field `title`"),
        ('service = "shelf"', 'service = "Shelf:*"', "service"),
        ('access = "read"', 'acces = "read"', "acces"),
        ('access = "read"', 'access = "all"', "Invalid enum value 'all'"),
        ("sub_resources", "subresources", "subresources"),
        ('protocol = "oss"', 'protocol = "ftp"', "Invalid enum value 'ftp'"),
        ('protocol = "oss"', 'protocol = "oss"\nversions = ["2026-01-01"]', "for POP only"),
        ("{shelf}/{book}", "{shelf}/{page}", "says what {page} is"),
        ("{shelf}/{book}", "{shelf}/{book", "belongs to no variable"),
        ('"acs:shelf:', '"arn:shelf:', "is no ARN"),
        ("GET /{shelf}/{book+}", "GET {shelf}", "METHOD /path"),
        ("GET /{shelf}/{book+}", "FETCH /{shelf}/{book+}", "METHOD /path"),
        ("GET /{shelf}/{book+}", "GET /{shelf}/x{book}", "takes a whole one"),
        ("GET /{shelf}/{book+}", "GET /{shelf}/{book+}/x", "goes on after"),
        ("GET /{shelf}/{book+}", "GET /{owner}/{shelf}/{book+}", "comes from the path and from elsewhere"),
        ('requests = ["GET', 'requests = ["GET /{shelf}/{book+}", "GET', "stands there twice"),
        ('requests = ["GET /{shelf}/{book+}"]', "", "needs requests"),
        ('name = "GetBook"', "", "neither name nor names"),
        ('header = "x-from"', 'header = "X-From"', "lower case"),
        ('header = "x-from", ', "", "exactly one of"),
        ('query = "owner"', 'query = "owner", json = "owner"', "exactly one of"),
        ("owner = {", "account = {", "is there already"),
    ],
)
def test_a_description_with_a_fault_is_refused_with_its_reason(old: str, new: str, reason: str) -> None:
    assert OWN.count(old) >= 1
    with pytest.raises(DescriptionError) as refusal:
        parse(OWN.replace(old, new, 1))
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('versions = ["2026-01-01"]', "", "needs versions"),
        ('versions = ["2026-01-01"]', 'versions = ["new"]', "versions"),
        ('"ListDesks"', '"GetDesk"', "stands there twice"),
        ('access = "read"', 'access = "read"\nrequests = ["GET /"]', "a name of its own"),
        ('access = "read"', 'access = "read"\nbody = { a = "b" }', "for actions with requests"),
        ('protocol = "pop"', 'protocol = "pop"\nsub_resources = ["a"]', "not for POP"),
    ],
)
def test_a_description_of_pop_with_a_fault_is_refused_with_its_reason(
    old: str, new: str, reason: str
) -> None:
    with pytest.raises(DescriptionError) as refusal:
        parse(POP.replace(old, new, 1))
    assert reason in str(refusal.value)


@given(text=st.text() | st.text(st.sampled_from('[]{}="\n.abc#')))
def test_whatever_stands_in_a_file_is_read_or_refused_with_a_reason(text: str) -> None:
    with pytest.raises(DescriptionError):
        parse(text)


def test_what_nobody_describes_is_refused_by_name() -> None:
    with pytest.raises(DescriptionError, match="there are dhs, iot"):
        shipped("../iot")


def test_every_description_that_ships_is_found_by_its_service() -> None:
    assert [each.service for each in shipped_services()] == list(SHIPPED)
    folder = Path(__file__).parents[2] / "src" / "daypass" / "descriptions" / "shipped"
    assert sorted(path.stem for path in folder.iterdir()) == sorted(SHIPPED)
    assert all(shipped_text(service).startswith("# ") for service in SHIPPED)


def test_the_actions_that_the_sample_policies_name_are_described_as_reads() -> None:
    samples = Path(__file__).parents[1] / "sdk" / "documents"
    document = json.loads((samples / "iot-read-only.json").read_text())
    access = {
        f"{each.service}:{name}": action.access
        for each in shipped_services()
        for interface in each.interface
        for action in interface.action
        for name in action.all_names
    }
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            if "*" not in action and not action.startswith("ram:"):
                assert access[action] in {"list", "read"}


ROA = """
service = "desk"
title = "Desks"
[[interface]]
protocol = "pop"
versions = ["2026-01-01"]
[[interface.action]]
name = "GetDesk"
access = "read"
resource = "acs:desk:{region}:{account}:desk/{desk}"
requests = ["GET /desks/{desk}"]
[[interface.action]]
name = "CountDesks"
access = "read"
resource = "acs:desk:{region}:{account}:desk/*"
"""


@pytest.mark.parametrize(
    ("method", "path", "action", "resource"),
    [
        ("GET", "desks/d1", "GetDesk", "desk/d1"),
        ("GET", "desks/d1", "", "desk/d1"),
        ("GET", "desks/d1", "CountDesks", None),
        ("PUT", "desks/d1", "", None),
        ("GET", "desks/..", "", None),
        ("GET", "", "GetDesk", None),
        ("GET", "", "CountDesks", "desk/*"),
        ("GET", "desks/d1/more", "CountDesks", None),
    ],
)
def test_a_pop_action_is_called_by_its_path_or_by_its_name_as_described(
    method: str, path: str, action: str, resource: str | None
) -> None:
    _, (interface,) = parse(ROA)
    request = Asking(
        *(method, path.split("/"), {}, {}, None, lambda _: None, lambda _: None),
        *(action, "cn-hangzhou", "1"),
    )
    if resource is None:
        with pytest.raises(NotDescribedError):
            interface.find(request)
    else:
        assert interface.find(request).needs[0].resource == f"acs:desk:cn-hangzhou:1:{resource}"


PIECES = st.sampled_from(
    ["", ".", "..", "a", "topics", "messages", "%2F", "\n", "*", "é", "projects", "shards"]
)


@given(
    service=st.sampled_from(["mns", "log", "dhs", "ots", "oss"]),
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    segments=st.lists(PIECES | st.text(max_size=5), min_size=1, max_size=5),
    query=st.dictionaries(st.sampled_from(["acl", "uploads", "type", "metaoverride"]), st.text(max_size=3)),
)
def test_whatever_is_asked_is_found_or_not_described(
    service: str, method: str, segments: list[str], query: dict[str, str]
) -> None:
    interface = shipped(service)[1][0]
    request = Asking(
        *(method, segments, query, {"x-ots-instancename": "i"}, "label", lambda _: "name", lambda _: "table"),
        *("", "cn-hangzhou", "1234567890123456"),
    )
    try:
        found = interface.find(request)
    except NotDescribedError:
        return
    for need in found.needs:
        assert need.action.startswith(f"{service}:")
        assert need.resource.startswith(f"acs:{service}:")
        assert need.resource.isprintable() or not need.resource.isascii()
        assert not {".", ".."} & set(need.resource.partition(":1234567890123456:")[2].split("/"))
