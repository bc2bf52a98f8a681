"""The Java SDK, ``aliyun-java-sdk-*``, compiled by ``make test-java``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.sdk.clients.lines import Lines

_TARGET: Final = Path(__file__).parents[1] / "java" / "target"


class Java(Lines):
    """A profile with temporary credentials, where there is a token."""

    client = "token in the profile"

    def __init__(self, url: str) -> None:
        super().__init__(url, ["java", "-cp", f"{_TARGET / 'classes'}:{_TARGET / 'lib'}/*", "Calls"])


class JavaTokenInQuery(Java):
    """As the six steps do it: a plain profile, the token put into the request."""

    client = "token in the query"
