"""IMS 2019-08-15: the users, groups and AccessKeys of RAM, named with the account's domain."""

from daypass.services.ims import access_keys, groups, login_profiles, memberships, user_lists, users
from daypass.services.ims.service import ims

__all__ = ["access_keys", "groups", "ims", "login_profiles", "memberships", "user_lists", "users"]
