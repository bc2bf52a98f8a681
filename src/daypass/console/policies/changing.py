"""A custom policy gets a new version: written, compared and reviewed, saved.

Whoever saves says which version the text was made from. If another one is in force by
then, both changes are shown and nothing is saved: the text stays in the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daypass.console import calls
from daypass.console.calls import Call, call
from daypass.console.page import address
from daypass.console.policies.creating import place_of
from daypass.console.policies.named import CUSTOM_PATH, home, number, policy_of, text_of, trail, versions_of
from daypass.console.policy_editor import difference, review
from daypass.console.routing import ask, get, post
from daypass.errors import ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from daypass.console.page import Page

_CONFLICT: Final = 409
_FAULT: Final = 500
_ROTATE: Final = "DeleteOldestNonDefaultVersionWhenLimitExceeded"


@dataclass(frozen=True)
class Draft:
    """A text that may become a version.

    Attributes:
        document: the text.
        base: the version in force that it was made from.
        latest: the newest version there was then.
        default: whether it is to be in force.
        rotate: whether the oldest version may go for it.
    """

    document: str
    base: str
    latest: str
    default: bool = True
    rotate: bool = False

    @classmethod
    def sent(cls, page: Page) -> Draft:
        """Return what a form holds."""
        form = page.form
        return cls(
            form["fix"] if "fix" in form else form["PolicyDocument"],
            form.word("base"),
            form.word("latest"),
            default=form.word("default") == "true",
            rotate=form.word("rotate") == "true",
        )

    def call(self, page: Page) -> Call:
        """Return the call that saves it."""
        return call(
            "Ram",
            "CreatePolicyVersion",
            PolicyName=page.segment("name"),
            PolicyDocument=self.document or None,
            SetAsDefault=self.default,
            RotateStrategy=_ROTATE if self.rotate else None,
        )


@dataclass(frozen=True)
class State:
    """The policy as it is now."""

    default: str
    document: str
    versions: list[dict[str, Any]]

    @property
    def latest(self) -> str:
        """The newest version."""
        return str(self.versions[0]["VersionId"])

    def moved(self, draft: Draft) -> bool:
        """Whether somebody has saved or set a version since a draft was begun."""
        return (self.default, self.latest) != (draft.base, draft.latest)


async def _state(page: Page) -> State:
    found = await policy_of(page)
    return State(
        found["Policy"]["DefaultVersion"],
        found["DefaultPolicyVersion"]["PolicyDocument"],
        await versions_of(page),
    )


async def edit(page: Page) -> Response:
    """Show the editor with the text in force, or with that of a version that is to be restored."""
    state = await _state(page)
    version = page.query.word("version")
    document = await text_of(page, version) if version else state.document
    return await _form(page, state, Draft(document, state.default, state.latest))


async def again(page: Page) -> Response:
    """Show the editor as it was left."""
    return await _form(page, await _state(page), Draft.sent(page))


async def preview(page: Page) -> Response:
    """Show what would be saved: the difference, the review, what changes and for whom."""
    state, draft = await _state(page), Draft.sent(page)
    if state.moved(draft):
        return await _lost_race(page, state, draft)
    return await _preview(page, state, draft)


async def save(page: Page) -> Response:
    """Save the new version, unless somebody else was faster."""
    state, draft = await _state(page), Draft.sent(page)
    if state.moved(draft):
        return await _lost_race(page, state, draft)
    if draft.document == state.document:
        return page.done(home(page), page.t("Nothing was changed."), "warning")
    try:
        answer = await calls.run(page, draft.call(page))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _form(page, state, draft, error)
    return _saved(page, draft, answer["PolicyVersion"]["VersionId"])


def _saved(page: Page, draft: Draft, version: str) -> Response:
    """Go on; if somebody saved in the same moment, to how the two versions differ."""
    if number(version) == number(draft.latest) + 1:
        return page.done(home(page), page.t("The new version was saved."))
    between = f"v{number(version) - 1}"
    compared = address(f"/policies/Custom/{page.segment('name')}", tab="versions", old=between, new=version)
    note = page.t("The new version was saved. Somebody saved another one in the same moment: compare them.")
    return page.done(compared, note, "warning")


async def _form(page: Page, state: State, draft: Draft, error: ApiError | None = None) -> Response:
    where = place_of(error) if error is not None else ""
    message = error.message if error is not None else ""
    return await page.render(
        "policies/edit.html",
        status=error.status if error is not None else 200,
        home=home(page),
        name=page.segment("name"),
        trail=trail(page),
        draft=draft,
        state=state,
        review=await review(page, draft.document, policy_name=page.segment("name")),
        error=message if where == "PolicyDocument" else "",
        failed="" if where == "PolicyDocument" else message,
        refusal=await page.may("Ram", "CreatePolicyVersion", PolicyName=page.segment("name")),
    )


async def _preview(page: Page, state: State, draft: Draft) -> Response:
    shown = await review(page, draft.document, policy_name=page.segment("name"))
    return await page.render(
        "policies/preview.html",
        home=home(page),
        name=page.segment("name"),
        trail=trail(page),
        draft=draft,
        state=state,
        difference=difference(state.document, draft.document),
        review=shown,
        refusal=await page.may("Ram", "CreatePolicyVersion", PolicyName=page.segment("name")),
        snippets=calls.shown(page, [draft.call(page)]),
    )


async def _lost_race(page: Page, state: State, draft: Draft) -> Response:
    """Show both changes; what was written here stays in the form, now made from the version in force."""
    try:
        base = await text_of(page, draft.base)
    except ApiError:
        base = state.document  # the version is gone, and with it what the other change was made from
    return await page.render(
        "policies/race.html",
        status=_CONFLICT,
        home=home(page),
        name=page.segment("name"),
        trail=trail(page),
        draft=Draft(draft.document, state.default, state.latest, default=draft.default, rotate=draft.rotate),
        was=draft.base,
        state=state,
        theirs=difference(base, state.document),
        mine=difference(state.document, draft.document),
        refusal=await page.may("Ram", "CreatePolicyVersion", PolicyName=page.segment("name")),
    )


async def ask_description(page: Page) -> Response:
    """Show the form for the description."""
    found = await policy_of(page)
    return await _description_form(page, found["Policy"].get("Description", ""))


async def description(page: Page) -> Response:
    """Describe the policy anew."""
    try:
        await calls.run(page, _description(page, page.form["Description"]))
    except ApiError as error:
        if error.status >= _FAULT:
            raise
        return await _description_form(page, page.form["Description"], error)
    return page.done(home(page), page.t("The description was changed."))


def _description(page: Page, text: str) -> Call:
    return call("Ram", "UpdatePolicyDescription", PolicyName=page.segment("name"), NewDescription=text)


async def _description_form(page: Page, text: str, error: ApiError | None = None) -> Response:
    return await page.render(
        "policies/description.html",
        status=error.status if error is not None else 200,
        home=home(page),
        trail=trail(page),
        description=text,
        error=error.message if error is not None else "",
        refusal=await page.may("Ram", "UpdatePolicyDescription", PolicyName=page.segment("name")),
        snippets=calls.shown(page, [_description(page, text)]),
    )


ROUTES: Final = [
    get(f"{CUSTOM_PATH}/edit", edit),
    post(f"{CUSTOM_PATH}/edit", save),
    ask(f"{CUSTOM_PATH}/edit/review", again),
    ask(f"{CUSTOM_PATH}/edit/preview", preview),
    get(f"{CUSTOM_PATH}/description", ask_description),
    post(f"{CUSTOM_PATH}/description", description),
]
