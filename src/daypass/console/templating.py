"""Templates: Jinja2, escaping everything, refusing what is not defined."""

from __future__ import annotations

import functools
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from daypass.console import assets
from daypass.console.language import LANGUAGE, LANGUAGES, text, texts
from daypass.console.routing import NAVIGATION, routes

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a template with values filled in, for the page of the current context."""
    return environment().get_template(template).render(values)


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates; each is compiled when it is first used."""
    from daypass.console.page import PAGE, address  # noqa: PLC0415 (pages are made of templates)

    made = _Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_callables(text, texts, newstyle=True)  # type: ignore[attr-defined] # the extension's
    made.globals |= {
        "static": assets.url,
        "address": address,
        "current_page": PAGE.get,
        "language": LANGUAGE.get,
        "languages": LANGUAGES,
        "navigation": _navigation(),
        "now": lambda: PAGE.get().console.clock(),  # noqa: PLW0108 (the page of the moment)
    }
    made.filters["pretty"] = _pretty
    made.filters["moment"] = _moment
    made.filters["id"] = _identifier
    made.globals["ui"] = made.get_template("ui.html").module
    return made


class _Environment(jinja2.Environment):
    """Refuses names that are not defined; but what an answer leaves out, as answers do, is empty."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        found = super().getattr(obj, attribute)
        return _absent(obj, attribute, found)

    def getitem(self, obj: Any, argument: Any) -> Any:
        found = super().getitem(obj, argument)
        return _absent(obj, argument, found)


def _absent(obj: Any, name: Any, found: Any) -> Any:
    if isinstance(found, jinja2.Undefined) and isinstance(obj, dict | jinja2.ChainableUndefined):
        return jinja2.ChainableUndefined(obj=obj, name=name)
    return found


def _navigation() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the links to pages that are there."""
    served = {route.path for route in routes() if route.method == "GET"}
    groups = [(name, [link for link in links if link[0] in served]) for name, links in NAVIGATION]
    return [(name, links) for name, links in groups if links]


def _pretty(value: Any) -> str:
    """Return JSON as people read it; text that is none stays as it is."""
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return json.dumps(parsed, indent=2, ensure_ascii=False)


def _identifier(shown: str) -> str:
    """Return an id for the reason of what is disabled, or for a secret: letters of any script and digits."""
    return "about-" + re.sub(r"\W+", "-", shown)


def _moment(wire: object) -> Markup:
    """Return a time of the wire's form, ``2015-01-23T12:33:18Z``; scripts show it in the reader's zone."""
    wire = str(wire)
    if not wire:
        return Markup()
    try:
        shown = datetime.fromisoformat(wire).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        shown = wire
    return Markup('<time datetime="{}" data-time>{}</time>').format(wire, shown)
