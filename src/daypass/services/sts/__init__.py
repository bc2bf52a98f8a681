"""STS 2015-04-01: temporary credentials."""

from daypass.services.sts import assume_role, get_caller_identity
from daypass.services.sts.service import sts

__all__ = ["assume_role", "get_caller_identity", "sts"]
