"""IMS 2019-08-15: the users, groups and AccessKeys of RAM, named with the account's domain."""

from daypass.services.ims import users
from daypass.services.ims.service import ims

__all__ = ["ims", "users"]
