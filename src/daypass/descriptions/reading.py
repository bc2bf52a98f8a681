"""Descriptions read from their files."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Final

import msgspec

from daypass.descriptions.check import compile_interface
from daypass.descriptions.find import Interface
from daypass.descriptions.form import Description
from daypass.errors import DaypassError

MOST_CHARS: Final = 1024 * 1024
SHIPPED: Final = ("dhs", "iot", "linkwan", "log", "mns", "oss", "ots", "rds")


class DescriptionError(DaypassError):
    """A description cannot be used; one line for its author."""


def parse(text: str) -> tuple[Description, tuple[Interface, ...]]:
    """Read a description and compile its interfaces.

    Raises:
        DescriptionError: it is not TOML, not of the form, or contradicts itself.
    """
    if len(text) > MOST_CHARS:
        raise DescriptionError(f"it has {len(text)} characters, and at most {MOST_CHARS} are read")
    try:
        description = msgspec.convert(tomllib.loads(text), Description)
        interfaces = tuple(compile_interface(description.service, form) for form in description.interface)
    except tomllib.TOMLDecodeError as fault:
        raise DescriptionError(f"it is not TOML: {fault}") from None
    except (msgspec.ValidationError, ValueError, RecursionError) as fault:
        raise DescriptionError(str(fault)) from None
    return description, interfaces


@functools.cache
def shipped(service: str) -> tuple[Description, tuple[Interface, ...]]:
    """Return a description that comes with daypass.

    Raises:
        DescriptionError: there is none of that service.
    """
    return parse(shipped_text(service))


def shipped_text(service: str) -> str:
    """Return the text of a description that comes with daypass.

    Raises:
        DescriptionError: there is none of that service.
    """
    if service not in SHIPPED:
        raise DescriptionError(
            f"no description of {service} comes with daypass; there are {', '.join(SHIPPED)}"
        )
    file = resources.files("daypass.descriptions").joinpath("shipped", f"{service}.toml")
    return file.read_text(encoding="utf-8")


def shipped_services() -> tuple[Description, ...]:
    """Return every description that comes with daypass."""
    return tuple(shipped(service)[0] for service in SHIPPED)
