"""Identity providers: the lists, SAML, OIDC."""
