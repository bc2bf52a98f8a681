"""The form for a session of a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.policy_editor import review

if TYPE_CHECKING:
    from daypass.console.page import Page
    from daypass.errors import ApiError

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9.@_-]")
_LONGEST_NAME: Final = 64


async def session_form(page: Page, role: dict[str, Any], error: ApiError | None = None) -> dict[str, Any]:
    """Return what the form for a session shows."""
    form = {
        "RoleSessionName": page.form.word("RoleSessionName", _own_name(page)),
        "DurationSeconds": page.form.word("DurationSeconds", "3600"),
        "Policy": page.form["fix"] or page.form["Policy"],
    }
    wanted = call("Sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName=form["RoleSessionName"])
    return {
        "form": form,
        "error": "" if error is None else error.message,
        "review": await review(page, form["Policy"], kind="Session"),
        "durations": _durations(role["MaxSessionDuration"]),
        "is_root": not page.who.user_name,
        "refusal": await page.may("Sts", "AssumeRole", **wanted.parameters) if page.who.user_name else None,
        "snippets": calls.shown(page, [assume(page, role["Arn"]) if error is not None else wanted]),
        "status": 200 if error is None else 400,
    }


def _own_name(page: Page) -> str:
    return _NOT_IN_NAMES.sub("-", page.who.user_name)[:_LONGEST_NAME].ljust(2, "-") or "session"


def _durations(longest: int) -> list[int]:
    """Return lengths of sessions to choose from, in seconds."""
    return [each for each in (900, 1800, 3600, 7200, 14400, 28800) if each < longest] + [longest]


def assume(page: Page, arn: str) -> Call:
    """Return the call that the form stands for."""
    return call(
        "Sts",
        "AssumeRole",
        RoleArn=arn,
        RoleSessionName=page.form.word("RoleSessionName"),
        DurationSeconds=page.form.word("DurationSeconds") or None,
        Policy=page.form["Policy"].strip() or None,
    )
