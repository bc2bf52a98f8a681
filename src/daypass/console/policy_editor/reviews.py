"""The review of a policy that is being written, by ReviewPolicy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from daypass.console.page import address
from daypass.errors import ApiError

if TYPE_CHECKING:
    from daypass.console.page import Page

Kind = Literal["Identity", "Trust", "Session"]

_REFUSED = 403


@dataclass(frozen=True)
class Review:
    """What a page shows of a document.

    Attributes:
        statements: their meanings, with line and column.
        findings: remarks, with line, column and perhaps the corrected text.
        comparison: what would change and for whom, if something is replaced.
        unseen: whether what would change was not for this user to see.
        error: why there is no review; empty if there is one.
        empty: whether there is no document yet.
    """

    statements: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    comparison: dict[str, Any] | None = None
    unseen: bool = False
    error: str = ""
    empty: bool = False

    @property
    def refused(self) -> bool:
        """Whether RAM would refuse the document."""
        return any(each["Severity"] == "error" for each in self.findings)


async def review(
    page: Page, document: str, *, kind: Kind = "Identity", policy_name: str = "", role_name: str = ""
) -> Review:
    """Review a document, good or bad.

    Args:
        page: whose user asks, in whose language the answer is.
        document: its text.
        kind: what it is for.
        policy_name: the custom policy that it would be a new version of.
        role_name: the role whose trust policy it would be.
    """
    if not document.strip():
        return Review(empty=True)
    replaced = {"PolicyName": policy_name or None, "RoleName": role_name or None}
    asked = {"PolicyDocument": document, "PolicyKind": kind, "Language": page.language[:2]}
    unseen = False
    try:
        try:
            answer = await page.call("Daypass", "ReviewPolicy", **asked, **replaced)
        except ApiError as error:
            if error.status != _REFUSED or not any(replaced.values()):
                raise
            unseen = True
            answer = await page.call("Daypass", "ReviewPolicy", **asked)
    except ApiError as error:
        return Review(error=error.message)
    return Review(
        answer["Statements"]["Statement"],
        answer["Findings"]["Finding"],
        answer.get("Comparison"),
        unseen,
    )


def review_address(kind: Kind, name: str, policy_name: str = "", role_name: str = "") -> str:
    """Return where a form with a document is posted for its review alone."""
    return address("/policy-review", kind=kind, field=name, policy=policy_name, role=role_name)
