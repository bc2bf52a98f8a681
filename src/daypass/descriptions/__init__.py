"""Descriptions of services: what their requests look like, and what these do to which resource.

One TOML file a service (:mod:`daypass.descriptions.form`); those of ``shipped/`` come with
daypass, anyone can write more. From a description follow the action and the resource that a
request is authorized for (:mod:`daypass.descriptions.find`), without code.
"""

from __future__ import annotations

from daypass.descriptions.asking import asked, host_name, local_label
from daypass.descriptions.check import compile_interface
from daypass.descriptions.find import Asking, Found, Interface, Need, NotDescribedError
from daypass.descriptions.form import Access, Action, Description, Protocol
from daypass.descriptions.reading import (
    SHIPPED,
    DescriptionError,
    parse,
    shipped,
    shipped_services,
    shipped_text,
)

__all__ = [
    "SHIPPED",
    "Access",
    "Action",
    "Asking",
    "Description",
    "DescriptionError",
    "Found",
    "Interface",
    "Need",
    "NotDescribedError",
    "Protocol",
    "asked",
    "compile_interface",
    "host_name",
    "local_label",
    "parse",
    "shipped",
    "shipped_services",
    "shipped_text",
]
