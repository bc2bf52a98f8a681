"""Identity providers of others, and what they vouch for: OpenID Connect tokens and SAML assertions.

Pure: bytes and ``now`` in, values out. What has to be fetched is fetched by
:mod:`daypass.issuers`, which hands the bytes to this package. Signatures and XML are the
business of well-kept libraries; what must hold of a token or an assertion stands here.
"""
