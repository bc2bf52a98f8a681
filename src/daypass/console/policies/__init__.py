"""Policies: the list, one of them with its versions and references, and all that changes them."""
