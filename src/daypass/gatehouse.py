"""The composition root of the gateway: what :mod:`daypass.main` is for the server."""

from __future__ import annotations

import functools
import gc
import os
from typing import TYPE_CHECKING, Final

import structlog
import uvloop

from daypass.gateway.assertion import Signer
from daypass.gateway.assertion import open_signer as signer_of
from daypass.gateway.run import Gateway
from daypass.gateway.run import run as run_gateway
from daypass.main import (
    Runtime,
    Settings,
    clear_ready_file,
    log_to_stderr,
    make_directory,
    prepare,
    write_ready_file,
)
from daypass.server.run import listen, url_of
from daypass.server.tls import server_context

if TYPE_CHECKING:
    from pathlib import Path

    from daypass.gateway.config import Config

_log: Final = structlog.get_logger("daypass.gateway")


def serve_gateway(settings: Settings, config: Config) -> None:
    """Stand in front of the configured services until told to stop.

    Any number of these work beside servers on one store: nonces, keys and policies are the same.

    Raises:
        DaypassError: it cannot start; one line for the operator.
    """
    log_to_stderr()
    if settings.ready_file is not None:
        clear_ready_file(settings.ready_file)
    tls = server_context(*config.tls) if config.tls is not None else None
    listener = listen(settings.listen or config.listen)
    signer = open_signer(settings.data)
    played = [each.service for each in config.upstreams if each.fixtures is not None]
    if played:
        _log.warning("stand-ins answer in the place of services", services=played)
    prepare(settings, os.environ)
    runtime = Runtime(settings)
    url = url_of(listener, secure=tls is not None)
    gc.collect()
    gc.freeze()
    try:
        run_gateway(
            Gateway(config, runtime.ports, signer),
            listener,
            tls=tls,
            on_ready=functools.partial(_announce_gateway, settings, url),
            every_second=runtime.every_second,
            new_loop=uvloop.new_event_loop,
        )
    finally:
        runtime.close()


def open_signer(data: Path) -> Signer:
    """Return what signs the gateway's assertions; its key is made if it is not there.

    Raises:
        DaypassError: its file cannot be used; one line for the operator.
    """
    make_directory(data)
    return signer_of(data / "gateway.key")


def _announce_gateway(settings: Settings, url: str) -> None:
    if settings.ready_file is not None:
        write_ready_file(
            settings.ready_file, {"gateway": url, "data": str(settings.data), "pid": os.getpid()}
        )
    print(f"daypass gateway ready {url}", flush=True)  # noqa: T201 (the interface)
