"""Grants."""

from __future__ import annotations

from daypass.console.grants import granting, listed

ROUTES = [*listed.ROUTES, *granting.ROUTES]
