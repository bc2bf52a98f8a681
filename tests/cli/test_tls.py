"""``daypass tls init``, and servers and clients that use what it makes."""

from __future__ import annotations

import json
import os
import signal
import stat
from http.client import HTTPSConnection
from pathlib import Path
from ssl import create_default_context
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from daypass.client import Client
from tests.cli.processes import PATIENCE, Serving, children, daypass, serving

STS = "2015-04-01"
FILES = {"ca.pem": 0o644, "ca-key.pem": 0o600, "server.pem": 0o644, "server-key.pem": 0o600}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority and a server's certificate."""
    data = tmp_path_factory.mktemp("made")
    assert daypass("tls", "init", "--data", data).returncode == 0
    return data / "tls"


def pair(tls: Path) -> tuple[str | Path, ...]:
    return ("--tls-cert", tls / "server.pem", "--tls-key", tls / "server-key.pem")


def identity(server: Serving, tls: Path) -> int:
    client = Client(server.url, server.root, ca_file=tls / "ca.pem")
    return client.call(STS, "GetCallerIdentity").status


def contents(tls: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in tls.iterdir()}


def test_it_makes_four_files_and_keys_that_only_the_owner_may_read(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = daypass("tls", "init", "--data", tmp_path / "data")
    finally:
        os.umask(old)
    folder = tmp_path / "data" / "tls"
    assert (made.returncode, made.stderr) == (0, "")
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == FILES
    assert made.stdout.splitlines() == [
        f"authority, for clients to trust: {folder / 'ca.pem'}",
        f"serve with: --tls-cert {folder / 'server.pem'} --tls-key {folder / 'server-key.pem'}",
    ]


def test_it_replaces_nothing_unless_it_is_told_to(tmp_path: Path) -> None:
    init = ("tls", "init", "--data", tmp_path)
    assert daypass(*init).returncode == 0
    before = contents(tmp_path / "tls")
    refused = daypass(*init, "--name", "box.test")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("daypass: there is ca.pem in ")
    assert contents(tmp_path / "tls") == before
    assert daypass(*init, "--name", "box.test", "--force").returncode == 0
    after = contents(tmp_path / "tls")
    assert not set(after.values()) & set(before.values())


def test_one_file_that_is_left_is_enough_to_refuse(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()
    (folder / "server-key.pem").write_text("a key")
    assert "there is server-key.pem in" in daypass("tls", "init", "--data", tmp_path).stderr
    assert contents(folder) == {"server-key.pem": "a key"}


def test_a_renewed_certificate_is_trusted_by_those_who_trusted_the_one_before(tmp_path: Path) -> None:
    init = ("tls", "init", "--data", tmp_path)
    assert daypass(*init).returncode == 0
    folder = tmp_path / "tls"
    before = contents(folder)
    assert daypass(*init, "--renew").returncode == 0
    after = contents(folder)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"server.pem", "server-key.pem"}
    with serving(tmp_path, "--ephemeral", *pair(folder)) as server:
        assert identity(server, folder) == 200


def test_there_is_nothing_to_renew_without_an_authority(tmp_path: Path) -> None:
    failed = daypass("tls", "init", "--data", tmp_path, "--renew")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == f"daypass: cannot use {tmp_path / 'tls' / 'ca.pem'}: No such file or directory\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--name", "not a host"), 1), (("--renew", "--name", "x"), 2), (("--renew", "--force"), 2)],
)
def test_what_it_cannot_do_it_says_in_words(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    failed = daypass("tls", "init", "--data", tmp_path, *words)
    assert (failed.returncode, failed.stdout) == (code, "")
    assert "Traceback" not in failed.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_with_them_speaks_https_and_says_so(tmp_path: Path, tls: Path, workers: str) -> None:
    with serving(tmp_path, "--ephemeral", *pair(tls), "--workers", workers) as server:
        assert server.url.startswith("https://127.0.0.1:")
        assert all(identity(server, tls) == 200 for _ in range(10))
        assert len(children(server.process.pid)) == (2 if workers == "2" else 0)
        assert server.end() == 0
        assert server.errors() == ""


def test_a_worker_that_is_replaced_speaks_https_again(tmp_path: Path, tls: Path) -> None:
    with serving(tmp_path, "--ephemeral", *pair(tls), "--workers", "2") as server:
        for worker in children(server.process.pid):
            os.kill(worker, signal.SIGKILL)
        assert identity(server, tls) == 200
        assert server.end() == 0


def test_a_connection_that_is_idle_does_not_hold_the_server_up(tmp_path: Path, tls: Path) -> None:

    with serving(tmp_path, "--ephemeral", *pair(tls)) as server:
        place = urlsplit(server.url)
        trusting = create_default_context(cafile=tls / "ca.pem")
        connection = HTTPSConnection(place.hostname or "", place.port, timeout=PATIENCE, context=trusting)
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        assert server.end() == 0
        assert server.errors() == ""
        connection.close()


def test_the_files_can_be_named_in_the_environment(tmp_path: Path, tls: Path) -> None:
    env = {"DAYPASS_TLS_CERT": str(tls / "server.pem"), "DAYPASS_TLS_KEY": str(tls / "server-key.pem")}
    with serving(tmp_path, "--ephemeral", env=env) as server:
        assert identity(server, tls) == 200


def test_the_command_line_calls_https_and_trusts_whom_it_is_told_to(tmp_path: Path, tls: Path) -> None:
    with serving(tmp_path, "--ephemeral", *pair(tls)) as server:
        root = server.root
        words = ("sts", "GetCallerIdentity", f"--endpoint={server.url}")
        env = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": root.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": root.access_key_secret.reveal(),
            "ALIBABA_CLOUD_SECURITY_TOKEN": "",
        }
        for trusting in ((*words, "--ca-file", tls / "ca.pem"), words):
            known = {} if len(trusting) > len(words) else {"DAYPASS_CA_FILE": str(tls / "ca.pem")}
            told = daypass(*trusting, env=env | known)
            assert json.loads(told.stdout)["AccountId"] == server.ready["account_id"], told.stderr
        doubted = daypass(*words, env=env)
        assert (doubted.returncode, doubted.stdout) == (1, "")
        assert "is not trusted: " in doubted.stderr
        assert "--ca-file names the authority to trust" in doubted.stderr
        for wrong in (tls / "nothing.pem", tls / "server-key.pem"):
            failed = daypass(*words, "--ca-file", wrong, env=env)
            assert (failed.returncode, len(failed.stderr.splitlines())) == (1, 1)
            assert str(wrong) in failed.stderr


