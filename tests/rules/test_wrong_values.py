"""Whatever is wrong with a parameter, the answer is a 4xx with a code that is declared for that parameter."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest

from daypass.client import Credentials
from daypass.errors import ApiError, ErrorCode
from daypass.main import CATALOGUE
from daypass.names import POLICY_DOCUMENT_CHARS
from daypass.service.operation import Operation
from daypass.service.params import Choice, Flag, Integer, Kind, Records, Tags, Text, Texts
from daypass.services.passwords import Password
from daypass.services.ram.parameters import PolicyText
from daypass.signing import errors as signing_errors
from daypass.signing import sign_rpc_v1
from daypass.testing import Server
from tests.federation import saml
from tests.world import World, allow, document, trusting

EVERY = pytest.mark.parametrize("op", list(CATALOGUE), ids=lambda op: f"{op.product}.{op.name}")
GATEWAY: Final = {error.code for error in vars(signing_errors).values() if isinstance(error, ErrorCode)}
HUGE: Final = 200_000
CONTROL: Final = ("a\x00", "\x1b[31m", "\x7f", "a\x08b")

# Something that each parameter takes; the first that its kind reads is sent.
SAMPLES: Final = (
    "a1",
    "abc",
    "1",
    "3600",
    "true",
    "System",
    document(allow("iot:*")),
    trusting("acs:ram::1234567890123456:root"),
    "Correct-horse-9",
    "name@example.com",
    "name@1234567890123456.onaliyun.com",
    "86-18600008888",
    "v1",
    "acs:ram::1234567890123456:role/a1",
    "acs:ram::1234567890123456:oidc-provider/a1",
    "acs:ram::1234567890123456:saml-provider/a1",
    "https://example.com",
    "example.com",
    "1234567890123456.onaliyun.com",
    "rg-abcdefghijklmno",
    "123456",
    "10.0.0.0/8",
    "2026-01-31",
    "a" * 24,
    '["a1"]',
    '[{"Key":"a","Value":"b"}]',
    '[{"ResourceId":"a1","ResourceRegionId":"cn-shanghai","ResourceType":"product","Service":"iot"}]',
    "a" * 40,
    "A1" * 20,
    "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    "fd-abc",
    "1234567890123456",
    "iot:QueryProduct",
    '{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["10.0.0.0/8"]}]}',
    saml.encoded(saml.metadata()),
    f"task/acs-service-role/ons.aliyuncs.com/AliyunServiceRoleForOns/{'0' * 36}",
)

WRONG_POLICIES: Final = (
    "",
    "{",
    "null",
    "[]",
    '"Allow"',
    '{"Version":"1"}',
    '{"Version":"2","Statement":[]}',
    '{"Version":"1","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}',
    '{"Version":"1","Version":"1","Statement":[]}',
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"\\ud800"}]}',
    "[" * 3000,
    document(allow("*")) + "\x00",
    document(allow("*", "*" * POLICY_DOCUMENT_CHARS)),
    "x" * HUGE,
)


def sample(kind: Kind) -> str:
    """Return a text that a kind takes."""
    choices = kind.options if isinstance(kind, Choice) else ()
    numbers = (str(kind.least),) if isinstance(kind, Integer) else ()
    if isinstance(kind, Records):
        return json.dumps([dict.fromkeys(kind.form.__struct_fields__, "a1")])
    candidates: tuple[str, ...] = (*choices, *numbers, *SAMPLES)
    for text in candidates:
        try:
            kind.take({kind.wire: text})
        except ApiError:
            continue
        return text
    raise LookupError(f"there is no sample for {kind.wire}")


def wrong(kind: Kind) -> Iterator[dict[str, str]]:
    """Yield what a kind must refuse: wrong types, lengths, characters and forms."""
    if isinstance(kind, Tags):
        yield from ({kind.wire: text} for text in _wrong_tags(kind))
        yield {f"{kind.wire}.1.Key": "x" * 129}
        yield {f"{kind.wire}.1.Key": "a", f"{kind.wire}.2.Key": "a"}
        yield {f"{kind.wire}.{number}.Key": f"k{number}" for number in range(1, kind.most + 2)}
    elif isinstance(kind, Records):
        yield from ({kind.wire: text} for text in ("", "[", "{}", "x", "null", '["a"]', '[{"a":1}]', "[{}]"))
        yield {kind.wire: json.dumps(json.loads(sample(kind)) * (kind.most + 1))}
        yield {f"{kind.wire}.1.{name}": "a\x00" for name in kind.form.__struct_fields__}
    elif isinstance(kind, Texts):
        item = sample(kind.item)
        yield from (
            {kind.wire: text} for text in ("[", "[1]", "[null]", '[["a"]]', '[{"a":"b"}]', "[" * 5000)
        )
        yield {kind.wire: json.dumps([item] * (kind.most + 1))}
        yield {f"{kind.wire}.{number}": item for number in range(1, kind.most + 2)}
        for inner in wrong(kind.item):
            yield {f"{kind.wire}.1": next(iter(inner.values()))}
    else:
        yield from ({kind.wire: text} for text in _wrong_texts(kind))


def _wrong_texts(kind: Kind) -> Iterator[str]:
    yield "x" * HUGE
    if isinstance(kind, PolicyText):
        yield from WRONG_POLICIES
    elif isinstance(kind, Integer):
        yield from (
            "",
            "x",
            "1.5",
            "1e3",
            "0x10",
            " 1",
            "+1",
            "٣",
            "NaN",
            "--1",
            "1\n",
            "true",
            "\x00",
            "9" * 40,
        )
        yield from (str(kind.least - 1), str(kind.most + 1))
    elif isinstance(kind, Flag):
        yield from ("", "yes", "2", "null", "true ", "truth", "\x00")
    elif isinstance(kind, Choice):
        yield from ("", f"{kind.options[0]} ", f"{kind.options[0]}\x00", "x", "[]")
    elif isinstance(kind, Text):
        yield from CONTROL
        yield "a" * (kind.most + 1)
        if kind.least:
            yield "a" * (kind.least - 1)
        if kind.pattern is not None:
            texts = ("é ", "a b", "<x>", "../x", "' OR 1=1", "%00", "a\n", "\n", "\u202e", "٣", "🜁")
            yield from (text for text in texts if kind.pattern.fullmatch(text) is None)
    elif not isinstance(kind, Password):
        yield from CONTROL


def _wrong_tags(kind: Tags) -> Iterator[str]:
    yield from ("", "[", "{}", "x", "null", '["a"]', '[{"Key":1}]', '[{"Value":"x"}]', '[{"Key":""}]')
    yield from ('[{"Key":"aliyun-a"}]', '[{"Key":"acs:a"}]', '[{"Key":"http://a"}]', "[" * 5000)
    yield json.dumps([{"Key": "a", "Value": "x" * 129}])
    yield json.dumps([{"Key": f"k{number}"} for number in range(kind.most + 1)])


class Caller:
    """Sends requests over one connection, as somebody who may do anything."""

    def __init__(self, server: Server) -> None:
        self.who: Final[Credentials] = World(server).user("Anybody", document(allow("*")))
        self._connection: Final = http.client.HTTPConnection(server.endpoint, timeout=30)
        self._numbers: Final = itertools.count()

    def signed(self, op: Operation[Any, Any], parameters: dict[str, str]) -> str:
        return sign_rpc_v1(
            op.name,
            op.version,
            parameters,
            access_key_id=self.who.access_key_id,
            secret=self.who.access_key_secret.reveal(),
            timestamp=int(time.time()),
            nonce=f"wrong-{next(self._numbers)}",
            format="JSON",
        )

    def sent(self, body: str) -> tuple[int, str]:
        """Return status and code of the answer."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/", body.encode(), kind)
        answer = self._connection.getresponse()
        content = json.loads(answer.read())
        assert content["RequestId"]
        return answer.status, content.get("Code", "")

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Server(default_format="JSON") as server:
        caller = Caller(server)
        yield caller
        caller.close()


