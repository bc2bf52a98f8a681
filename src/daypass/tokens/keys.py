"""The keys that seal tokens, and the ring a node holds them in."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from daypass.errors import DaypassError
from daypass.secret import Secret
from daypass.tokens.text import letters

KEY_BYTES: Final = 32
MAX_KEY_ID: Final = 2**32 - 1

KeyState = Literal["staged", "primary", "retired"]


class NoPrimaryKeyError(DaypassError):
    """The ring has no key to mint with."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenKey:
    """One key of the ring.

    Attributes:
        id: stands in clear in every token; 0 to 2**32 - 1, never given twice.
        material: 32 random bytes, the root of everything this key does.
        state: ``primary`` mints. ``staged`` is known to every node before it becomes
            primary, ``retired`` was primary; both only open. A killed key is absent.
    """

    id: int
    material: bytes = field(repr=False)
    state: KeyState

    def __post_init__(self) -> None:
        if not 0 <= self.id <= MAX_KEY_ID:
            raise ValueError("a token key's id has 32 bits")
        if len(self.material) != KEY_BYTES:
            raise ValueError(f"a token key has {KEY_BYTES} bytes")


class OpenedKey:
    """A key with its subkeys: one seals, one derives the sessions' secrets."""

    __slots__ = ("_secrets", "id", "sealer")

    def __init__(self, key: TokenKey) -> None:
        self.id: Final = key.id
        # AES-GCM-SIV: should a nonce ever repeat, it shows only whether two records are equal,
        # so random nonces do not wear the key out as they do with plain GCM.
        self.sealer: Final = AESGCMSIV(_subkey(key.material, b"daypass token seal 1"))
        self._secrets: Final = blake2b(key=_subkey(key.material, b"daypass session secret 1"), digest_size=32)

    def secret_of(self, access_key_id: str) -> Secret:
        """Derive the secret of a session's AccessKey: 43 characters, of keyed BLAKE2b."""
        derived = self._secrets.copy()
        derived.update(access_key_id.encode())
        return Secret(letters(derived.digest()))


class KeyRing:
    """All keys of an installation. Whoever holds it can make tokens.

    Args:
        keys: in any order; at most one is primary, and ids are unique.
    """

    def __init__(self, keys: Sequence[TokenKey]) -> None:
        self._keys: Final = {key.id: OpenedKey(key) for key in keys}
        if len(self._keys) != len(keys):
            raise ValueError("two token keys have the same id")
        primary = [self._keys[key.id] for key in keys if key.state == "primary"]
        if len(primary) > 1:
            raise ValueError("two token keys are primary")
        self._primary: Final = primary[0] if primary else None

    def primary(self) -> OpenedKey:
        """Return the key that mints.

        Raises:
            NoPrimaryKeyError: no key of the ring is primary.
        """
        if self._primary is None:
            raise NoPrimaryKeyError("the token ring has no primary key")
        return self._primary

    def find(self, key_id: int) -> OpenedKey | None:
        """Return a key by id; ``None`` if it was killed or never was in this ring."""
        return self._keys.get(key_id)


def _subkey(material: bytes, purpose: bytes) -> bytes:
    return hmac.digest(material, purpose, "sha256")
