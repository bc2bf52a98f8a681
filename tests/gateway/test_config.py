"""A configuration is read strictly; what cannot be used is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from daypass.gateway.config import ConfigError, read

WHOLE = """
listen = "127.0.0.1:9000"
region = "cn-beijing"

[[upstream]]
service = "oss"
url = "https://storage.example.com/base/"
hosts = ["OSS.example.com"]
account = "1000000000000100"
audience = "storage"

[[upstream]]
description = "shelf.toml"
url = "http://[::1]:8080"
region = "cn-hangzhou"
"""
SHELF = """
service = "shelf"
title = "Shelves"
[[interface]]
protocol = "mns"
[[interface.action]]
name = "GetBook"
access = "read"
resource = "acs:shelf:{region}:{account}:book/{book}"
requests = ["GET /books/{book}"]
"""


def _file(folder: Path, text: str) -> Path:
    (folder / "shelf.toml").write_text(SHELF, encoding="utf-8")
    file = folder / "gateway.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_that_can_be_configured_is_read(tmp_path: Path) -> None:
    config = read(_file(tmp_path, WHOLE))
    assert config.listen == "127.0.0.1:9000"
    oss, shelf = config.upstreams
    assert (oss.service, oss.secure, oss.address, oss.base) == (
        "oss",
        True,
        ("storage.example.com", 443),
        "/base",
    )
    assert oss.hosts == {"oss.example.com"}
    assert (oss.account, oss.region) == ("1000000000000100", "cn-beijing")
    assert (oss.audience, shelf.audience) == ("storage", "http://[::1]:8080")
    assert (shelf.service, shelf.address, shelf.region) == ("shelf", ("::1", 8080), "cn-hangzhou")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('service = "oss"', "", "service or description"),
        ('service = "oss"', 'service = "oss"\ndescription = "shelf.toml"', "service or description"),
        ('service = "oss"', 'service = "s3"', "no description of s3"),
        ('service = "oss"', 'service = "oss"\nprotocol = "mns"', "oss is not reached by mns"),
        ('service = "oss"', 'service = "oss"\nanswer_seconds = 0', "answer_seconds"),
        ('"https://storage.example.com/base/"', '"storage.example.com"', "http://HOST:PORT"),
        ('"https://storage.example.com/base/"', '"ftp://storage.example.com"', "http://HOST:PORT"),
        ('"https://storage.example.com/base/"', '"http://user:x@host"', "http://HOST:PORT"),
        ('"1000000000000100"', '"1"', "16 digits"),
        ("hosts =", "host_names =", "host_names"),
        ("hosts =", 'schemes = ["OSS V9"]\nhosts =', "OSS V9"),
        ('"shelf.toml"', '"none.toml"', "cannot read"),
        ('listen = "127.0.0.1:9000"', 'tls_cert = "a.pem"', "both or neither"),
        ('listen = "127.0.0.1:9000"', "listen = ", "is not TOML"),
        ('listen = "127.0.0.1:9000"', 'trusted_proxies = ["proxy"]', "does not appear to be"),
        ("[[upstream]]", "[[upstreams]]", "upstreams"),
    ],
)
def test_a_configuration_with_a_fault_is_refused_in_one_line(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in WHOLE
    with pytest.raises(ConfigError) as refusal:
        read(_file(tmp_path, WHOLE.replace(old, new)))
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_configuration_without_a_service_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="upstream"):
        read(_file(tmp_path, 'listen = "127.0.0.1:1"'))
    with pytest.raises(ConfigError, match="cannot read"):
        read(tmp_path / "nowhere.toml")
