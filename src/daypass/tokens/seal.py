"""The token itself: a clear header, and a record sealed under a key of the ring.

Layout before base64, big-endian:

======  ==================================================================
bytes   meaning
======  ==================================================================
3       08 02 12, which reads ``CAIS`` at the start of the text
1       format of the record
4       id of the key
1       length of the AccessKey ID
n       the AccessKey ID
12      nonce
rest    the record, encrypted with AES-256-GCM-SIV, and its 16-byte tag
======  ==================================================================

Everything before the nonce is the seal's associated data.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag

from daypass.tokens.errors import SESSION_TOO_LARGE, TOKEN_EXPIRED, TOKEN_MALFORMED, TOKEN_MISMATCH
from daypass.tokens.keys import KeyRing
from daypass.tokens.record import read_record, write_record
from daypass.tokens.session import Credentials, Kind, Opened, Session
from daypass.tokens.text import decode, encode, letters

MAX_TOKEN: Final = 8192
"""Characters a token may have, minted or presented."""

_MARK: Final = b"\x08\x02\x12"
_FORMAT_1: Final = b"\x01"
_START: Final = _MARK + _FORMAT_1
_KEY_ID_END: Final = len(_START) + 4
_NONCE: Final = 12
_ID: Final = 18

ENTROPY_BYTES: Final = _ID + _NONCE


def mint(session: Session, ring: KeyRing, *, entropy: bytes) -> Credentials:
    """Issue credentials for a session.

    Args:
        session: already decided upon; nothing of it is checked here.
        ring: its primary key seals.
        entropy: 30 bytes from a cryptographic source, never used before.

    Returns:
        An AccessKey of 29 characters, its secret of 43, and a token of at most
        :data:`MAX_TOKEN` characters: some 400 plus four thirds of the policy's bytes.

    Raises:
        ApiError: the session does not fit (``InvalidParameter.PolicySize``). A policy of
            2,048 characters with names within RAM's limits always does.
        NoPrimaryKeyError: the ring has no primary key.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"minting takes {ENTROPY_BYTES} bytes of entropy")
    key = ring.primary()
    access_key_id = "STS.N" + letters(entropy[:_ID])
    name = access_key_id.encode()
    header = b"%b%b%c%b" % (_START, key.id.to_bytes(4, "big"), len(name), name)
    nonce = entropy[_ID:]
    token = encode(header + nonce + key.sealer.encrypt(nonce, write_record(session), header))
    if len(token) > MAX_TOKEN:
        raise SESSION_TOO_LARGE(limit=MAX_TOKEN)
    return Credentials(access_key_id, key.secret_of(access_key_id), token, session.expires_at)


def open_token(token: str, access_key_id: str, ring: KeyRing, now: int, *, kind: Kind = "role") -> Opened:
    """Open a token and return the session it stands for and the session's secret.

    Offline: the ring is all it takes. Whether the session was revoked, or its role still
    exists, is the caller's business.

    Args:
        token: as presented.
        access_key_id: that came with it; a token is worth nothing to another key.
        ring: every key of it opens.
        now: seconds since the epoch. A session is valid while ``now < expires_at``.
        kind: the kind of session expected; others count as malformed.

    Raises:
        ApiError: ``InvalidSecurityToken.Malformed`` if no key of the ring sealed exactly
            this text, else ``.MismatchWithAccessKey``, else ``.Expired``. HTTP 400.
    """
    data = decode(token) if len(token) <= MAX_TOKEN else None
    if data is None or not data.startswith(_START) or len(data) <= _KEY_ID_END:
        raise TOKEN_MALFORMED()
    key = ring.find(int.from_bytes(data[len(_START) : _KEY_ID_END], "big"))
    header_end = _KEY_ID_END + 1 + data[_KEY_ID_END]
    if key is None:
        raise TOKEN_MALFORMED()
    header, sealed = data[:header_end], data[header_end + _NONCE :]
    try:
        session = read_record(key.sealer.decrypt(data[header_end : header_end + _NONCE], sealed, header))
    except (InvalidTag, ValueError):
        raise TOKEN_MALFORMED() from None
    if session.kind != kind:
        raise TOKEN_MALFORMED()
    if header[_KEY_ID_END + 1 :] != access_key_id.encode("utf-8", "replace"):
        raise TOKEN_MISMATCH()
    if now >= session.expires_at:
        raise TOKEN_EXPIRED()
    return Opened(session, key.secret_of(access_key_id), key.id)
