"""The composition root of the gateway: what :mod:`daypass.main` is for the server."""

from __future__ import annotations

import functools
import gc
import os
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
import uvloop

from daypass.errors import DaypassError
from daypass.gateway.assertion import Signer
from daypass.gateway.assertion import open_signer as signer_of
from daypass.gateway.config import Config, read
from daypass.gateway.run import Gateway, tls_of
from daypass.gateway.run import run as run_gateway
from daypass.main import (
    GATEWAY_KEY,
    Runtime,
    Settings,
    end_with_the_supervisor,
    log_to_stderr,
    make_directory,
    prepare,
)
from daypass.server.ready import clear_ready_file, write_ready_file
from daypass.server.run import Listeners, listen, url_of
from daypass.server.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

_log: Final = structlog.get_logger("daypass.gateway")


def serve_gateway(settings: Settings, file: Path) -> bool:
    """Stand in front of the configured services until told to stop; return whether it was told.

    Any number of these work beside servers on one store: nonces, keys and policies are the same.

    Args:
        settings: as a server's; its address is instead of the configured one, if there is one.
        file: the configuration.

    Raises:
        DaypassError: it cannot start; one line for the operator.
    """
    log_to_stderr()
    if settings.ready_file is not None:
        clear_ready_file(settings.ready_file)
    config = read(file)
    secure = tls_of(config) is not None
    listener = listen(settings.listen or config.listen)
    check = listen(config.check) if config.check else None
    open_signer(settings.data)
    played = [each.service for each in config.upstreams if each.fixtures is not None]
    if played:
        _log.warning("stand-ins answer in the place of services", services=played)
    prepare(settings, os.environ)
    listeners = Listeners(listener, check=check)
    asked = None if check is None else url_of(check)
    announce = functools.partial(_announce, settings, url_of(listener, secure=secure), asked)
    if settings.workers > 1:
        plan = (settings, file)
        return Supervisor(settings.workers, _work, plan, listeners, announce).run()
    _run(settings, config, listeners, announce)
    return True


def _run(settings: Settings, config: Config, listeners: Listeners, on_ready: Callable[[], None]) -> None:
    """Serve in this process until told to stop."""
    runtime = Runtime(settings)
    gateway = Gateway(config, runtime.ports, open_signer(settings.data))
    gc.collect()
    gc.freeze()
    try:
        run_gateway(
            gateway,
            listeners.api,
            tls=tls_of(config),
            on_ready=on_ready,
            every_second=runtime.every_second,
            new_loop=uvloop.new_event_loop,
            check=listeners.check,
        )
    finally:
        runtime.close()


def _work(plan: tuple[Settings, Path], listeners: Listeners, ready: Connection) -> None:
    """Be one of several workers, for as long as their supervisor lives."""
    log_to_stderr()
    threading.Thread(target=end_with_the_supervisor, daemon=True).start()
    settings, file = plan
    try:
        _run(settings, read(file), listeners, lambda: ready.send_bytes(b"ready"))
    except (DaypassError, OSError) as fault:
        sys.exit(f"daypass: {fault}")


def open_signer(data: Path) -> Signer:
    """Return what signs the gateway's assertions; its key is made if it is not there.

    Raises:
        DaypassError: its file cannot be used; one line for the operator.
    """
    make_directory(data)
    return signer_of(data / GATEWAY_KEY)


def _announce(settings: Settings, url: str, check: str | None) -> None:
    if settings.ready_file is not None:
        told = {"gateway": url, "check": check, "data": str(settings.data), "pid": os.getpid()}
        write_ready_file(settings.ready_file, told)
    print(f"daypass gateway ready {url}{'' if check is None else f' check={check}'}", flush=True)  # noqa: T201 (the interface)