def required(op: Operation[Any, Any], but: str = "") -> dict[str, str]:
    """Return something for each required parameter but one."""
    kinds = [parameter.kind for parameter in op.parameters if parameter.required]
    return {kind.wire: sample(kind) for kind in kinds if kind.wire != but}


@EVERY
def test_a_wrong_value_is_refused_with_a_code_of_its_parameter(
    op: Operation[Any, Any], caller: Caller
) -> None:
    for parameter in op.parameters:
        kind = parameter.kind
        declared = {error.code: error.status for error in kind.refusals()}
        for values in wrong(kind):
            status, code = caller.sent(caller.signed(op, {**required(op, kind.wire), **values}))
            told = (kind.wire, {name: value[:80] for name, value in values.items()}, status, code)
            assert code in declared, told
            assert status == declared[code], told
            assert 400 <= status < 500, told


@EVERY
def test_a_missing_parameter_is_told_by_its_own_code(op: Operation[Any, Any], caller: Caller) -> None:
    for parameter in op.parameters:
        if not parameter.required:
            continue
        kind = parameter.kind
        missing = kind.absent().declared
        sent = caller.sent(caller.signed(op, required(op, kind.wire)))
        assert sent == (missing.status, missing.code), kind.wire
        assert 400 <= missing.status < 500


@EVERY
def test_a_parameter_that_stands_twice_or_is_no_text_is_refused_before_anything_is_read(
    op: Operation[Any, Any], caller: Caller
) -> None:
    body = caller.signed(op, required(op))
    for name in ("Action", *(parameter.kind.wire for parameter in op.parameters)):
        given = "" if f"&{name}=" in f"&{body}" else f"&{name}=a"
        for broken in (f"{given}&{name}=a", f"&{name}=%ff%fe", f"&{name}=%zz", f"&{name}=%ed%a0%80"):
            status, code = caller.sent(body + broken)
            assert status == 400, (name, broken, code)
            assert code in GATEWAY, (name, broken, code)


def test_the_wrong_values_are_many() -> None:
    count = sum(len(list(wrong(parameter.kind))) for op in CATALOGUE for parameter in op.parameters)
    assert count > 5000
