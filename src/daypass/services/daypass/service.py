"""The Daypass service, daypass's own, and the resources that its operations are authorized on."""

from __future__ import annotations

from typing import Final

from daypass.service.operation import Service

daypass: Final = Service(
    "Daypass", "2026-11-01", "reviews of policies, who can assume a role, which actions there are"
)
