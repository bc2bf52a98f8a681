"""The calling user's own password: ChangePassword."""

from __future__ import annotations

from daypass.services.own_password import declare
from daypass.services.ram.service import ram

declare(ram)
