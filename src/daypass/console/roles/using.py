"""What to do with temporary credentials: for a shell, for the command lines, for the Python SDK."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class Texts(NamedTuple):
    """Texts with the credentials in them, ready to be run."""

    environment: str
    command_line: str
    aliyun: str
    python: str


def texts(credentials: Mapping[str, str], api_url: str, role_name: str) -> Texts:
    """Return the texts for credentials of a role's session."""
    key, secret = credentials["AccessKeyId"], credentials["AccessKeySecret"]
    token = credentials["SecurityToken"]
    return Texts(
        environment=_environment(key, secret, token, api_url),
        command_line="daypass sts GetCallerIdentity "
        f"--id={key} --secret={shlex.quote(secret)} --token={shlex.quote(token)} --endpoint={api_url}\n",
        aliyun=f"aliyun configure set --profile {shlex.quote(role_name)} --mode StsToken "
        f"--access-key-id {key} --access-key-secret {shlex.quote(secret)} --sts-token {shlex.quote(token)} "
        "--region cn-shanghai\n",
        python=_python(key, secret, token, api_url),
    )


def _environment(key: str, secret: str, token: str, api_url: str) -> str:
    given = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": token,
        "DAYPASS_ENDPOINT": api_url,
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in given.items())


def _python(key: str, secret: str, token: str, api_url: str) -> str:
    address = urlsplit(api_url)
    return f"""from alibabacloud_sts20150401.client import Client
from alibabacloud_tea_openapi.models import Config

client = Client(
    Config(
        access_key_id={key!r},
        access_key_secret={secret!r},
        security_token={token!r},
        endpoint={address.netloc!r},
        protocol={address.scheme!r},
    )
)
print(client.get_caller_identity().body.arn)
"""
