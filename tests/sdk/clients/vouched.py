"""The credentials provider that exchanges a token in a file, in a process of its own."""

from __future__ import annotations

import json
import sys

from alibabacloud_credentials.exceptions import CredentialException
from alibabacloud_credentials.provider import OIDCRoleArnCredentialsProvider


def main(endpoint: str, provider: str, role: str, token_file: str) -> dict[str, str]:
    """Return the credentials, or what the provider says instead."""
    try:
        got = OIDCRoleArnCredentialsProvider(
            role_arn=role,
            oidc_provider_arn=provider,
            oidc_token_file_path=token_file,
            role_session_name="job",
            sts_endpoint=endpoint,
        ).get_credentials()
    except CredentialException as error:
        return {"error": str(error)}
    return {
        "AccessKeyId": got.get_access_key_id(),
        "AccessKeySecret": got.get_access_key_secret(),
        "SecurityToken": got.get_security_token(),
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 (the other end reads it)
