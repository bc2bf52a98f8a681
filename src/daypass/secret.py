"""A credential that cannot leak by accident."""

from __future__ import annotations

import hmac
from typing import Final, NoReturn, final


@final
class Secret:
    """Holds a credential; shows nothing of it unless asked by name.

    ``repr``, ``str`` and f-strings print ``Secret(***)``. It does not pickle, does
    not hash, and compares in time independent of where the values differ. The only
    way out is :meth:`reveal`, so every use is found with grep.
    """

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: str) -> None:
        self._value: Final = value

    def reveal(self) -> str:
        """Return the credential itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")
