"""Groups of users."""

from __future__ import annotations

from typing import Final

from daypass.console.groups import changing, memberships, showing

ROUTES: Final = [*showing.ROUTES, *changing.ROUTES, *memberships.ROUTES]
