"""TLS: the certificate a server shows."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from daypass.errors import DaypassError

if TYPE_CHECKING:
    from pathlib import Path


class CertificateError(DaypassError):
    """The certificate and its key cannot be used; one line for the operator."""


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what TLS connections are accepted with: TLS 1.2 or newer, HTTP/1.1.

    Args:
        certificate: PEM file, the server's own first, then those between it and the CA.
        key: PEM file of its private key, without a passphrase.

    Raises:
        CertificateError: a file cannot be read or is no such file, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    for kind, file in (("certificate", certificate), ("key", key)):
        _see_that_it_can_be_read(kind, file)
    try:
        context.load_cert_chain(certificate, key, password=_no_passphrase)
    except ssl.SSLError as fault:
        mismatch = fault.reason == "KEY_VALUES_MISMATCH"
        told = (
            "they do not belong together" if mismatch else "they are no certificate and key in the PEM form"
        )
        raise CertificateError(
            f"cannot use the TLS certificate {certificate} with the key {key}: {told}"
        ) from None
    return context


def _see_that_it_can_be_read(kind: str, file: Path) -> None:
    """Tell apart which of the two files is at fault; the context does not."""
    try:
        file.read_bytes()
    except OSError as fault:
        raise CertificateError(f"cannot read the TLS {kind} {file}: {fault.strerror}") from None


def _no_passphrase() -> bytes:
    """Refuse a key that needs a passphrase, instead of asking on a terminal."""
    raise CertificateError("the TLS key has a passphrase; a server needs one without")
