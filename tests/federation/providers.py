"""The identity providers of others, run by Node.js; and what a browser and a job do with the OpenID one."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import subprocess
import urllib.parse
from pathlib import Path
from typing import Any, Final, Self

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.federation import saml
from tests.issuers.site import pin_of

FOLDER: Final = Path(__file__).with_name("node")
PATIENCE: Final = 30.0

CALLBACK: Final = "https://client.example.com/callback"
SECRET: Final = "kept-between-the-two"
WEB: Final = "web.example.com"
"""A client whose tokens are signed with RS256."""
MOBILE: Final = "mobile.example.com"
"""A client whose tokens are signed with ES256."""


class Providers:
    """An OpenID provider over TLS (oidc-provider) and a SAML identity provider (samlify).

    Attributes:
        issuer: URL of the OpenID provider.
        pin: fingerprint of the authority that certified its server.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        leaf = authority.issue_cert("localhost")
        certificate, key = folder / "provider.crt", folder / "provider.key"
        certificate.write_bytes(b"".join(pem.bytes() for pem in (*leaf.cert_chain_pems, authority.cert_pem)))
        leaf.private_key_pem.write_to_path(str(key))
        self._tls = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
        self._process = subprocess.Popen(
            ["node", "providers.js"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.issuer: Final[str] = self._say(do="listen", cert=str(certificate), key=str(key))["issuer"]
        self.pin: Final = pin_of(authority)

    def renew(self, algorithm: str = "RS256") -> None:
        """Give the OpenID provider new keys; tokens for services are signed with the algorithm."""
        self._say(do="renew", alg=algorithm)

    def metadata(self) -> str:
        """Return the SAML identity provider's metadata."""
        return str(self._say(do="metadata", roles=[], **_saml_key())["metadata"])

    def response(self, roles: list[str], name: str, session: str, *, sign_message: bool = False) -> str:
        """Return a SAML response in Base64."""
        wanted = {"roles": roles, "name": name, "session": session, "signMessage": sign_message}
        return str(self._say(do="respond", **wanted, **_saml_key())["response"])

    def logged_on(self, client: str, user: str) -> str:
        """Return the ID token that a user gets who logs on and agrees, step by step as a browser does."""
        browser = _Browser(self.issuer, self._tls)
        query = urllib.parse.urlencode(
            {
                "client_id": client,
                "response_type": "code",
                "redirect_uri": CALLBACK,
                "scope": "openid",
                "nonce": "n",
            }
        )
        browser.go(f"/auth?{query}")
        browser.submit(prompt="login", login=user, password="of no consequence")
        browser.submit(prompt="consent")
        (code,) = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.left_for).query)["code"]
        got = self._token(client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        return str(got["id_token"])

    def for_a_service(self, client: str, audience: str) -> str:
        """Return the token that a job gets for a service, being nobody but the client."""
        got = self._token(client, grant_type="client_credentials", resource=audience)
        return str(got["access_token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        rest = self._process.communicate(timeout=PATIENCE)[0]
        assert (rest, self._process.returncode) == ("", 0)

    def _token(self, client: str, **form: str) -> dict[str, Any]:
        body = urllib.parse.urlencode({"client_id": client, "client_secret": SECRET, **form})
        status, _, text = _Browser(self.issuer, self._tls).send("POST", "/token", body)
        assert status == 200, text
        got: dict[str, Any] = json.loads(text)
        return got

    def _say(self, **order: Any) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        said: dict[str, Any] = json.loads(stdout.readline())
        assert "error" not in said, said["error"]
        return said


def _saml_key() -> dict[str, str]:
    key, certificate = saml.key_pair("samlify")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"key": pem.decode(), "cert": certificate.public_bytes(Encoding.PEM).decode()}


class _Browser:
    """Follows redirects of one site, keeps its cookies, fills in its forms.

    Attributes:
        left_for: the address of another site that a redirect ended at.
    """

    def __init__(self, site: str, tls: ssl.SSLContext) -> None:
        self._site = site
        self._tls = tls
        self._cookies: dict[str, str] = {}
        self._page = ""
        self.left_for = ""

    def go(self, target: str) -> None:
        """Open a page, through whatever redirects."""
        self._follow(*self.send("GET", target))

    def submit(self, **form: str) -> None:
        """Send the page's form."""
        found = re.search(r'<form[^>]* action="([^"]+)"', self._page)
        assert found, self._page
        target = found[1].removeprefix(self._site)
        self._follow(*self.send("POST", target, urllib.parse.urlencode(form)))

    def send(self, method: str, target: str, form: str = "") -> tuple[int, str, str]:
        """Send one request; return status, where it redirects to, and the page."""
        host = self._site.partition("://")[2]
        connection = http.client.HTTPSConnection(host, context=self._tls, timeout=PATIENCE)
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, target, form or None, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("set-cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.getheader("location", ""), answer.read().decode()
        finally:
            connection.close()

    def _follow(self, status: int, location: str, page: str) -> None:
        while location:
            if not location.startswith(("/", self._site)):
                self.left_for = location
                return
            target = location.removeprefix(self._site)
            status, location, page = self.send("GET", target)
        assert status == 200, page
        self._page = page
