"""Message Service: topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from daypass.gateway.shapes import Answer

if TYPE_CHECKING:
    from daypass.gateway.stand_ins.asked import Asked
    from daypass.gateway.stand_ins.fixtures import Fixtures

_MOST: Final = 1000
_TIME: Final = "1795449600"


def list_topic(fixtures: Fixtures, asked: Asked) -> Answer:
    """List the topics by the beginning of their names, from a marker on."""
    prefix, marker = (asked.headers.get(f"x-mns-{name}", "") for name in ("prefix", "marker"))
    told = asked.headers.get("x-mns-ret-number", "")
    size = (
        min(int(told), _MOST)
        if told.isascii() and told.isdigit() and len(told) < len(str(_MOST)) + 1
        else _MOST
    )
    found = sorted(name for name in fixtures.mns.topics if name.startswith(prefix) and name >= marker)
    detailed = asked.headers.get("x-mns-with-meta") == "true"
    topics = "".join(_topic(name, asked, detailed=detailed) for name in found[:size])
    following = f"<NextMarker>{escape(found[size])}</NextMarker>" if len(found) > size else ""
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Topics xmlns="http://mns.aliyuncs.com/doc/v1/">{topics}{following}</Topics>'
    )
    headers = [
        (b"content-type", b"text/xml;charset=utf-8"),
        (b"x-mns-request-id", asked.request_id.encode()),
        (b"x-mns-version", b"2015-06-06"),
    ]
    return Answer(200, headers, body.encode())


def _topic(name: str, asked: Asked, *, detailed: bool) -> str:
    more = (
        f"<TopicName>{escape(name)}</TopicName><CreateTime>{_TIME}</CreateTime>"
        f"<LastModifyTime>{_TIME}</LastModifyTime><MaximumMessageSize>65536</MaximumMessageSize>"
        "<MessageRetentionPeriod>259200</MessageRetentionPeriod><MessageCount>0</MessageCount>"
        "<LoggingEnabled>False</LoggingEnabled>"
    )
    url = f"{escape(asked.url)}/topics/{escape(name)}"
    return f"<Topic><TopicURL>{url}</TopicURL>{more if detailed else ''}</Topic>"
