"""The Python SDK of today, ``alibabacloud_*`` on Tea, and its role provider."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.provider import RamRoleArnCredentialsProvider
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.models import Config

from daypass.client import Credentials
from tests.sdk.scenario import REGION, VERSIONS, Body, Caller, Parameters, RefusedError


class Tea(Caller):
    """Generated clients, signing with ACS3-HMAC-SHA256 as they do by default."""

    trust_variable = "SSL_CERT_FILE"
    algorithm: str | None = None

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        client = self.client(product, self.config(who))
        try:
            answer = getattr(client, method_of(action))(*request_of(product, action, parameters))
        except AlibabaCloudException as error:
            raise RefusedError(error.code, error.status_code, error.message, denial_of(error)) from error
        body: Body = answer.body.to_map()
        return body

    def client(self, product: str, config: Config) -> Any:
        """Return a product's client."""
        return importlib.import_module(f"{package_of(product)}.client").Client(config)

    def config(self, who: Credentials) -> Config:
        """Return how to reach the server."""
        return Config(
            access_key_id=who.access_key_id,
            access_key_secret=who.access_key_secret.reveal(),
            security_token=who.security_token,
            signature_algorithm=self.algorithm,
            **self.settings(),
        )

    def settings(self) -> dict[str, str]:
        """Return where the server is."""
        return {"endpoint": self.place, "protocol": self.scheme, "region_id": REGION}


class TeaV2(Tea):
    """Clients told to sign as the old SDKs do."""

    algorithm = "v2"


class TeaSM3(Tea):
    """Clients told to sign with SM3."""

    algorithm = "ACS3-HMAC-SM3"


class TeaEndpointWithScheme(Tea):
    """Clients whose endpoint is a URL, which they then send, and sign, as the Host."""

    def settings(self) -> dict[str, str]:
        return {"endpoint": self.url, "region_id": REGION}


class TeaRoleProvider(Tea):
    """The same, but the credentials provider assumes roles."""

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        if action != "AssumeRole":
            return super().call(who, product, action, parameters)
        try:
            got = provider_of(self.url, who, parameters).get_credentials()
        except CredentialException as error:
            raise refused_by(error) from error
        return {
            "Credentials": {
                "AccessKeyId": got.get_access_key_id(),
                "AccessKeySecret": got.get_access_key_secret(),
                "SecurityToken": got.get_security_token(),
            }
        }


def provider_of(url: str, who: Credentials, parameters: Parameters) -> RamRoleArnCredentialsProvider:
    """Return a provider that assumes a role with AssumeRole's parameters."""
    return RamRoleArnCredentialsProvider(
        access_key_id=who.access_key_id,
        access_key_secret=who.access_key_secret.reveal(),
        security_token=who.security_token,
        role_arn=parameters["RoleArn"],
        role_session_name=parameters["RoleSessionName"],
        duration_seconds=parameters.get("DurationSeconds"),
        policy=parameters.get("Policy"),
        sts_endpoint=url,
    )


def refused_by(error: CredentialException) -> RefusedError:
    """Read the refusal that the provider's error quotes."""
    quoted = re.search(r"http_code: (\d+), result: (.*)", str(error), re.DOTALL)
    assert quoted is not None, error
    body = json.loads(quoted[2])
    return RefusedError(body["Code"], int(quoted[1]), body["Message"], body.get("AccessDeniedDetail"))


def package_of(product: str) -> str:
    """Return a product's package, ``alibabacloud_sts20150401``."""
    return f"alibabacloud_{product.lower()}{VERSIONS[product].replace('-', '')}"


def method_of(action: str) -> str:
    """Return a client's method, ``assume_role``; capitals in a row are one word with what follows them."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", action).lower()


def request_of(product: str, action: str, parameters: Parameters) -> tuple[Any, ...]:
    """Return an operation's request, its members set; none if the operation takes none."""
    models = importlib.import_module(f"{package_of(product)}.models")
    members = {method_of(name): value for name, value in parameters.items()}
    request = getattr(models, f"{action}Request", None)
    return () if request is None else (request(**members),)


def denial_of(error: AlibabaCloudException) -> dict[str, str] | None:
    """Return the denial's detail, which only errors of callers have."""
    return getattr(error, "access_denied_detail", None) or None
