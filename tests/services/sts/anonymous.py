"""Calling STS without a signature, as clients do that have a token or an assertion and nothing else."""

from __future__ import annotations

import urllib.parse
from typing import Any

from daypass.client import Client, Credentials
from daypass.main import CATALOGUE
from daypass.secret import Secret

STS = "2015-04-01"
NOBODY = Credentials("nobody", Secret(""))


def send(
    url: str, action: str, parameters: dict[str, str], *, method: str = "POST"
) -> tuple[int, dict[str, Any]]:
    """Call an operation, unsigned; return status and answer. A refusal has to be a declared one."""
    query = urllib.parse.urlencode({"Action": action, "Version": STS, "Format": "JSON", **parameters})
    form = {"content-type": "application/x-www-form-urlencoded"}
    target, body = (f"/?{query}", b"") if method == "GET" else ("/", query.encode())
    answer = Client(url, NOBODY).send(method, target, body, form)
    told = answer.json()
    if answer.status != 200:
        declared = {(error.code, error.status) for error in CATALOGUE.find(STS, action).errors()}
        assert (told["Code"], answer.status) in declared, answer.text
    return answer.status, told
