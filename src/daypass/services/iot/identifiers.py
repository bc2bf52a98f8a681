"""New keys, ids and secrets of products and devices, made from given entropy.

Forms as the platform's: ProductKey ``a1`` and 9 characters, product secret 16,
generated device name 20, device secret 32, IotId 24 and ``000100``.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from daypass.directory.sealing import Entropy

_ALPHANUMERIC: Final = string.ascii_letters + string.digits


def product_key(entropy: Entropy) -> str:
    """Return a new ProductKey."""
    return "a1" + _text(entropy, 9)


def product_secret(entropy: Entropy) -> str:
    """Return a new secret of a product."""
    return _text(entropy, 16)


def device_name(entropy: Entropy) -> str:
    """Return a name for a device that was registered without one."""
    return _text(entropy, 20)


def device_secret(entropy: Entropy) -> str:
    """Return a new secret of a device."""
    return _text(entropy, 32)


def iot_id(entropy: Entropy) -> str:
    """Return a new IotId."""
    return _text(entropy, 24) + "000100"


def _text(entropy: Entropy, length: int) -> str:
    """Return alphanumeric text with a bias below 2^-64, from one number of spare width."""
    number = int.from_bytes(entropy(length + 8))
    chosen = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHANUMERIC))
        chosen.append(_ALPHANUMERIC[index])
    return "".join(chosen)
