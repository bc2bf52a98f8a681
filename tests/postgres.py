"""A PostgreSQL of the tests' own: a cluster in a new folder, on a free port of the loopback address."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

DEBIAN: Final = "/usr/lib/postgresql/*/bin/postgres"
"""Where Debian keeps what it does not put into the PATH."""
PATIENCE: Final = 30.0
"""Seconds for a server to start or to end."""


class Cluster:
    """A PostgreSQL server and its files.

    PostgreSQL refuses to run as root: then it runs as its own user, for whom the folders of
    tests are closed; so it has one elsewhere, which :meth:`close` removes.

    Args:
        settings: of the server, beside what every test needs.
    """

    def __init__(self, **settings: str) -> None:
        self._folder: Final = Path(tempfile.mkdtemp(prefix="daypass-postgresql-"))
        self._bin: Final = _programs()
        self._owner: Final = "postgres" if os.geteuid() == 0 else None
        self.data: Final = self._folder / "data"
        self._settings: Final = settings
        self._numbers: Final = itertools.count(1)
        self._log: Final = self._folder / "log"
        self._folder.chmod(0o755)
        self.data.mkdir(mode=0o700)
        if self._owner is not None:
            shutil.chown(self.data, self._owner)
        self._run(
            "initdb", "--pgdata", str(self.data), "--auth", "trust", "--username", "daypass", "--no-sync"
        )
        self.port: Final = _free_port()
        self._server = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server on the port that it has, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            **self._settings,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._bin / "postgres"), "-D", str(self.data), *words]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(command, stderr=log, stdout=log, cwd="/", user=self._owner)
        self._wait()
        return self._server

    def _wait(self) -> None:
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                self._connect("postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > patience or self._server.poll() is not None:
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.05)
            else:
                return

    def new_database(self) -> str:
        """Make an empty database, in a language that does not sort by bytes, and return its URL."""
        name = f"test_{next(self._numbers)}"
        statement = "CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
        with self._connect("postgres") as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
        return f"postgresql://daypass@127.0.0.1:{self.port}/{name}"

    def kill(self) -> None:
        """End the server as a crash of its machine would, all its processes at once."""
        # Stopped first, so that none of them notices that others are gone.
        processes = [self._server.pid, *_children(self._server.pid)]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
        self._server.wait(PATIENCE)

    def close(self) -> None:
        """End the server; whoever is connected is cut off."""
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(PATIENCE)
        shutil.rmtree(self._folder)

    def _connect(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="daypass", dbname=name, autocommit=True, connect_timeout=3
        )

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._bin / program), *words], check=True, capture_output=True, cwd="/", user=self._owner
        )


def _programs() -> Path:
    """Return where PostgreSQL's programs are."""
    found = shutil.which("postgres") or next(map(str, sorted(Path("/").glob(DEBIAN[1:]), reverse=True)), None)
    if found is None:
        raise RuntimeError("PostgreSQL's server is not installed; on Debian it is the package postgresql")
    return Path(found).resolve().parent


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
