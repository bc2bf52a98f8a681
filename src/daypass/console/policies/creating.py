"""A policy is made: its document in the editor, then name and description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.page import address
from daypass.console.parts import part
from daypass.console.policies.named import TYPES
from daypass.console.policy_editor import review
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from daypass.console.page import Page

CREATE: Final = "/policies/create"
AGAIN: Final = "/policies/create/review"
EMPTY: Final = """{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [],
      "Resource": "*"
    }
  ]
}"""
_MOST: Final = 1000
_FAULT: Final = 500
_PLACES: Final = {
    "MalformedPolicyDocument": "PolicyDocument",
    "EntityAlreadyExists.Policy": "PolicyName",
    "InvalidParameter.PolicyName": "PolicyName",
    "MissingParameter.PolicyName": "PolicyName",
    "InvalidParameter.Description": "Description",
    "InvalidParameter.PolicyDocument": "PolicyDocument",
    "MissingParameter.PolicyDocument": "PolicyDocument",
}
"""Where on the form an error belongs, by how its code starts."""


def _creation(page: Page) -> Call:
    return call(
        "Ram",
        "CreatePolicy",
        PolicyName=page.form.word("PolicyName") or None,
        PolicyDocument=page.form["PolicyDocument"] or None,
        Description=page.form["Description"] or None,
    )


async def show(page: Page) -> Response:
    """Show the form, empty or with the text of a policy."""
    imported = page.query.word("from")
    document, errors = await _imported(page, imported) if imported else (EMPTY, {})
    return await _form(page, document, errors=errors, imported=imported)


async def again(page: Page) -> Response:
    """Show the form as it was filled in, with its review; a correction or an import taken."""
    document = page.form["PolicyDocument"]
    errors: Mapping[str, str] = {}
    imported = page.form.word("import")
    draft = ""
    if "fix" in page.form:
        document = page.form["fix"]
    elif page.form["do"] == "import":
        found, errors = await _imported(page, imported)
        document = document if errors else found
        draft = "" if errors else page.new_once()  # what was typed before must not come back over it
    return await _form(page, document, errors=errors, imported=imported, draft=draft)


async def snippets(page: Page) -> Response:
    """Show what the form would do, for people who script."""
    return await calls.fragment(page, [_creation(page)])


async def create(page: Page) -> Response:
    """Create the policy."""
    try:
        answer = await calls.run(page, _creation(page))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        errors = {place_of(error): error.message}
        imported = page.form.word("import")
        return await _form(
            page, page.form["PolicyDocument"], errors=errors, status=error.status, imported=imported
        )
    name = answer["Policy"]["PolicyName"]
    return page.done(address(f"/policies/Custom/{name}"), page.t("The policy was created."))


def place_of(error: ApiError) -> str:
    """Return the field that an error is about; empty if it is about none."""
    return next((place for code, place in _PLACES.items() if error.code.startswith(code)), "")


async def _imported(page: Page, named: str) -> tuple[str, Mapping[str, str]]:
    """Return the text of a policy, named by itself or behind its type, or what is wrong."""
    kind, _, name = named.rpartition("/")
    last = None
    for each in (kind,) if kind in TYPES else TYPES:
        try:
            answer = await page.call("Ram", "GetPolicy", PolicyType=each, PolicyName=name)
        except ApiError as error:
            last = error
        else:
            return str(answer["DefaultPolicyVersion"]["PolicyDocument"]), {}
    return EMPTY, {"import": last.message if last else ""}


async def _form(
    page: Page,
    document: str,
    *,
    errors: Mapping[str, str],
    status: int = 200,
    imported: str = "",
    draft: str = "",
) -> Response:
    listed = await part(page, "Ram", "ListPolicies", MaxItems=_MOST)
    return await page.render(
        "policies/create.html",
        status=status,
        document=document,
        review=await review(page, "" if document == EMPTY else document),
        values={name: page.form[name] for name in ("PolicyName", "Description")},
        errors=errors,
        imported=imported,
        draft=f"create-policy {draft or page.query.word('from')}".strip(),
        policies=listed.body.get("Policies", {}).get("Policy", []),
        refusal=await page.may("Ram", "CreatePolicy", PolicyDocument=None),
        snippets=calls.shown(page, [_creation(page)]),
    )


ROUTES: Final = [
    get(CREATE, show),
    post(CREATE, create),
    ask(AGAIN, again),
    ask(f"{CREATE}/snippets", snippets),
]
