"""The services daypass implements, each written with the service kit."""

from typing import Final

from daypass.services.sts import sts

SERVICES: Final = (sts,)
"""Every service a server answers for."""
