"""An answer on its way to the client: framed for it, the head together with what comes first."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from daypass.gateway import forward

if TYPE_CHECKING:
    from daypass.gateway.shapes import Answer

    Headers = list[tuple[bytes, bytes]]

_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_NO_CONTENT: Final = 204
_NOT_MODIFIED: Final = 304


class Writer(Protocol):
    """Where an answer goes."""

    def write(self, data: bytes) -> None:
        """Send a piece of the answer."""


class Answering:
    """Writes one answer.

    Args:
        client: who gets it.
        method: of the request.
        chunks: whether the client understands chunks.
    """

    def __init__(self, client: Writer, method: str, *, chunks: bool) -> None:
        self._client: Final = client
        self._head_only: Final = method == "HEAD"
        self._chunks: Final = chunks
        self._unsent = b""
        self._chunked = False
        self.begun = False
        """Whether the head is made; from then on nothing else can be told."""
        self.keeps = False
        """Whether the client was told that the connection can be used again."""

    def begin(self, status: int, headers: Headers, length: int | None, *, keep: bool) -> None:
        """Make the head; it goes with the first piece of the body, or on :meth:`flush`.

        Args:
            status: of HTTP.
            headers: but for those of framing.
            length: of the body, ``None`` if it is not told.
            keep: whether the connection could be used again.
        """
        self.begun = True
        bodiless = self._head_only or status in {_NO_CONTENT, _NOT_MODIFIED}
        lines = list(headers)
        until_end = False
        if length is not None and status != _NO_CONTENT:
            lines.append((b"content-length", b"%d" % length))
        elif not bodiless and self._chunks:
            self._chunked = True
            lines.append((b"transfer-encoding", b"chunked"))
        elif not bodiless:
            until_end = True
        self.keeps = keep and not until_end
        if not self.keeps:
            lines.append((b"connection", b"close"))
        self._unsent = forward.head(b"HTTP/1.1 %d %b" % (status, _PHRASES.get(status, "").encode()), lines)

    def data(self, data: bytes) -> None:
        """Send a piece of the body."""
        self._send(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def flush(self) -> None:
        """Send what is there."""
        if self._unsent:
            self._send(b"")

    def end(self) -> None:
        """Send what tells the end, if something has to."""
        if self._chunked:
            self._send(b"0\r\n\r\n")
        else:
            self.flush()

    def whole(self, answer: Answer, *, keep: bool) -> None:
        """Send an answer that is there as a whole."""
        self.begin(answer.status, answer.headers, len(answer.body), keep=keep)
        if not self._head_only:
            self.data(answer.body)
        self.end()

    def _send(self, data: bytes) -> None:
        unsent, self._unsent = self._unsent, b""
        self._client.write(unsent + data)
