"""Python clients in a process of their own, which finds an environment variable when it starts."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import ClassVar, Final

from daypass.client import Credentials
from daypass.secret import Secret
from tests.sdk.clients.legacy import Legacy
from tests.sdk.clients.lines import Lines
from tests.sdk.clients.signed_url import SignedUrl
from tests.sdk.clients.tea import Tea, TeaEndpointWithScheme, TeaRoleProvider
from tests.sdk.scenario import Body, Caller, RefusedError

_ROOT: Final = Path(__file__).parents[3]


class _Apart(Lines):
    kind: ClassVar[type[Caller]]

    def __init_subclass__(cls) -> None:
        cls.client = f"{cls.kind.__module__}:{cls.kind.__name__}"
        cls.trust_variable = cls.kind.trust_variable

    def __init__(self, url: str) -> None:
        super().__init__(url, [sys.executable, "-m", __name__], folder=_ROOT)


class LegacyApart(_Apart):
    kind = Legacy


class TeaApart(_Apart):
    kind = Tea


class TeaEndpointWithSchemeApart(_Apart):
    kind = TeaEndpointWithScheme


class TeaRoleProviderApart(_Apart):
    kind = TeaRoleProvider


class SignedUrlApart(_Apart):
    kind = SignedUrl


def _said(order: Body) -> Body:
    module, _, kind = order["client"].partition(":")
    secret = Secret(order["accessKeySecret"])
    who = Credentials(order["accessKeyId"], secret, order["securityToken"] or None)
    with getattr(importlib.import_module(module), kind)(order["url"]) as caller:
        try:
            return {"answer": caller.call(who, order["product"], order["action"], order["parameters"])}
        except RefusedError as refused:
            told = {"code": refused.code, "status": refused.status, "message": refused.message}
            return {"error": told | {"detail": refused.detail}}
        except Exception as fault:  # noqa: BLE001 (what clients raise that reach nobody has no common base)
            return {"error": {"code": type(fault).__name__, "message": str(fault)}}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_said(json.loads(line))), flush=True)  # noqa: T201 (the other end reads it)
