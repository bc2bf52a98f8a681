"""SDKs of other languages: a process that makes a call for each line it reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from daypass.client import Credentials
from tests.sdk.scenario import REGION, VERSIONS, Body, Caller, Parameters, RefusedError

PATIENCE: Final = 30.0
"""Seconds for a process to end once its input has ended."""


class Lines(Caller):
    """A process of another language, ended when the caller is.

    Attributes:
        client: which of the process's clients is meant.
    """

    client: ClassVar[str]

    def __init__(self, url: str, command: Sequence[str | Path], folder: Path | None = None) -> None:
        super().__init__(url)
        self._process: Final = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.at_end.callback(self._end)

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        said = self._say(
            {
                "client": self.client,
                "url": self.url,
                "region": REGION,
                "accessKeyId": who.access_key_id,
                "accessKeySecret": who.access_key_secret.reveal(),
                "securityToken": who.security_token or "",
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

    def _say(self, order: Body) -> Body:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        said: Body = json.loads(stdout.readline())
        return said

    def _end(self) -> None:
        rest, _ = self._process.communicate(timeout=PATIENCE)
        assert (rest, self._process.returncode) == ("", 0)
