"""The Java SDK, ``aliyun-java-sdk-*``, compiled by ``make test-java``."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from tests.sdk.clients.lines import Lines

_TARGET: Final = Path(__file__).parents[1] / "java" / "target"


class Java(Lines):
    """A profile with temporary credentials, where there is a token."""

    client = "token in the profile"
    trust_variable = "JAVA_TOOL_OPTIONS"

    def __init__(self, url: str) -> None:
        super().__init__(url, ["java", "-cp", f"{_TARGET / 'classes'}:{_TARGET / 'lib'}/*", "Calls"])

    @classmethod
    def trusting(cls, ca_file: Path, folder: Path) -> dict[str, str]:
        """Put the authority into a store of Java's own form, and name that."""
        store = folder / "trust.p12"
        words = ("-importcert", "-noprompt", "-alias", "daypass", "-file", ca_file)
        made = ("-keystore", store, "-storetype", "PKCS12", "-storepass", "changeit")
        subprocess.run(["keytool", *words, *made], check=True, capture_output=True)
        options = {"trustStore": store, "trustStoreType": "PKCS12", "trustStorePassword": "changeit"}
        return {
            cls.trust_variable: " ".join(f"-Djavax.net.ssl.{name}={value}" for name, value in options.items())
        }


class JavaTokenInQuery(Java):
    """As the six steps do it: a plain profile, the token put into the request."""

    client = "token in the query"
