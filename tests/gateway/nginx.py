"""A real nginx in front of a foreign service, which asks the gateway before it forwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from string import Template
from typing import Final, Self

PATIENCE: Final = 20.0
"""Seconds for it to start."""

_AROUND = Template(
    """
daemon off;
master_process off;
pid $folder/pid;
error_log $folder/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server {
    listen 127.0.0.1:$port;
$shown
  }
}
"""
)


class Nginx:
    """nginx with a configuration as the guide shows it.

    Args:
        folder: of its files.
        shown: what stands in its ``server`` block.
    """

    def __init__(self, folder: Path, shown: str) -> None:
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.port: Final = _free_port()
        self.url: Final = f"http://127.0.0.1:{self.port}"
        file = folder / "nginx.conf"
        file.write_text(_AROUND.substitute(folder=folder, port=self.port, shown=shown))
        self._log: Final = folder / "error.log"
        self._process: Final = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(file)], stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Self:
        """Wait until it accepts connections."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.02)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
