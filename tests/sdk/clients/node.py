"""The Node.js SDKs, in one process that makes a call for each line it reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import ClassVar

from daypass.client import Credentials
from tests.sdk.scenario import REGION, VERSIONS, Body, Caller, Parameters, RefusedError

_CALLS = Path(__file__).parents[1] / "node" / "calls.js"


class _Node(Caller):
    client: ClassVar[str]

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._node = subprocess.Popen(
            ["node", _CALLS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        said = self._say(
            {
                "client": self.client,
                "url": self.url,
                "region": REGION,
                "accessKeyId": who.access_key_id,
                "accessKeySecret": who.access_key_secret.reveal(),
                "securityToken": who.security_token,
                "product": product,
                "version": VERSIONS[product],
                "action": action,
                "parameters": dict(parameters),
            }
        )
        if "answer" in said:
            answer: Body = said["answer"]
            return answer
        error = said["error"]
        raise RefusedError(error["code"], error.get("status"), error["message"], error.get("detail"))

    def close(self) -> None:
        assert self._node.communicate(timeout=30) == ("", None)
        assert self._node.returncode == 0

    def _say(self, order: Body) -> Body:
        stdin, stdout = self._node.stdin, self._node.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        said: Body = json.loads(stdout.readline())
        return said


class PopCoreGet(_Node):
    """``@alicloud/pop-core``, everything in the URL."""

    client = "pop-core GET"


class PopCorePost(_Node):
    """``@alicloud/pop-core``, everything in a form, the signature too."""

    client = "pop-core POST"


class NodeTea(_Node):
    """``@alicloud/sts20150401`` for AssumeRole, its core ``@alicloud/openapi-client`` for the rest."""

    client = "tea"
