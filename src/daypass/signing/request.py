"""The values of this package: a request off the wire, and what it was found to say."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, Literal, overload

import msgspec

from daypass.signing.errors import BAD_ENCODING, DUPLICATE, SIGNATURE_MISMATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Scheme = Literal[
    "RPC v1",
    "ROA v1",
    "ACS3",
    "SLS v1",
    "SLS v4",
    "MNS",
    "OTS v2",
    "OTS v4",
    "DataHub",
    "OSS V1",
    "OSS V4",
]
Format = Literal["JSON", "XML"]

SYSTEM_PARAMETERS: Final = (
    "AccessKeyId",
    "Action",
    "BearerToken",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
)
"""Parameters of the protocol. ``RegionId`` is not among them: operations read it."""


class RawHeaders(Sequence[tuple[str, str]]):
    """Headers as bytes, of which most requests need one or two: decoded when looked at.

    Args:
        raw: names in lower case with their values, in the order sent.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._raw: Final = raw

    def named(self, name: str) -> list[str]:
        """Return the values of a header."""
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self._raw if key == wanted]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter([(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._raw])

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[str, str]]: ...

    def __getitem__(self, index: int | slice) -> tuple[str, str] | Sequence[tuple[str, str]]:
        return list(self)[index]


class WireRequest(msgspec.Struct, frozen=True, gc=False):
    """A request as it came off the wire, nothing decoded.

    Attributes:
        method: the HTTP method, in upper case.
        path: the path, still percent-encoded, without the query.
        query: what follows the question mark, still percent-encoded.
        headers: names in lower case with their values, in the order sent, duplicates
            kept. Bytes become characters one to one (latin-1).
        body: the body, transfer encoding removed.
    """

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    def __repr__(self) -> str:
        return f"WireRequest({self.method!r}, {self.path!r})"

    def header(self, name: str) -> str | None:
        """Return a header that may stand once, or ``None`` if it is not there.

        Args:
            name: in lower case.

        Raises:
            ApiError: it is there more than once (``InvalidParameter.Duplicate``).
        """
        found = self._named(name)
        if len(found) > 1:
            raise DUPLICATE(name=name)
        return found[0] if found else None

    @property
    def host(self) -> str:
        """The first Host header, cut to 255 characters; for what is printed, never for a decision."""
        return next(iter(self._named("host")), "")[:255]

    def _named(self, name: str) -> list[str]:
        headers = self.headers
        if isinstance(headers, RawHeaders):
            return headers.named(name)
        return [value for key, value in headers if key == name]


class Proof(msgspec.Struct, frozen=True, gc=False):
    """What it takes to check a signature once the secret is known.

    Attributes:
        sign: computes the signature text of a string to sign under a key.
        key_suffix: what the scheme appends to the secret.
        claimed: the signature the request carries.
        texts: the strings to sign this scheme accepts for the request, the canonical
            one first. More than one only where a known client signs another form and
            no other request could have that form.
    """

    sign: Callable[[bytes, bytes], bytes]
    key_suffix: bytes
    claimed: str
    texts: tuple[bytes, ...]


class Kept:
    """What follows from a request's text but for when it was signed; lives as long as that text is kept.

    Attributes:
        q: the operation's request, once its parameters were read and found right.
    """

    __slots__ = ("q",)

    def __init__(self) -> None:
        self.q: object = None


class Presented(msgspec.Struct, frozen=True, gc=False):
    """A signed request, read but not yet believed.

    Everything here is covered by the signature, so it may be used once
    :meth:`verify` has returned and the timestamp and the nonce have been checked.

    Attributes:
        scheme: the signature scheme it came under.
        access_key_id: who claims to have signed.
        security_token: the session's token, if one was sent.
        timestamp: when it was signed, seconds since the epoch; 0 where only the end is told.
        nonce: unique per AccessKey. ROA v1 requests without one carry their signature here;
            ``""`` for schemes whose requests have none and may rightly repeat within a second.
        action: the operation; ``""`` where a request names it by its method and path only.
        version: the API version; ``""`` as above.
        format: the response format asked for, ``None`` if none was.
        parameters: the operation's parameters, decoded; those of the protocol removed.
        proof: for :meth:`verify`.
        kept: shared by all requests that repeat this one, with their parameters, which
            nobody may change; ``None`` where it is not known to be repeated.
        expires_at: end of a presigned URL's life, seconds since the epoch.
    """

    scheme: Scheme
    access_key_id: str
    security_token: str | None
    timestamp: int
    nonce: str
    action: str
    version: str
    format: Format | None
    parameters: dict[str, str]
    proof: Proof
    kept: Kept | None = None
    expires_at: int | None = None

    def __repr__(self) -> str:
        return f"Presented({self.scheme!r}, {self.access_key_id!r}, {self.action!r}, {self.version!r})"

    def verify(self, secret: str) -> None:
        """Check the signature in time independent of where it differs.

        Args:
            secret: the secret of :attr:`access_key_id`.

        Raises:
            ApiError: ``SignatureDoesNotMatch``, HTTP 400, naming the string the server signed.
        """
        proof = self.proof
        key = secret.encode() + proof.key_suffix
        claimed = proof.claimed.encode("utf-8", "replace")
        for text in proof.texts:
            if compare_digest(proof.sign(key, text), claimed):
                return
        raise SIGNATURE_MISMATCH(text=_published(proof.texts[0], self.security_token))


class Anonymous(msgspec.Struct, frozen=True, gc=False):
    """A request without a signature; the operation decides whether it may be one.

    Attributes:
        action: the operation.
        version: the API version.
        format: the response format asked for, ``None`` if none was.
        parameters: the operation's parameters, decoded; those of the protocol removed.
        timestamp: seconds since the epoch, if the client sent one.
        nonce: as sent, if it was.
    """

    action: str
    version: str
    format: Format | None
    parameters: dict[str, str]
    timestamp: int | None = None
    nonce: str | None = None

    def __repr__(self) -> str:
        return f"Anonymous({self.action!r}, {self.version!r})"


def wire_bytes(text: str, where: str) -> bytes:
    """Return the bytes that characters of the wire stand for.

    Raises:
        ApiError: some character is no byte, so this never was on a wire.
    """
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise BAD_ENCODING(where=where) from None


def _published(text: bytes, security_token: str | None) -> str:
    """Return a string to sign as it may stand in a message: without colons.

    RPC v1 and ACS3 strings have none anyway and go out as they are, so that a client
    can compare. Others have many, or a parameter of their own for the token, and hold it
    in clear: it is left out.
    """
    said = text.decode("utf-8", "replace")
    if security_token and (":" in said or "security-token=" in said):
        said = said.replace(security_token, "***")
    return said.replace(":", "%3A")
