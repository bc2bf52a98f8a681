"""Sealing of what must not be readable in the store: secrets and ring keys.

A sealed value is AES-GCM-SIV under a key derived from the master key. It names that
key, and is bound to the table, column and row it belongs to: copied into another
row it does not open. Layout: format (1 byte), key name (4), nonce (12), ciphertext.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from daypass.directory.errors import MasterKeyError, StoreError

Entropy: TypeAlias = Callable[[int], bytes]
"""Gives that many random bytes."""

MASTER_KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
_NONCE: Final = 12
_NAME: Final = 4
_OVERHEAD: Final = len(_FORMAT) + _NAME + _NONCE


@final
class MasterKey:
    """The key everything at rest is sealed under. Shows nothing of itself.

    Attributes:
        name: four bytes derived from it, written beside what it seals.
    """

    __slots__ = ("_material", "name")

    def __init__(self, material: bytes) -> None:
        if len(material) != MASTER_KEY_BYTES:
            raise MasterKeyError(f"a master key has {MASTER_KEY_BYTES} bytes, this one {len(material)}")
        self._material: Final = material
        self.name: Final = self._derive(b"daypass master key name")[:_NAME]

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.digest(self._material, purpose, hashlib.sha256)

    def cipher(self) -> AESGCMSIV:
        """Return the cipher for values at rest."""
        return AESGCMSIV(self._derive(b"daypass sealing at rest 1"))

    @classmethod
    def from_text(cls, text: str) -> MasterKey:
        """Read a key from base64, standard or url-safe.

        Raises:
            MasterKeyError: it is not 32 bytes of base64. The text is not repeated.
        """
        plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
        try:
            material = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise MasterKeyError("a master key is 32 bytes of base64; this text is not") from None
        return cls(material)

    def to_text(self) -> str:
        """Return the key as base64, for the file that keeps it."""
        return base64.b64encode(self._material).decode()

    def __repr__(self) -> str:
        return f"MasterKey({self.name.hex()})"


@final
class Sealer:
    """Seals and opens under the keys a source gives, by name.

    The source is asked again when a name is not known yet, so that a process goes on
    while another one rotates the master key.
    """

    def __init__(self, load: Callable[[], Sequence[MasterKey]], entropy: Entropy) -> None:
        self._load: Final = load
        self._entropy: Final = entropy
        self._ciphers: dict[bytes, AESGCMSIV] = {}

    def seal(self, key: bytes, table: str, column: str, row: str, plain: bytes) -> bytes:
        """Seal a value for one row under the key of that name.

        Raises:
            MasterKeyError: the source has no such key.
        """
        nonce = self._entropy(_NONCE)
        sealed = self._cipher(key).encrypt(nonce, plain, _place(table, column, row))
        return _FORMAT + key + nonce + sealed

    def unseal(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Open a value of one row.

        Raises:
            MasterKeyError: it was sealed under a key that the source does not have.
            StoreError: it was altered, or belongs to another row.
        """
        if sealed[:1] != _FORMAT or len(sealed) < _OVERHEAD:
            raise StoreError(f"{table}.{column} of row {row} has a form this version does not know")
        cipher = self._cipher(key_name(sealed))
        nonce = sealed[1 + _NAME : _OVERHEAD]
        try:
            return cipher.decrypt(nonce, sealed[_OVERHEAD:], _place(table, column, row))
        except InvalidTag:
            raise StoreError(f"{table}.{column} of row {row} was altered: it does not open") from None

    def _cipher(self, name: bytes) -> AESGCMSIV:
        if name not in self._ciphers:
            self._ciphers = {key.name: key.cipher() for key in self._load()}
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise MasterKeyError("the database is sealed under another master key")
        return cipher


def key_name(sealed: bytes) -> bytes:
    """Return the name of the master key a value was sealed under."""
    return sealed[1 : 1 + _NAME]


def _place(table: str, column: str, row: str) -> bytes:
    return f"daypass\0{table}\0{column}\0{row}".encode()
