"""What can be wrong with a policy document."""

from __future__ import annotations

from daypass.errors import DaypassError


class MalformedDocument(DaypassError):  # noqa: N818 - RAM's own word, as in MalformedPolicyDocument
    """A document that cannot be understood, and is therefore refused.

    Attributes:
        reason: what is wrong, in a few words, safe to show to the author.
        at: where, as in ``Statement[1].Condition.IpAddress``; empty for the whole document.
    """

    def __init__(self, reason: str, at: str = "") -> None:
        super().__init__(f"{at}: {reason}" if at else reason)
        self.reason = reason
        self.at = at


class TooLong(MalformedDocument):
    """A document with more characters than its kind allows.

    Attributes:
        length: characters it has.
        limit: characters it may have.
    """

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"the document has {length} characters; at most {limit} are allowed")
        self.length = length
        self.limit = limit


_SHOWN_CHARS = 60


def shown(text: str) -> str:
    """Return a stranger's text fit for a message: quoted, ASCII, not too long."""
    quoted = ascii(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "...")
    return quoted[1:-1].join("''")
