"""How many requests an account may make in a second, counted by all worker processes together.

The generic cell rate algorithm: of each account one number is kept, the moment up to which
its requests so far have used its rate up. An account may be a second's worth of requests
ahead of that rate, so it may make them all at once and then goes on at the rate.

The numbers lie in one LMDB file that nothing is flushed from: should it be lost, every
account has its second's worth again. Open one per process, after forking.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import lmdb

from daypass.errors import ApiError, ErrorCode

TOO_FAST: Final = ErrorCode(
    "Throttling.User",
    400,
    "Request was denied due to user flow control. An account may make {limit} requests a second.",
)
PACE_UNKNOWN: Final = ErrorCode(
    "ServiceUnavailable", 503, "No more requests can be taken for now. The count of requests {problem}."
)

AHEAD: Final = 10**9
"""Nanoseconds: how much of its rate an account may use at once."""

MOST: Final = 30_000
"""Requests a second; beyond some 31,000, whole nanoseconds for each would add up to a few too many."""

_BYTES: Final = 8
_FILE_BYTES: Final = 64 << 20
_MS: Final = 10**6


class Pace:
    """See the module. Made by :meth:`open`."""

    def __init__(self, environment: lmdb.Environment, rate: int) -> None:
        self._environment: Final = environment
        self._rate: Final = rate
        self._each: Final = AHEAD // rate

    @classmethod
    def open(cls, path: Path, rate: int) -> Self:
        """Open the count of this machine, making it if it is not there or is damaged.

        Args:
            path: a file on a local disk.
            rate: requests an account may make in a second, 1 to :data:`MOST`.

        Raises:
            OSError: the file cannot be used.
        """
        try:
            try:
                environment = _opened(path)
            except (lmdb.InvalidError, lmdb.CorruptedError):
                path.unlink()
                environment = _opened(path)
        except lmdb.Error as error:
            raise OSError(0, str(error), str(path)) from None
        return cls(environment, rate)

    def take(self, account: str, now_ns: int) -> None:
        """Count one request of an account, in one atomic step for all processes.

        Args:
            account: 16 digits.
            now_ns: the server's clock, nanoseconds since the epoch.

        Raises:
            ApiError: ``Throttling.User``, HTTP 400, with the milliseconds to wait in the header
                ``x-acs-retry-after``; then the request is not counted. ``ServiceUnavailable``,
                HTTP 503, if it cannot be counted.
        """
        key = account.encode()
        try:
            try:
                over = self._counted(key, now_ns)
            except lmdb.MapFullError:
                self._forget()
                over = self._counted(key, now_ns)
        except lmdb.Error as error:
            raise PACE_UNKNOWN(problem="cannot be used") from error
        if over > 0:
            wait = str(-(-over // _MS))
            raise ApiError(
                TOO_FAST,
                TOO_FAST.template.format(limit=self._rate),
                headers={"x-acs-retry-after": wait},
            )

    def close(self) -> None:
        """Close the file. What it holds stays."""
        self._environment.close()

    def _counted(self, key: bytes, now_ns: int) -> int:
        """Count a request if it is in time; return by how many nanoseconds it is too early otherwise."""
        with self._environment.begin(write=True) as transaction:
            used_up = int.from_bytes(transaction.get(key) or b"", "big")
            if used_up > now_ns + 2 * AHEAD:  # written under a clock that was ahead of this one
                used_up = 0
            used_up = max(used_up, now_ns) + self._each
            over = used_up - now_ns - AHEAD
            if over <= 0:
                transaction.put(key, used_up.to_bytes(_BYTES, "big"))
        return over

    def _forget(self) -> None:
        """Start anew when there are more accounts than room: each has its second's worth again."""
        with suppress(lmdb.MapFullError), self._environment.begin(write=True) as transaction:
            transaction.drop(self._environment.open_db(txn=transaction), delete=False)


def _opened(path: Path) -> lmdb.Environment:
    return lmdb.open(str(path), map_size=_FILE_BYTES, subdir=False, mode=0o600, writemap=True, sync=False)
