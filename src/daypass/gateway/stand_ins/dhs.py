"""DataHub: projects and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.gateway.shapes import Answer, Native

if TYPE_CHECKING:
    from daypass.gateway.stand_ins.asked import Asked
    from daypass.gateway.stand_ins.fixtures import DhsProject, DhsTopic, Fixtures

_TIME: Final = 1795449600
_NO_PROJECT: Final = Native("NoSuchProject", 404, "The specified project does not exist: {name}")
_NO_TOPIC: Final = Native("NoSuchTopic", 404, "The specified topic does not exist: {name}")


def list_project(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the projects."""
    return _said(asked, {"ProjectNames": [each.name for each in fixtures.dhs.project]})


def list_topic(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the topics of a project."""
    return _said(asked, {"TopicNames": [each.name for each in _project(fixtures, asked).topic]})


def get_topic(fixtures: Fixtures, asked: Asked) -> Answer:
    """Describe a topic."""
    topic = _topic(_project(fixtures, asked), asked.segments[3])
    members: dict[str, object] = {
        "ShardCount": topic.shards,
        "Lifecycle": topic.lifecycle,
        "RecordType": "TUPLE" if topic.field else "BLOB",
        "Comment": topic.comment,
        "CreateTime": _TIME,
        "LastModifyTime": _TIME,
    }
    if topic.field:
        fields = [{"name": each.name, "type": each.type, "notnull": False} for each in topic.field]
        members["RecordSchema"] = msgspec.json.encode({"fields": fields}).decode()
    return _said(asked, members)


def _project(fixtures: Fixtures, asked: Asked) -> DhsProject:
    name = asked.segments[1]
    for each in fixtures.dhs.project:
        if each.name == name:
            return each
    raise _NO_PROJECT(name=name)


def _topic(project: DhsProject, name: str) -> DhsTopic:
    for each in project.topic:
        if each.name == name:
            return each
    raise _NO_TOPIC(name=name)


def _said(asked: Asked, members: dict[str, object]) -> Answer:
    headers = [(b"content-type", b"application/json"), (b"x-datahub-request-id", asked.request_id.encode())]
    return Answer(200, headers, msgspec.json.encode(members))
