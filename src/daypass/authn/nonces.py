"""Nonces used, remembered by all worker processes of a machine together.

A request's nonce counts once per AccessKey for as long as its timestamp is acceptable.
Timestamps fall into buckets of 15 minutes, each an LMDB file of its own: checking and
recording is one write transaction, and forgetting is deleting a file that no acceptable
timestamp belongs to any more. LMDB's lock survives the death of whoever holds it.

Nothing is flushed to disk on the way. Killed processes lose nothing, as the pages are
the kernel's; a machine that goes down may. So the store notes which boot of the machine
it belongs to, and a store that is lost, in this way or by deletion, refuses timestamps
from before the loss instead of forgetting that they were used. A store that was never
there is no loss: the caller keeps :attr:`NonceStore.store_id` elsewhere and says on
opening which store it expects.

Open one store per process, after forking. Not for network file systems.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

import lmdb
import msgspec

from daypass.errors import ApiError, ErrorCode
from daypass.signing import TIMESTAMP_LEEWAY, check_timestamp
from daypass.signing.errors import TIMESTAMP_EXPIRED

NONCE_USED: Final = ErrorCode("SignatureNonceUsed", 400, "Specified signature nonce was used already.")
NONCES_FULL: Final = ErrorCode(
    "ServiceUnavailable", 503, "No more requests can be taken for now. The store of used nonces {problem}."
)
NONCES_SPENT: Final = ErrorCode(
    "Throttling.User", 400, "Request was denied due to user flow control. The account used all its nonces."
)

BUCKET_SECONDS: Final = 900
LIVE_BUCKETS: Final = 3
"""Buckets that acceptable timestamps can fall into at one moment."""

DEFAULT_CAPACITY: Final = 48_000_000
DEFAULT_ACCOUNT_SHARE: Final = 0.75

_BYTES_PER_NONCE: Final = 64
"""Of file: 26 of a nonce in pages that random keys leave half full at worst, and spare pages."""
_FIXED_BYTES: Final = 1 << 20
_FREE_BYTES: Final = 64 << 20
"""Room the disk must have. Writing to a mapped page without room kills the process."""
_LEASE: Final = 256
_COUNTER: Final = b"\0count"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class _State(msgspec.Struct, frozen=True, kw_only=True):
    """What all processes must agree on; the file ``store.json``, replaced as a whole."""

    store_id: str
    boot_id: str
    key: str
    not_before: int = 0
    forgotten: int = -1
    buckets: dict[int, str] = {}


class NonceStore:
    """See the module. Made by :meth:`open`."""

    def __init__(self, directory: Path, *, capacity: int, account_share: float, boot_id: str | None) -> None:
        self._directory: Final = directory
        self._file: Final = directory / "store.json"
        self._bucket_capacity: Final = max(1, capacity // LIVE_BUCKETS)
        self._budget: Final = max(1, int(self._bucket_capacity * account_share))
        self._boot_id: Final = _this_boot() if boot_id is None else boot_id
        self._buckets: Final[dict[int, _Bucket]] = {}
        self._state = _State(store_id="", boot_id="", key="")
        self._seen: tuple[int, int] | None = None
        self._checked = -1
        self._hash = blake2b(digest_size=16)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now: int,
        expected: str | None = None,
        capacity: int = DEFAULT_CAPACITY,
        account_share: float = DEFAULT_ACCOUNT_SHARE,
        boot_id: str | None = None,
    ) -> NonceStore:
        """Open the store of this machine, making it if it is not there.

        Args:
            path: a directory of its own on a local disk; made if need be.
            now: seconds since the epoch.
            expected: the :attr:`store_id` the caller remembers, ``None`` if it never saw one.
            capacity: nonces the store takes in all, a third of them in any 15 minutes.
                Files grow to 64 bytes a nonce at most, one per 15 minutes, four at a time.
            account_share: the part of it one account may use, above 0, at most 1.
            boot_id: of the machine; found out if ``None``. Where the system cannot tell
                (``""``), every use is flushed to disk, which is slow.

        Raises:
            OSError: the directory cannot be used.
        """
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = cls(path, capacity=capacity, account_share=account_share, boot_id=boot_id)
        with store._locked():
            store._settle(now, expected)
        return store

    @property
    def store_id(self) -> str:
        """Names this store; to be remembered, and passed to :meth:`open` next time."""
        return self._state.store_id

    @property
    def not_before(self) -> int:
        """Timestamps up to this one are refused, as what was used then is not known. 0 for no loss."""
        return self._state.not_before

    def use(self, account: str, access_key_id: str, nonce: str, timestamp: int, now: int) -> None:
        """Use up a nonce, in one atomic step for all processes.

        Only for requests that are authentic in every other way.

        Args:
            account: whose budget it comes from.
            access_key_id: that signed.
            nonce: as sent.
            timestamp: of the request, seconds since the epoch.
            now: the server's clock, seconds since the epoch.

        Raises:
            ApiError: it was used before (``SignatureNonceUsed``), the timestamp is not
                acceptable or from before a loss (``InvalidTimeStamp.Expired``), the account's
                budget is spent (``Throttling.User``), or the store can take no more
                (``ServiceUnavailable``, HTTP 503). Then the nonce is not used.
        """
        if now != self._checked:
            self._look_again(now)
        check_timestamp(timestamp, now)
        if timestamp <= self._state.not_before:
            raise TIMESTAMP_EXPIRED.said(
                "The timestamp is from before the record of used nonces was lost. Sign the request again."
            )
        number = timestamp // BUCKET_SECONDS
        bucket = self._buckets.get(number) or self._enter(number, now)
        digest = self._hash.copy()
        digest.update(f"{access_key_id}\0{nonce}".encode())
        key = digest.digest()
        bucket.use(account, key, now)
        # The same nonce may have come with a timestamp of another bucket. Recorded first and
        # looked for then: of two that race, at most one gets through.
        for other in self._buckets.values():
            if other is not bucket and other.holds(key):
                raise NONCE_USED()

    def close(self) -> None:
        """Close the files. What they hold stays."""
        while self._buckets:
            self._buckets.popitem()[1].close()

    def _look_again(self, now: int) -> None:
        """Once a second: has another process changed or deleted something, is anything due to go?"""
        try:
            room = os.statvfs(self._directory)
            seen = self._stamp()
        except OSError:
            room, seen = None, None
        if room is not None and room.f_bavail * room.f_frsize < _FREE_BYTES:
            raise NONCES_FULL(problem="has no room left on its disk")
        if seen is None or seen != self._seen or any(_is_over(n, now) for n in self._state.buckets):
            with self._available(), self._locked():
                self._settle(now, self._state.store_id)
        # All that acceptable timestamps fall into, so that no process misses what another records.
        for number in range((now - TIMESTAMP_LEEWAY) // BUCKET_SECONDS, _newest(now) + 1):
            if number not in self._buckets and number > self._state.forgotten:
                self._enter(number, now)
        self._checked = now

    def _enter(self, number: int, now: int) -> _Bucket:
        """Open a bucket, making its file if this is the first process to need it."""
        with self._available(), self._locked():
            self._settle(now, self._state.store_id)
            if number <= self._state.forgotten:
                raise TIMESTAMP_EXPIRED.said(
                    "The timestamp is from a time whose nonces are forgotten already."
                )
            mark = self._state.buckets.get(number)
            if mark is None:
                mark = secrets.token_hex(8)
                # Unlisted files are removed by whoever settles next, so list it only once it is there.
                bucket = self._opened(number, mark)
                self._write(
                    msgspec.structs.replace(self._state, buckets={**self._state.buckets, number: mark})
                )
            else:
                bucket = self._opened(number, mark)
            self._buckets[number] = bucket
            return bucket

    def _opened(self, number: int, mark: str) -> _Bucket:
        size = self._bucket_capacity * _BYTES_PER_NONCE + _FIXED_BYTES
        return _Bucket(self._path_of(mark), number, mark, size, self._budget, sync=not self._boot_id)

    def _settle(self, now: int, expected: str | None) -> None:
        """Bring the state, the files and the open buckets into agreement. Under the lock."""
        there = self._file.exists()
        state = self._read()
        if state is None:
            state = _State(
                store_id=secrets.token_hex(16),
                boot_id=self._boot_id,
                key=secrets.token_hex(32),
                not_before=now if there or expected is not None else 0,
            )
        elif state.boot_id != self._boot_id:
            state = msgspec.structs.replace(state, boot_id=self._boot_id, not_before=now, buckets={})
        elif expected is not None and expected != state.store_id:
            state = msgspec.structs.replace(state, not_before=now)
        if not all(self._path_of(mark).exists() for mark in state.buckets.values()):
            present = {n: mark for n, mark in state.buckets.items() if self._path_of(mark).exists()}
            state = msgspec.structs.replace(state, not_before=now, buckets=present)
        self._write(_without_past(state, now))
        self._hash = blake2b(key=bytes.fromhex(self._state.key), digest_size=16)
        for number, bucket in list(self._buckets.items()):
            if self._state.buckets.get(number) != bucket.mark:
                self._buckets.pop(number).close()
        listed = {self._path_of(mark).name for mark in self._state.buckets.values()}
        for path in self._directory.glob("*.mdb*"):
            if path.name.removesuffix("-lock") not in listed:
                path.unlink(missing_ok=True)

    def _read(self) -> _State | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_State)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def _write(self, state: _State) -> None:
        """Replace the file unless it says so already."""
        if state != self._read():
            draft = self._file.with_suffix(".new")
            with _private(draft) as file:
                file.write(msgspec.json.encode(state))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file)
        self._state = state
        self._seen = self._stamp()

    def _stamp(self) -> tuple[int, int]:
        status = self._file.stat()
        return status.st_ino, status.st_mtime_ns

    def _path_of(self, mark: str) -> Path:
        return self._directory / f"{mark}.mdb"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from settling or opening; taken a few times an hour."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _private(self._directory / "lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _available(self) -> Iterator[None]:
        try:
            yield
        except (OSError, lmdb.Error) as error:
            raise NONCES_FULL(problem="cannot be used") from error


class _Bucket:
    """The nonces of 15 minutes of timestamps.

    The file holds a key per nonce and a counter per account. Counters are drawn on in
    leases, so that most uses write one key: a process that dies wastes what it had left.
    """

    __slots__ = ("_budget", "_end", "_environment", "_leases", "mark")

    def __init__(self, path: Path, number: int, mark: str, size: int, budget: int, *, sync: bool) -> None:
        self.mark: Final = mark
        self._end: Final = (number + 1) * BUCKET_SECONDS
        self._budget: Final = budget
        self._leases: Final[dict[str, int]] = {}
        self._environment: Final = lmdb.open(
            str(path),
            map_size=size,
            subdir=False,
            mode=0o600,
            writemap=True,
            metasync=sync,
            sync=sync,
            readahead=False,
            meminit=False,
        )

    def use(self, account: str, key: bytes, now: int) -> None:
        lease = self._leases.get(account, 0)
        try:
            with self._environment.begin(write=True) as transaction:
                if not transaction.put(key, b"", overwrite=False):
                    raise NONCE_USED()
                if lease == 0:
                    lease = self._more(transaction, account, now)
        except lmdb.MapFullError:
            raise NONCES_FULL(problem="is full") from None
        except lmdb.Error as error:
            raise NONCES_FULL(problem="cannot be written") from error
        self._leases[account] = lease - 1

    def holds(self, key: bytes) -> bool:
        try:
            transaction = self._environment.begin()
            found = transaction.get(key) is not None
            transaction.abort()
        except lmdb.Error as error:
            raise NONCES_FULL(problem="cannot be read") from error
        return found

    def close(self) -> None:
        self._environment.close()

    def _more(self, transaction: lmdb.Transaction[bytes], account: str, now: int) -> int:
        counter = _COUNTER + account.encode()
        spent = int.from_bytes(transaction.get(counter) or b"", "big")
        # Small budgets are counted one by one, large ones in steps of at most a 64th.
        lease = min(_LEASE, max(1, self._budget // 64), self._budget - spent)
        if lease <= 0:
            wait = str(max(1, self._end - now) * 1000)
            raise ApiError(NONCES_SPENT, NONCES_SPENT.template, headers={"x-acs-retry-after": wait})
        transaction.put(counter, (spent + lease).to_bytes(8, "big"))
        return lease


def _newest(now: int) -> int:
    """Return the number of the last bucket that an acceptable timestamp can fall into."""
    return (now + TIMESTAMP_LEEWAY) // BUCKET_SECONDS


def _is_over(number: int, now: int) -> bool:
    """Whether no timestamp of a bucket can be accepted any more."""
    return (number + 1) * BUCKET_SECONDS + TIMESTAMP_LEEWAY <= now


def _without_past(state: _State, now: int) -> _State:
    past = [number for number in state.buckets if _is_over(number, now)]
    if not past:
        return state
    # Should the clock step back, what was in these is not known any more.
    forgotten = max(state.forgotten, *past)
    kept = {number: mark for number, mark in state.buckets.items() if number > forgotten}
    return msgspec.structs.replace(state, forgotten=forgotten, buckets=kept)


def _this_boot() -> str:
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
