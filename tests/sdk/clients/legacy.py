"""The legacy Python SDK, ``aliyun-python-sdk-*``."""

from __future__ import annotations

import importlib
import json
from typing import Any

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from daypass.client import Credentials
from tests.sdk.scenario import REGION, VERSIONS, Body, Caller, Parameters, RefusedError


def client_of(who: Credentials) -> Any:
    """Return a client with an AccessKey, or with temporary credentials."""
    key = (who.access_key_id, who.access_key_secret.reveal())
    credential = (
        AccessKeyCredential(*key)
        if who.security_token is None
        else StsTokenCredential(*key, who.security_token)
    )
    return AcsClient(region_id=REGION, credential=credential)


def generated(url: str, product: str, action: str, parameters: Parameters) -> Any:
    """Return a request of the product's own package, its setters called."""
    version = VERSIONS[product].replace("-", "")
    name = f"{action}Request"
    module = importlib.import_module(f"aliyunsdk{product.lower()}.request.v{version}.{name}")
    request = getattr(module, name)()
    request.set_endpoint(url)
    for parameter, value in parameters.items():
        getattr(request, f"set_{parameter}")(value)
    return request


def common(url: str, product: str, action: str) -> Any:
    """Return a request that names its operation itself; GET, unless it is told otherwise."""
    return CommonRequest(domain=url, version=VERSIONS[product], action_name=action)


def send(client: Any, request: Any) -> Body:
    """Send a request as the documentation says."""
    try:
        answer: Body = json.loads(client.do_action_with_exception(request))
    except ServerException as error:
        raise RefusedError(error.get_error_code(), error.get_http_status(), error.get_error_msg()) from error
    return answer


class Legacy(Caller):
    """Generated requests, clients with an AccessKey or with temporary credentials."""

    trust_variable = "ALIBABA_CLOUD_CA_BUNDLE"

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        return send(client_of(who), generated(self.url, product, action, parameters))


class LegacyTokenInQuery(Legacy):
    """As the six steps do it in Java: a plain client, the token put into the request."""

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        request = generated(self.url, product, action, parameters)
        if who.security_token is not None:
            request.add_query_param("SecurityToken", who.security_token)
        return send(AcsClient(who.access_key_id, who.access_key_secret.reveal(), REGION), request)


class LegacyCommonGet(Legacy):
    """Common requests, everything in the URL of a GET."""

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        request = common(self.url, product, action)
        for name, value in parameters.items():
            request.add_query_param(name, value)
        return send(client_of(who), request)


class LegacyCommonPost(Legacy):
    """Common requests, the operation's parameters in a form."""

    def call(self, who: Credentials, product: str, action: str, parameters: Parameters) -> Body:
        request = common(self.url, product, action)
        request.set_method("POST")
        for name, value in parameters.items():
            request.add_body_params(name, value)
        return send(client_of(who), request)
