"""The V4 schemes: a key derived from the secret for one day, region and product.

Source: the signature pages of Log Service, Tablestore and OSS, and their official SDKs.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final, NamedTuple

from daypass.signing.errors import DUPLICATE, INCOMPLETE_SIGNATURE, shown
from daypass.signing.request import wire_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

_END: Final = "aliyun_v4_request"
_CREDENTIAL_PARTS: Final = 5


class Scope(NamedTuple):
    """What a V4 key is good for.

    Attributes:
        date: eight digits.
        region: as in ``cn-hangzhou``.
        product: as in ``oss``.
    """

    date: str
    region: str
    product: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.product}/{_END}"

    def text(self, method: str, moment: str, canonical_request: bytes) -> bytes:
        """Return the string to sign of a canonical request.

        Raises:
            ApiError: the scope has characters that never were on a wire.
        """
        digest = hashlib.sha256(canonical_request).hexdigest()
        return wire_bytes(f"{method}\n{moment}\n{self}\n{digest}", "the credential")

    def key(self, secret: bytes) -> bytes:
        """Derive the key from a secret."""
        key = b"aliyun_v4" + secret
        for step in (self.date, self.region, self.product, _END):
            key = hmac.digest(key, step.encode("utf-8", "replace"), "sha256")
        return key

    def sign(self, secret: bytes, text: bytes) -> bytes:
        """Return the signature text of a string to sign, in hexadecimal digits."""
        return hmac.digest(self.key(secret), text, "sha256").hex().encode()


def read_credential(text: str, product: str, moment: str) -> tuple[str, Scope]:
    """Read ``<AccessKeyId>/<date>/<region>/<product>/aliyun_v4_request``.

    Args:
        text: as it came.
        product: it has to be for.
        moment: when the request was signed, ``20261123T161004Z``; the day has to be the same.

    Raises:
        ApiError: it is not one (``IncompleteSignature``).
    """
    parts = text.split("/")
    if len(parts) == _CREDENTIAL_PARTS:
        access_key_id, *scope, end = parts
        if access_key_id and scope[1] and scope[2] == product and end == _END and moment[:8] == scope[0]:
            return access_key_id, Scope(*scope)
    raise INCOMPLETE_SIGNATURE(
        problem=f"The credential {shown(text)} is not of the form AccessKeyId/date/region/{product}/{_END}, "
        "with the day of the request."
    )


def read_fields(authorization: str) -> Mapping[str, str]:
    """Read ``<scheme> Name=value, Name=value`` in any order.

    Raises:
        ApiError: a name stands twice (``InvalidParameter.Duplicate``).
    """
    fields: dict[str, str] = {}
    for piece in authorization.partition(" ")[2].split(","):
        name, _, value = piece.strip().partition("=")
        if name in fields:
            raise DUPLICATE(name=shown(name))
        fields[name] = value
    return fields


def field(fields: Mapping[str, str], name: str) -> str:
    """Return a field that must be there.

    Raises:
        ApiError: it is not (``IncompleteSignature``).
    """
    value = fields.get(name)
    if not value:
        raise INCOMPLETE_SIGNATURE(problem=f"Authorization lacks {name}.")
    return value
