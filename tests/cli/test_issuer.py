"""``daypass issuer check``: what it shows of an issuer, and what it refuses as the server would."""

from __future__ import annotations

import json

import pytest

from daypass.cli import main
from tests.cli.processes import daypass
from tests.federation.tokens import ec_key, rsa_key
from tests.issuers.site import CONFIGURATION, KEYS, PIN, Site


def test_the_certificates_are_shown_and_the_uppermost_is_the_one_to_register() -> None:
    with Site() as site:
        site.publish(rsa_key("k1"), ec_key("e"))
        done = daypass("issuer", "check", site.url)
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert lines[0] == f"certificates of {site.authority}:"
        assert [line.split()[0] for line in lines[1:-2]][-1] == PIN
        assert lines[-2:] == ["keys: 2", f"Fingerprints={PIN}"]
        assert site.asked == [CONFIGURATION, KEYS]


def test_keys_on_another_host_have_certificates_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    with Site() as site, Site() as elsewhere:
        elsewhere.publish(rsa_key("k1"))
        configuration = {"issuer": site.url, "jwks_uri": elsewhere.url + KEYS}
        site.routes[CONFIGURATION] = json.dumps(configuration).encode()
        assert main(["issuer", "check", site.url]) == 0
        shown = capsys.readouterr().out
        assert f"certificates of {elsewhere.authority}:" in shown
        assert shown.splitlines()[-1] == f"Fingerprints={PIN}"


@pytest.mark.parametrize("url", ["http://localhost", "https://localhost?a=b", "localhost"])
def test_what_is_no_url_of_an_issuer_is_one_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["issuer", "check", url]) == 1
    assert "is no issuer's URL" in capsys.readouterr().err


def test_what_the_server_would_refuse_is_refused_with_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    with Site() as site:
        site.publish(rsa_key("k1"))
        assert main(["issuer", "check", f"{site.url}/"]) == 1
        assert "names another issuer" in capsys.readouterr().err
        del site.routes[KEYS]
        assert main(["issuer", "check", site.url]) == 1
        assert "AuthenticationFail.OIDCToken.HttpsUrlInvalid: " in capsys.readouterr().err
    with Site(names=("elsewhere.example.com",)) as site:
        site.publish(rsa_key("k1"))
        assert main(["issuer", "check", site.url]) == 1
        assert "not for this host" in capsys.readouterr().err
    assert main(["issuer", "check", "https://localhost:1"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
