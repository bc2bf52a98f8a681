"""``daypass PRODUCT ACTION Key=Value …`` in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from daypass.client import Credentials
from tests.sdk.scenario import Body, Caller, Parameters, RefusedError

_LINE = re.compile(r"([A-Z][A-Za-z.]+): (.*)")
_PATIENCE = 30.0


class CommandLine(Caller):
    """The command line with the credentials in its options."""

    trust_variable = "DAYPASS_CA_FILE"

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        done = self.run(
            who, product.lower(), action, *(f"{name}={value}" for name, value in parameters.items())
        )
        if done.returncode == 0:
            answer: Body = json.loads(done.stdout)
            return answer
        first = _LINE.match(done.stderr)
        assert (done.returncode, done.stdout) == (1, "")
        raise RefusedError(first[1] if first else "", None, done.stderr)

    def run(self, who: Credentials, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        token = [] if who.security_token is None else [f"--token={who.security_token}"]
        signer = [f"--id={who.access_key_id}", f"--secret={who.access_key_secret.reveal()}", *token]
        return subprocess.run(
            [sys.executable, "-m", "daypass.cli", *words, *signer, f"--endpoint={self.url}"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
