"""What a server is made of: when its disk is full, and when its data directory is not the old one."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest
import structlog

from daypass import main
from daypass.audit.decisions import DecisionRecord
from daypass.client import Credentials
from daypass.service.record import Wire
from daypass.signing import WireRequest, sign_rpc_v1
from daypass.testing import Server
from tests.world import STS, World


def test_a_full_disk_does_not_end_the_server() -> None:
    with Server() as server:
        log = server.runtime._log
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, log._file)
        os.close(full)
        log.append(DecisionRecord("2026-01-01T00:00:00Z", "R-1", "allow"))
        asyncio.run(server.runtime.every_second())
        assert World(server).call(server.account.root, "GetCallerIdentity").status == 200


def test_a_disk_that_stands_still_holds_up_no_request_and_loses_no_decision() -> None:
    with Server() as server:
        log, world = server.runtime._log, World(server)
        drain, stuck = os.pipe()
        os.dup2(stuck, log._file)
        os.close(stuck)
        log._follow_rotation = lambda: None  # type: ignore[method-assign] # the pipe stays
        log._batch = 5  # type: ignore[misc] # a small batch for a short test
        asked = [world.call(server.account.root, "GetCallerIdentity") for _ in range(400)]
        assert {answer.status for answer in asked} == {200}
        assert log.backlog > 0  # a pipe holds 64 KiB, the records are more
        read = b""
        while any(answer.headers["x-acs-request-id"].encode() not in read for answer in asked):
            read += os.read(drain, 1 << 20)
    os.close(drain)


def _ask(settings: main.Settings, query: str) -> int:
    runtime = main.Runtime(settings)
    try:
        wire = Wire(WireRequest("GET", "/", query, (), b""), "127.0.0.1", False)
        return asyncio.run(runtime.pipeline.answered(wire)).status
    finally:
        runtime.close()


def test_a_request_is_not_replayed_to_a_server_with_a_new_data_directory(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    database = f"sqlite:///{tmp_path / 'kept.db'}"
    old, new = main.Settings(data=one, database=database), main.Settings(data=two, database=database)
    main.prepare(old, {})
    root = Credentials.of(json.loads((one / "root-credentials.json").read_text()))
    query = sign_rpc_v1(
        "GetCallerIdentity",
        STS,
        {},
        access_key_id=root.access_key_id,
        secret=root.access_key_secret.reveal(),
        timestamp=int(time.time()) - 5,
        nonce="once",
        method="GET",
    )
    assert _ask(old, query) == 200
    two.mkdir()
    shutil.copy(one / "master.key", two / "master.key")
    main.prepare(new, {})
    assert _ask(new, query) == 400


def test_the_log_goes_to_what_standard_error_is_by_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    try:
        with io.StringIO() as gone, monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", gone)
            main.log_to_stderr()
        structlog.get_logger("test").error("still heard")
    finally:
        structlog.configure(**before)
    assert json.loads(capsys.readouterr().err)["event"] == "still heard"
