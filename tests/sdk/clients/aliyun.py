"""Alibaba Cloud's own command line, ``aliyun``, a process for each call."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from daypass.client import Credentials
from tests.sdk.scenario import REGION, Body, Caller, Parameters, RefusedError

_PATIENCE: Final = 30.0
_TOLD: Final = re.compile(r"ErrorCode: (\S*)")


class Aliyun(Caller):
    """The command with the credentials in its options, and a home of its own."""

    trust_variable = "SSL_CERT_FILE"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.home: Final = Path(self.at_end.enter_context(tempfile.TemporaryDirectory()))

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        mode = ["--mode", "StsToken" if who.security_token else "AK"]
        key = ["--access-key-id", who.access_key_id, "--access-key-secret", who.access_key_secret.reveal()]
        token = ["--sts-token", who.security_token] if who.security_token else []
        return self.run(product, action, parameters, *mode, *key, *token, "--region", REGION)

    def run(self, product: str, action: str, parameters: Parameters, *options: str) -> Body:
        """Run the command to its end."""
        words = [word for name, value in parameters.items() for word in (f"--{name}", str(value))]
        plain = ["--insecure"] if self.scheme == "http" else []
        done = subprocess.run(
            ["aliyun", product.lower(), action, *words, "--endpoint", self.place, *plain, *options],
            env={name: value for name, value in os.environ.items() if "ALIBABA" not in name}
            | {"HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode == 0:
            answer: Body = json.loads(done.stdout)
            return answer
        code = _TOLD.search(done.stderr)
        raise RefusedError(code[1] if code else "", None, done.stderr)
