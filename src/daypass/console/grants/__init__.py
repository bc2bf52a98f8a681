"""Grants: the list, Grant Permission, and taking grants away."""
