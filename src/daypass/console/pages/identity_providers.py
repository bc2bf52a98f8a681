"""Identity providers."""

from __future__ import annotations

from daypass.console.identity_providers import listed, oidc, saml

ROUTES = [*listed.ROUTES, *saml.ROUTES, *oidc.ROUTES]
