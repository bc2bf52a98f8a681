"""Asking before something is taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daypass.console import calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from daypass.console.calls import Call
    from daypass.console.door import Refusal
    from daypass.console.page import Page


async def confirmation(
    page: Page,
    title: str,
    about: Sequence[str],
    wanted: Sequence[Call],
    *,
    trail: Sequence[tuple[str, str]],
    refusal: Refusal | None,
    name: str = "",
    name_label: str = "",
    wrong: str = "",
    failed: str = "",
    hidden: Mapping[str, str] | None = None,
    path: str = "",
    template: str = "confirm.html",
    **values: Any,
) -> Response:
    """Return the page that asks; its form is posted to where it stands.

    Args:
        page: asked for.
        title: what is about to be done; the button says the same.
        about: sentences on what that means.
        wanted: the calls that do it.
        trail: the pages above this one; cancelling leads to the last of them.
        refusal: why the user may not do it.
        name: that has to be typed as ``confirm``, if any.
        name_label: what kind of name that is.
        wrong: what to say of the name that was typed.
        failed: what went wrong when it was tried.
        hidden: further fields of the form.
        path: the form is posted to, if it is not the page's own.
        template: extends ``confirm.html``, whose block ``references`` shows what else is affected.
        values: for that template.
    """
    return await page.render(
        template,
        status=400 if wrong or failed else 200,
        title=title,
        about=about,
        button=title,
        path=path or page.path,
        trail=trail,
        back=trail[-1][0],
        refusal=refusal,
        name=name,
        name_label=name_label,
        wrong=wrong,
        failed=failed,
        hidden=hidden or {},
        snippets=calls.shown(page, wanted),
        **values,
    )
