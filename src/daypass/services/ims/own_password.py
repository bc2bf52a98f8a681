"""The calling user's own password: ChangePassword."""

from __future__ import annotations

from daypass.services.ims.service import ims
from daypass.services.own_password import declare

declare(ims)
