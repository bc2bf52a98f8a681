"""``daypass issuer check``: what the server would make of an OpenID Connect issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.cli.errors import FailedError
from daypass.cli.options import Parser

if TYPE_CHECKING:
    from argparse import Namespace

    from daypass.issuers.visit import Seen


def add(parser: Parser) -> None:
    """Add the sub-command and its options."""
    check = parser.add_subparsers(dest="verb", required=True, metavar="check").add_parser(
        "check",
        help="fetch an issuer's configuration and keys, and show its certificates' fingerprints",
        description="Fetches an issuer's configuration and keys from this machine as the server does, and "
        "shows the certificates that its servers present, their own first. The fingerprint to register is "
        "that of the uppermost one. What is shown is what answers here and now: compare it with what the "
        "issuer's operator says before you trust it.",
    )
    check.add_argument("url", metavar="URL", help="the issuer, as its tokens name it")


def run(options: Namespace) -> int:
    """Check the issuer; print its certificates, what to register, and how many keys it has."""
    from daypass.errors import ApiError  # noqa: PLC0415 (slow to import; not for help texts)
    from daypass.federation.urls import read_issuer_url  # noqa: PLC0415 (as above)
    from daypass.issuers.visit import visit  # noqa: PLC0415 (as above)
    from daypass.main import clock  # noqa: PLC0415 (as above)

    try:
        found = visit(read_issuer_url(options.url), clock())
    except ValueError as wrong:
        raise FailedError(f"{options.url} is no issuer's URL: {wrong}") from None
    except ApiError as refusal:
        raise FailedError(f"{refusal.code}: {refusal.message}") from None
    for host, certificates in found.certificates.items():
        print(f"certificates of {host}:")
        for certificate in certificates:
            print(_line(certificate))
    print(f"keys: {found.keys}")
    print(f"Fingerprints={','.join(found.pins)}")
    return 0


def _line(certificate: Seen) -> str:
    from daypass.service.call import timestamp  # noqa: PLC0415 (as above)

    return f"  {certificate.fingerprint}  until {timestamp(certificate.expires_at)}  {certificate.subject}"
