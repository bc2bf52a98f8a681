"""Policies."""

from __future__ import annotations

from typing import Final

from daypass.console.policies import changing, creating, listed, showing, taking

# Starlette takes the first path that fits: those in words come before those with names.
ROUTES: Final = [*listed.ROUTES, *creating.ROUTES, *changing.ROUTES, *taking.ROUTES, *showing.ROUTES]