@pytest.mark.parametrize(
    ("certificate", "key", "told"),
    [
        ("server.pem", "ca-key.pem", "do not belong together"),
        ("server-key.pem", "server-key.pem", "no certificate and key in the PEM form"),
        ("server.pem", "server.pem", "no certificate and key in the PEM form"),
        ("nothing.pem", "server-key.pem", "cannot read the TLS certificate"),
        ("server.pem", "nothing.pem", "cannot read the TLS key"),
        ("server.pem", "", "set both or neither of --tls-cert and --tls-key"),
        ("", "server-key.pem", "set both or neither of --tls-cert and --tls-key"),
    ],
)
def test_a_pair_that_cannot_be_used_is_one_line(
    tmp_path: Path, tls: Path, certificate: str, key: str, told: str
) -> None:
    words: list[str | Path] = ["--tls-cert", tls / certificate] if certificate else []
    words += ["--tls-key", tls / key] if key else []
    failed = daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0", *words)
    assert (failed.returncode, failed.stdout) == (1, "")
    (line,) = failed.stderr.splitlines()
    assert line.startswith("daypass: ")
    assert told in line
    assert not (tmp_path / "daypass.db").exists()


def test_a_key_with_a_passphrase_is_refused_and_not_asked_for(tmp_path: Path, tls: Path) -> None:

    plain = serialization.load_pem_private_key((tls / "server-key.pem").read_bytes(), None)
    sealed = tmp_path / "sealed.pem"
    sealed.write_bytes(
        plain.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"a passphrase"),
        )
    )
    words = ("--tls-cert", tls / "server.pem", "--tls-key", sealed)
    failed = daypass("serve", "--ephemeral", "--listen", "127.0.0.1:0", *words)
    assert failed.returncode == 1
    assert failed.stderr == "daypass: the TLS key has a passphrase; a server needs one without\n"
