"""What operations want to know of what was presented to them; answered where waiting is possible.

Questions compare by value: the answer to one holds for as long as nothing it was asked
with has changed.
"""

from __future__ import annotations

import msgspec

from daypass.federation.metadata import IdentityProvider
from daypass.secret import Secret


class Issuer(msgspec.Struct, frozen=True):
    """Whose keys are wanted, and what an account demands of the server that gives them.

    Attributes:
        account: that registered the issuer; what one account makes the server fetch is its own.
        url: of the issuer.
        pins: fingerprints of certificates.
    """

    account: str
    url: str
    pins: tuple[str, ...]


class TokenQuestion(msgspec.Struct, frozen=True):
    """Is this token to be believed? The answer is its :class:`~daypass.federation.tokens.Claims`.

    Attributes:
        token: as presented.
        issuer: that must have signed it.
        client_ids: one of which it must be for.
        limit_hours: how long ago it may have been issued.
        now: epoch seconds.
    """

    token: Secret
    issuer: Issuer
    client_ids: tuple[str, ...]
    limit_hours: int
    now: int


class AssertionQuestion(msgspec.Struct, frozen=True):
    """Is this response to be believed? The answer is its :class:`~daypass.federation.assertions.Assertion`.

    Attributes:
        account: of the identity provider.
        response: in Base64, as presented.
        provider: that must have signed its assertion.
        now: epoch seconds.
    """

    account: str
    response: Secret
    provider: IdentityProvider
    now: int
