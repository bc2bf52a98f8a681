"""The machine: its cores, its software, and what a process uses of it."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES: Final = (
    "daypass",
    "uvicorn",
    "httptools",
    "uvloop",
    "msgspec",
    "cryptography",
    "lmdb",
    "sqlalchemy",
    "moto",
    "werkzeug",
    "cedarpy",
    "pycasbin",
)
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Memory(msgspec.Struct, frozen=True):
    """What a process holds, in bytes.

    Attributes:
        resident: all of its pages in memory, mapped files included.
        proportional: the same, shared pages counted in part.
        anonymous: of its own, backed by no file.
    """

    resident: int
    proportional: int
    anonymous: int


class Cores(msgspec.Struct, frozen=True):
    """Which core serves and which one asks; the same if the machine gives only one."""

    server: int
    load: int

    @property
    def apart(self) -> bool:
        """Whether server and load do not share a core."""
        return self.server != self.load


@functools.cache
def cores() -> Cores:
    """Choose the first two cores this process may use, once."""
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[min(1, len(usable) - 1)])


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Stay on one core; a process started meanwhile stays there for good."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def memory(pid: int) -> Memory:
    """Return what a process holds now."""
    found: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        found[name] = int(rest.split()[0]) * 1024
    return Memory(found["Rss"], found["Pss"], found["Anonymous"])


def cpu_seconds(pid: int) -> float:
    """Return the time a process has spent on a core so far, in its own code and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def disk_bytes(directory: Path) -> int:
    """Return what the files below a directory take up on disk."""
    return sum(path.stat().st_blocks * 512 for path in directory.rglob("*") if path.is_file())


def description() -> dict[str, str]:
    """Say what everything ran on."""
    used = cores()
    said = {
        "machine": f"{_cpu()}, {os.cpu_count()} cores, {_total_memory():.0f} GiB, {platform.system()} "
        f"{platform.release()}",
        "load average": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "cores": f"server on {used.server}, load on {used.load}"
        + ("" if used.apart else " (ONE core for both: rates mean little)"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    versions = (f"{name} {metadata.version(name)}" for name in _PACKAGES)
    return said | {"packages": ", ".join(versions)}


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _total_memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
