"""Roles."""

from daypass.console.roles import changing, creating, halves, listed, sessions, showing, trusting

ROUTES = [
    *listed.ROUTES,
    *creating.ROUTES,
    *showing.ROUTES,
    *changing.ROUTES,
    *trusting.ROUTES,
    *halves.ROUTES,
    *sessions.ROUTES,
]
