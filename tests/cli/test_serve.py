"""``daypass serve`` as a process: starting, being ready, ending."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cli.processes import DAYPASS, PATIENCE, children, daypass, serving, wait_for

if TYPE_CHECKING:
    from tests.cli.processes import Serving

STS = "2015-04-01"
WORKERS = pytest.mark.parametrize("workers", ["1", "2"])
SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


def answers(server: Serving) -> bool:
    return server.client().call(STS, "GetCallerIdentity").status == 200


def test_the_first_start_makes_an_account_whose_key_works(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data") as server:
        file = tmp_path / "data" / "root-credentials.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert set(json.loads(file.read_text())) == {"AccountId", "AccessKeyId", "AccessKeySecret"}
        identity = server.client().call(STS, "GetCallerIdentity").json()
        assert identity["AccountId"] == server.ready["account_id"]


def test_the_ready_file_says_where_the_server_is(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data") as server:
        assert set(server.ready) == {"api", "console", "account_id", "data", "pid"}
        assert httpx.get(f"{server.ready['console']}/sign-in").status_code == 200
        assert server.ready["pid"] == server.process.pid
        assert server.ready["data"] == str(tmp_path / "data")
        assert not list(tmp_path.glob("*.partial"))


def test_a_ready_file_of_an_earlier_run_is_removed_before_anything_else(tmp_path: Path) -> None:
    stale = tmp_path / "ready.json"
    stale.write_text("{}")
    (tmp_path / "data").write_text("a file is no directory")
    failed = daypass("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--ready-file", stale)
    assert failed.returncode == 1
    assert not stale.exists()


def test_options_come_from_the_environment_and_the_command_line_wins(tmp_path: Path) -> None:
    env = {
        "DAYPASS_DATA": str(tmp_path / "data"),
        "DAYPASS_WORKERS": "none",
        "DAYPASS_NO_CONSOLE": "true",
        "DAYPASS_ROOT_ACCOUNT_ID": "1234567890123456",
    }
    with serving(tmp_path, "--workers", "1", env=env) as server:
        assert server.ready["data"] == env["DAYPASS_DATA"]
        assert server.ready["account_id"] == "1234567890123456"


def test_options_may_be_repeated(tmp_path: Path) -> None:
    words = ("--allow-private-issuers", "--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "::1")
    with serving(tmp_path, "--ephemeral", *words, "--default-format", "json") as server:
        assert answers(server)


def test_without_a_console_there_is_none(tmp_path: Path) -> None:
    with serving(tmp_path, "--ephemeral", "--no-console") as server:
        assert server.ready["console"] is None
        assert "console" not in server.line


def test_the_line_names_the_console(tmp_path: Path) -> None:
    with serving(tmp_path, "--ephemeral") as server:
        assert f" console={server.ready['console']} " in server.line


def test_several_workers_share_the_console(tmp_path: Path) -> None:
    with serving(tmp_path, "--ephemeral", "--workers", "2") as server:
        url = f"{server.ready['console']}/sign-in"
        assert {httpx.get(url).status_code for _ in range(20)} == {200}
        assert server.end() == 0
        assert server.errors() == ""


def test_the_console_answers_to_the_names_it_is_given(tmp_path: Path) -> None:
    words = ("--console-host", "ram.example", "--console-host", "Access.Example")
    with serving(tmp_path, "--ephemeral", *words) as server:
        url = f"{server.ready['console']}/sign-in"
        for name, status in (("ram.example", 200), ("access.example:443", 200), ("other.example", 421)):
            assert httpx.get(url, headers={"Host": name}).status_code == status


def test_a_console_for_others_needs_https(tmp_path: Path) -> None:
    line = one_line(daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0", "--console", "0.0.0.0:0"))
    assert line.startswith("daypass: the console on 0.0.0.0:0 needs HTTPS: set --tls-cert and --tls-key")


def test_behind_a_proxy_the_console_answers_only_what_came_over_https(tmp_path: Path) -> None:
    words = ("--console", "0.0.0.0:0", "--trusted-proxy", "127.0.0.1", "--console-host", "ram.example")
    with serving(tmp_path, "--ephemeral", *words) as server:
        url = f"http://127.0.0.1:{server.ready['console'].rpartition(':')[2]}/sign-in"
        for proto, status in (("https", 200), ("http", 403)):
            forwarded = {"Host": "ram.example", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": proto}
            answer = httpx.get(url, headers=forwarded)
            assert answer.status_code == status
            assert ("__Host-daypass" in answer.headers.get("set-cookie", "")) == (proto == "https")


def test_the_consoles_port_being_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = one_line(daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0", "--console", address))
    assert line.startswith(f"daypass: cannot listen on {address}: Address already in use (for the console")


@WORKERS
def test_a_head_that_is_too_large_is_refused_by_the_console_as_by_the_api(
    tmp_path: Path, workers: str
) -> None:
    with serving(tmp_path, "--ephemeral", "--workers", workers) as server:
        host, port = server.ready["console"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as connection:
            connection.sendall(b"GET /" + b"x" * 70_000)
            assert connection.makefile("rb").read().startswith(b"HTTP/1.1 431 ")


@WORKERS
def test_a_request_in_flight_is_finished(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", workers) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as connection:
            head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nAccept: application/json\r\n\r\nActi"
            connection.sendall(head.encode())
            # The answer to a second connection's request shows that the first one's head has been read.
            assert answers(server)
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: is_closed(host, int(port)))
            connection.sendall(b"on=x")
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b'"RequestId"' in answer
        assert server.process.wait(PATIENCE) == 0


def test_a_request_that_is_never_completed_is_refused_when_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data") as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as connection:
            head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nAccept: application/json\r\n\r\n"
            connection.sendall(head.encode())
            assert answers(server)
            server.process.send_signal(signal.SIGTERM)
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b'"Code":"ServiceUnavailable"' in answer
        assert server.process.wait(PATIENCE) == 0
        assert server.errors() == ""


def is_closed(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


@WORKERS
@SIGNALS
def test_a_signal_ends_a_server_cleanly_and_an_ephemeral_one_leaves_nothing_behind(
    tmp_path: Path, workers: str, number: int
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary), "DAYPASS_DATA": str(tmp_path / "data")}
    with serving(tmp_path, "--ephemeral", "--workers", workers, env=env) as server:
        assert answers(server)
        assert Path(server.ready["data"]).parent == temporary
        assert server.end(number) == 0
        assert server.errors() == ""
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("moment", ["at once", "with a directory", "with workers"])
def test_a_server_that_is_stopped_while_it_starts_leaves_nothing_behind(tmp_path: Path, moment: str) -> None:
    with subprocess.Popen(
        [DAYPASS, "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--workers", "2"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        if moment != "at once":
            wait_for(lambda: list(tmp_path.iterdir()))
        if moment == "with workers":
            wait_for(lambda: children(process.pid))
        process.terminate()
        assert process.wait(PATIENCE) in ({0} if moment != "at once" else {0, -signal.SIGTERM})
    assert list(tmp_path.iterdir()) == []


def test_several_workers_share_one_address_and_one_store(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2") as server:
        assert len(children(server.process.pid)) == 2
        assert all(answers(server) for _ in range(20))
        assert server.ready["pid"] == server.process.pid


def test_several_workers_share_an_accounts_rate(tmp_path: Path) -> None:
    env = {"DAYPASS_RATE_LIMIT": "1"}
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2", env=env) as server:
        began = time.monotonic()
        codes = [server.client().call("2015-04-01", "GetCallerIdentity").code for _ in range(20)]
        seconds = time.monotonic() - began
    assert set(codes) == {"", "Throttling.User"}
    assert codes.count("") <= 1 + math.ceil(seconds)


def test_a_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2") as server:
        pid = server.process.pid
        before, connections = children(pid), pipes(pid)
        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: len(set(children(pid)) - set(before)) == 1)
        assert before[0] not in children(pid)
        assert all(answers(server) for _ in range(20))
        # The supervisor waits on what is open: once the new worker is ready, on no more than before.
        wait_for(lambda: pipes(pid) == connections)
        assert server.end() == 0
        assert "a worker ended and is replaced" in server.errors()


def pipes(pid: int) -> int:
    """Return how many pipes a process has open."""
    found = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # descriptors come and go
            found += str(link.readlink()).startswith("pipe:")
    return found


def test_workers_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2") as server:
        workers = children(server.process.pid)
        server.process.kill()
        server.process.wait(PATIENCE)
        wait_for(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and is_alive(pid) for pid in workers))


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def one_line(failed: subprocess.CompletedProcess[str]) -> str:
    """Return the line that a failed start says; there must be no other, and no traceback."""
    assert failed.returncode == 1
    assert failed.stdout == ""
    (line,) = failed.stderr.splitlines()
    assert line.startswith("daypass: ")
    return line


@WORKERS
def test_a_taken_port_is_one_line(tmp_path: Path, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = one_line(daypass("serve", "--data", tmp_path, "--listen", address, "--workers", workers))
    assert line == f"daypass: cannot listen on {address}: Address already in use"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "no.such.host.invalid:1"])
def test_an_address_that_is_none_is_one_line(tmp_path: Path, address: str) -> None:
    assert f"cannot listen on {address}" in one_line(
        daypass("serve", "--data", tmp_path, "--listen", address)
    )


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = tmp_path / "file" / "data"
    line = one_line(daypass("serve", "--data", data, "--listen", "127.0.0.1:0"))
    assert line == f"daypass: cannot make the data directory {data}: Not a directory"


def test_a_database_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "daypass.db").write_text("not a database at all, whatever its name says" * 100)
    line = one_line(daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0"))
    assert "is damaged or not a daypass database" in line


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/daypass", "nonsense", "sqlite://"])
def test_a_database_that_cannot_be_reached_is_one_line(tmp_path: Path, url: str) -> None:
    line = one_line(daypass("serve", "--data", tmp_path, "--database", url, "--listen", "127.0.0.1:0"))
    assert "sqlite://" in line or "postgresql" in line.lower()


@pytest.mark.parametrize("harm", ["lost", "another", "garbage"])
def test_a_master_key_that_is_lost_or_wrong_is_one_line(tmp_path: Path, harm: str) -> None:
    data = tmp_path / "data"
    assert daypass("account", "create", "--data", data).returncode == 0
    key = data / "master.key"
    if harm == "lost":
        key.unlink()
    elif harm == "another":
        assert daypass("account", "create", "--data", tmp_path / "other").returncode == 0
        key.write_text((tmp_path / "other" / "master.key").read_text())
    else:
        key.write_text("no key")
    assert "master key" in one_line(daypass("serve", "--data", data, "--listen", "127.0.0.1:0"))


@pytest.mark.parametrize("name", ["decisions.jsonl", "nonces"])
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, name: str) -> None:
    if name == "nonces":
        (tmp_path / name).write_text("")
    else:
        (tmp_path / name).mkdir()
    line = one_line(daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0"))
    assert str(tmp_path / name) in line


def test_workers_that_cannot_start_end_the_server(tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").mkdir()
    failed = daypass("serve", "--data", tmp_path, "--listen", "127.0.0.1:0", "--workers", "2")
    assert failed.returncode == 1
    assert "a worker could not start" in failed.stderr.splitlines()[-1]
    assert "Traceback" not in failed.stderr


def test_a_ready_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "ready.json"
    line = one_line(daypass("serve", "--ephemeral", "--listen", "127.0.0.1:0", "--ready-file", file))
    assert line == f"daypass: cannot write the ready file {file}: No such file or directory"


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("--workers", "0"), {}),
        (("--workers", "many"), {}),
        ((), {"DAYPASS_WORKERS": "0"}),
        (("--default-format", "YAML"), {}),
        (("--trusted-proxy", "everyone"), {}),
        ((), {"DAYPASS_TRUSTED_PROXY": "10.0.0.1, everyone"}),
        ((), {"DAYPASS_EPHEMERAL": "perhaps"}),
        (("--ephemeral", "--data", "x"), {}),
        (("--lisen", "x"), {}),
        (("stray",), {}),
        (("--data", ""), {}),
    ],
)
def test_wrong_usage_is_told_in_a_line_and_exits_2(words: tuple[str, ...], env: dict[str, str]) -> None:
    wrong = daypass("serve", *words, env=env)
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    line, hint = wrong.stderr.splitlines()
    assert line.startswith("daypass serve: ")
    assert hint == "see: daypass serve --help"


def test_without_a_data_directory_the_users_own_is_taken(tmp_path: Path) -> None:
    env = {"XDG_DATA_HOME": str(tmp_path / "share")}
    with serving(tmp_path, env=env) as server:
        assert server.ready["data"] == str(tmp_path / "share" / "daypass")
    with serving(tmp_path, env={"XDG_DATA_HOME": "", "HOME": str(tmp_path)}) as server:
        assert server.ready["data"] == str(tmp_path / ".local" / "share" / "daypass")
