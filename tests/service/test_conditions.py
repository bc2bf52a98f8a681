"""The condition keys of a request are the same, asked for one by one or all together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from daypass.service.call import Call, Conditions

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def call() -> Call:
    nothing: Any = None
    return Call(
        given_caller=None,
        now=1_795_449_600,
        request_id="id",
        source_ip="10.0.0.1",
        secure=False,
        region="cn-shanghai",
        look=nothing,
        issuer=nothing,
        diagnostics=nothing,
        decisions=nothing,
        entropy=nothing,
    )


OWN = [{}, {"a:Own": "1"}, {"acs:SourceIp": "192.0.2.1"}, {"acs:CurrentTime": ("x", "y")}]


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("secure", [False, True])
def test_a_key_has_one_value_however_it_is_asked_for(
    call: Call, own: Mapping[str, str], secure: bool
) -> None:
    call = msgspec.structs.replace(call, secure=secure)
    together = dict(Conditions(call, own))
    assert together["acs:SecureTransport"] == ("true" if secure else "false")
    for key in (*together, "acs:None", "acs:sourceip"):
        assert Conditions(call, own).get(key) == together.get(key)
        asked_before = Conditions(call, own)
        len(asked_before)
        assert asked_before.get(key, "default") == together.get(key, "default")
