"""A declaration as text: YAML for people, or JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
import yaml

from daypass.host.declare.form import FORMAT, Declaration

if TYPE_CHECKING:
    from daypass.host.declare.form import AccountForm

_WIDTH: Final = 110
# The library folds further characters that YAML 1.1 breaks lines at, and they come back as spaces.
_UNSAFE: Final = re.compile("[^\\S \\n]|[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ufeff]")


def write(accounts: tuple[AccountForm, ...], form: str) -> str:
    """Return accounts as the text of a declaration.

    Args:
        accounts: what it says.
        form: ``yaml`` or ``json``.
    """
    value = msgspec.to_builtins(Declaration(format=FORMAT, accounts=accounts))
    if form == "json":
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are, and nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the library's form)
        """Write what occurs twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _UNSAFE.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
