"""ActionTrail 2020-07-06: what happened in an account, as the real one tells it.

:mod:`.events` is the form of an event, :mod:`.filters` what may be asked of one, :mod:`.trail`
brings changes and decisions together, :mod:`.lookup` is the operation.
"""

from daypass.services.actiontrail import lookup
from daypass.services.actiontrail.service import actiontrail

__all__ = ["actiontrail", "lookup"]
