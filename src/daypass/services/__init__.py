"""The services daypass implements, each written with the service kit."""

from typing import Final

from daypass.services.actiontrail import actiontrail
from daypass.services.daypass import daypass
from daypass.services.ims import ims
from daypass.services.iot import iot
from daypass.services.ram import ram
from daypass.services.resourcedirectory import resourcedirectory
from daypass.services.resourcemanager import resourcemanager
from daypass.services.sts import sts

SERVICES: Final = (sts, ram, ims, resourcemanager, resourcedirectory, actiontrail, iot, daypass)
"""Every service a server answers for."""
