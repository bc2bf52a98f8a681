"""IoT 2018-01-20: a reference service, products and devices, written as any third party would.

:mod:`.service` declares it, :mod:`.parameters` its parameters, :mod:`.access` what its
operations are authorized on; :mod:`.products`, :mod:`.product_queries`, :mod:`.devices` and
:mod:`.statuses` are the operations; :mod:`.store` keeps what they work on.
"""

from daypass.services.iot import devices, product_queries, products, statuses
from daypass.services.iot.service import iot

__all__ = ["devices", "iot", "product_queries", "products", "statuses"]
