"""The services daypass implements, each written with the service kit."""

from typing import Final

from daypass.services.ram import ram
from daypass.services.sts import sts

SERVICES: Final = (sts, ram)
"""Every service a server answers for."""
