"""Bodies on the wire, in both formats."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from daypass.errors import ApiError, ErrorCode
from daypass.service import render
from daypass.service.operation import Nothing, Response


class Thing(Response, frozen=True, kw_only=True):
    name: str
    size: int | None = None


class Things(Response, frozen=True, kw_only=True):
    thing: list[Thing]


class Listing(Response, frozen=True, kw_only=True):
    things: Things
    is_truncated: bool
    marker: str | None = None


LISTING = Listing(things=Things(thing=[Thing(name="a"), Thing(name="b", size=3)]), is_truncated=False)


def test_json_has_the_request_id_and_leaves_absent_members_out() -> None:
    assert json.loads(render.success("JSON", "ListThings", "R-1", LISTING)) == {
        "RequestId": "R-1",
        "Things": {"Thing": [{"Name": "a"}, {"Name": "b", "Size": 3}]},
        "IsTruncated": False,
    }


def test_xml_wraps_lists_and_is_not_indented() -> None:
    assert render.success("XML", "ListThings", "R-1", LISTING).decode() == (
        "<?xml version='1.0' encoding='UTF-8'?><ListThingsResponse><RequestId>R-1</RequestId>"
        "<Things><Thing><Name>a</Name></Thing><Thing><Name>b</Name><Size>3</Size></Thing></Things>"
        "<IsTruncated>false</IsTruncated></ListThingsResponse>"
    )


def test_an_empty_answer_is_the_request_id_alone() -> None:
    assert render.success("JSON", "DeleteThing", "R-1", Nothing()) == b'{"RequestId":"R-1"}'
    assert b"<DeleteThingResponse><RequestId>R-1</RequestId></DeleteThingResponse>" in render.success(
        "XML", "DeleteThing", "R-1", Nothing()
    )


def test_an_error_has_the_five_members_and_what_it_adds() -> None:
    error = ApiError(
        ErrorCode("Bad", 400, ""), "because", extra={"AccessDeniedDetail": {"AuthAction": "a:B"}}
    )
    body = json.loads(render.failure("JSON", "R-1", "host:1", error))
    assert body == {
        "RequestId": "R-1",
        "HostId": "host:1",
        "Code": "Bad",
        "Message": "because",
        "Recommend": "http://host:1/errors/Bad",
        "AccessDeniedDetail": {"AuthAction": "a:B"},
    }
    root = ET.fromstring(render.failure("XML", "R-1", "host:1", error))  # noqa: S314 (our own)
    assert root.tag == "Error"
    assert root.findtext("Code") == "Bad"


def test_content_types_are_the_exact_ones_sdks_look_for() -> None:
    assert render.content_type("XML") == "text/xml;charset=utf-8"
    assert render.content_type("JSON") == "application/json;charset=utf-8"


@given(st.text())
def test_any_text_survives_json_and_gives_well_formed_xml(text: str) -> None:
    thing = Thing(name=text)
    assert json.loads(render.success("JSON", "Get", "R", thing))["Name"] == text
    root = ET.fromstring(render.success("XML", "Get", "R", thing))  # noqa: S314 (our own)
    assert _lines(root.findtext("Name") or "") == _lines(text)


def _lines(text: str) -> int:
    """Count line ends, which XML reads all alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
