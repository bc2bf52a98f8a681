"""Daypass 2026-11-01: what the web console and scripts ask that no published product answers."""

from daypass.services.daypass import (
    actions,
    advice,
    assumers,
    console_sessions,
    explanation,
    reviews,
    search,
    simulation,
)
from daypass.services.daypass.service import daypass

__all__ = [
    "actions",
    "advice",
    "assumers",
    "console_sessions",
    "daypass",
    "explanation",
    "reviews",
    "search",
    "simulation",
]
