"""Roles: the list, creating one, one role with its trust, its permissions and its sessions."""
