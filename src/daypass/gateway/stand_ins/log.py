"""Log Service: projects, logstores, shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from daypass.gateway.shapes import Answer, Native

if TYPE_CHECKING:
    from daypass.gateway.stand_ins.asked import Asked
    from daypass.gateway.stand_ins.fixtures import Fixtures, LogProject

T = TypeVar("T")

_MOST: Final = 500
_TIME: Final = "1795449600"
_KEYS: Final = 1 << 128
_NO_PROJECT: Final = Native("ProjectNotExist", 404, "The Project does not exist : {name}")
_NO_LOGSTORE: Final = Native("LogStoreNotExist", 404, "logstore {name} does not exist")


def list_project(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the projects, a page of them, by a part of their names."""
    part = asked.query.get("projectName", "")
    found = [each for each in fixtures.log.project if part in each.name]
    page = _page(found, asked)
    projects = [
        {
            "projectName": each.name,
            "description": each.description,
            "region": asked.region,
            "status": "Normal",
            "owner": "",
            "createTime": _TIME,
            "lastModifyTime": _TIME,
        }
        for each in page
    ]
    return _said(asked, {"count": len(page), "total": len(found), "projects": projects})


def list_log_stores(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the logstores of the host's project."""
    part = asked.query.get("logstoreName", "")
    found = [each.name for each in _project(fixtures, asked).logstore if part in each.name]
    page = _page(found, asked)
    return _said(asked, {"count": len(page), "total": len(found), "logstores": page})


def list_shards(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the shards of a logstore, which part the keys evenly."""
    name = asked.segments[1]
    for each in _project(fixtures, asked).logstore:
        if each.name == name:
            bounds = [_KEYS * at // each.shards for at in range(each.shards + 1)]
            shards = [
                {
                    "shardID": at,
                    "status": "readwrite",
                    "inclusiveBeginKey": f"{bounds[at]:032x}",
                    "exclusiveEndKey": f"{min(bounds[at + 1], _KEYS - 1):032x}",
                    "createTime": int(_TIME),
                }
                for at in range(each.shards)
            ]
            return _said(asked, shards)
    raise _NO_LOGSTORE(name=name)


def _project(fixtures: Fixtures, asked: Asked) -> LogProject:
    for each in fixtures.log.project:
        if each.name == asked.host_label:
            return each
    raise _NO_PROJECT(name=asked.host_label or "")


def _page(found: list[T], asked: Asked) -> list[T]:
    return found[asked.number("offset", 0, 10**6) :][: asked.number("size", _MOST, _MOST)]


def _said(asked: Asked, body: object) -> Answer:
    headers = [(b"content-type", b"application/json"), (b"x-log-requestid", asked.request_id.encode())]
    return Answer(200, headers, msgspec.json.encode(body))
