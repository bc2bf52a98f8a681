"""STS 2015-04-01: temporary credentials."""

from daypass.services.sts import (
    assume_role,
    assume_role_with_oidc,
    assume_role_with_saml,
    get_caller_identity,
)
from daypass.services.sts.service import sts

__all__ = ["assume_role", "assume_role_with_oidc", "assume_role_with_saml", "get_caller_identity", "sts"]
