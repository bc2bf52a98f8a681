"""Resource groups."""

from __future__ import annotations

from daypass.console.resource_groups import listed, single

ROUTES = [*listed.ROUTES, *single.ROUTES]
