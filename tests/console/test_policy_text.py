"""The Visual Editor changes what was touched, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.console.editor_site import site
from tests.console.written_policies import NAMES, Obj, Written, member, read, written_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.console.pages import Visits
    from tests.console.written_policies import Path

pytestmark = pytest.mark.console

SET = """text => {
  const area = document.querySelector("textarea");
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}"""
READ = "document.querySelector('textarea').value"
TYPED = NAMES.map(lambda text: text.translate({0: None, 10: None, 13: None}))
"""What a field of one line can hold."""
WRITTEN = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The page is made of the text anew for each example."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with site() as origin:
        yield origin


@pytest.fixture
def page(visits: Visits, origin: str) -> Page:
    page = visits.open(origin)
    page.goto("/identity")
    return page


def show(page: Page, text: str) -> None:
    page.get_by_role("tab", name="JSON").click()
    page.evaluate(SET, text)
    page.get_by_role("tab", name="Visual Editor").click()


def statements(tree: Obj) -> tuple[Path, list[Obj]]:
    """Return where the statements stand, and the statements."""
    where = member(tree, "Statement")
    found = tree.members[where][1]
    return (where,), found if isinstance(found, list) else [found]


def path_of(tree: Obj, number: int) -> Path:
    where, _ = statements(tree)
    return (*where, number) if isinstance(tree.members[where[0]][1], list) else where


def once(statement: Obj, name: str) -> Any:
    """Return a member that stands once; None if it does not."""
    found = [value for key, value in statement.members if key == name]
    return found[0] if len(found) == 1 else None


def strings(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def only(written: Written, text: str, path: Path) -> None:
    """Hold an edit to the node it touched: every other character stays."""
    start, end = written.spans[path]
    assert text[:start] == written.text[:start]
    assert text.endswith(written.text[end:])
    assert len(text) >= start + len(written.text) - end


def put(tree: Any, path: Path, value: Any) -> Any:
    """Return a tree with something else in one place."""
    if not path:
        return value
    first, *rest = path
    if isinstance(tree, Obj):
        return Obj(
            [
                (key, put(inner, tuple(rest), value) if number == first else inner)
                for number, (key, inner) in enumerate(tree.members)
            ]
        )
    return [put(inner, tuple(rest), value) if number == first else inner for number, inner in enumerate(tree)]


@WRITTEN
@given(written_policies())
def test_switching_back_and_forth_changes_nothing(page: Page, written: Written) -> None:
    for _ in range(2):
        show(page, written.text)
        page.get_by_role("tab", name="JSON").click()
        assert page.evaluate(READ) == written.text


@WRITTEN
@given(written_policies())
def test_every_statement_is_shown_and_every_repeated_name_is_reported(page: Page, written: Written) -> None:
    show(page, written.text)
    groups = page.locator("[data-statement]")
    assert groups.count() == len(statements(written.tree)[1])
    repeated = page.locator(".policy-warning").count()
    assert repeated == _repeated(written.tree)


def _repeated(tree: Any) -> int:
    if isinstance(tree, Obj):
        names = Counter(key for key, _ in tree.members)
        return sum(count - 1 for count in names.values()) + sum(_repeated(value) for _, value in tree.members)
    return sum(map(_repeated, tree)) if isinstance(tree, list) else 0


@WRITTEN
@given(written_policies(), st.data())
def test_setting_an_effect_changes_that_value_alone(
    page: Page, written: Written, data: st.DataObject
) -> None:
    number, statement, group = _chosen(page, written, data)
    told = once(statement, "Effect")
    select = group.get_by_label("Effect", exact=True)
    if not isinstance(told, str):
        missing = all(key != "Effect" for key, _ in statement.members)
        assert select.count() == missing
        return
    wanted = "Deny" if told == "Allow" else "Allow"
    select.select_option(wanted)
    path = (*path_of(written.tree, number), member(statement, "Effect"))
    text = page.evaluate(READ)
    only(written, text, path)
    assert read(text) == put(written.tree, path, wanted)


@WRITTEN
@given(written_policies(), st.data(), st.sampled_from(["action", "resource"]), TYPED)
def test_adding_a_value_changes_its_list_alone(
    page: Page, written: Written, data: st.DataObject, which: str, name: str
) -> None:
    number, statement, group = _chosen(page, written, data)
    names = [key for key, _ in statement.members]
    found = [key for key in (("Action", "NotAction") if which == "action" else ("Resource",)) if key in names]
    value = f"new:{name}."
    shown = len(found) <= 1 and all(strings(once(statement, key)) for key in found)
    if shown and which == "resource" and group.get_by_label("Selected resources").count():
        group.get_by_label("Selected resources").check()
    field = group.get_by_label(f"Add {which}", exact=True)
    assert field.count() == shown
    if not shown:
        return
    field.fill(value)
    field.press("Enter")
    text = page.evaluate(READ)
    path = path_of(written.tree, number)
    if not found:
        only(written, text, path)
        wanted = Obj([*statement.members, (which.title(), [value])])
        assert read(text) == put(written.tree, path, wanted)
        return
    had = once(statement, found[0])
    path = (*path, member(statement, found[0]))
    only(written, text, path)
    old = [had] if isinstance(had, str) else had
    whole = which == "resource" and old == ["*"]
    assert read(text) == put(written.tree, path, [value] if whole else [*old, value])


@WRITTEN
@given(written_policies(), st.data())
def test_removing_an_action_changes_its_list_alone(page: Page, written: Written, data: st.DataObject) -> None:
    number, statement, group = _chosen(page, written, data)
    buttons = group.get_by_role("list", name="Chosen actions").get_by_role("button")
    count = buttons.count()
    if not count:
        return
    which = data.draw(st.integers(0, count - 1))
    buttons.nth(which).click()
    name = "Action" if once(statement, "Action") is not None else "NotAction"
    had = once(statement, name)
    left = [each for at, each in enumerate([had] if isinstance(had, str) else had) if at != which]
    path = (*path_of(written.tree, number), member(statement, name))
    text = page.evaluate(READ)
    only(written, text, path)
    assert read(text) == put(written.tree, path, left)


@WRITTEN
@given(written_policies(), st.data(), TYPED)
def test_adding_a_condition_changes_the_block_alone(
    page: Page, written: Written, data: st.DataObject, value: str
) -> None:
    number, statement, group = _chosen(page, written, data)
    button = group.get_by_role("button", name="Add Condition")
    if not button.count():
        return
    group.get_by_label("Operator").select_option("DateLessThan")
    group.get_by_label("Condition key").fill("acs:CurrentTime")
    group.get_by_label("Value", exact=True).fill(value)
    button.click()
    line = ("DateLessThan", Obj([("acs:CurrentTime", [value])]))
    text = page.evaluate(READ)
    path = path_of(written.tree, number)
    had = once(statement, "Condition")
    wanted = Obj([*(had.members if had else []), line])
    if had:
        path = (*path, member(statement, "Condition"))
        assert read(text) == put(written.tree, path, wanted)
    else:
        whole = Obj([*statement.members, ("Condition", wanted)])
        assert read(text) == put(written.tree, path, whole)
    only(written, text, path)


@WRITTEN
@given(written_policies(), st.data())
def test_a_statement_is_added_behind_the_others_and_removed_again(
    page: Page, written: Written, data: st.DataObject
) -> None:
    show(page, written.text)
    where, found = statements(written.tree)
    page.get_by_role("button", name="Add statement").click()
    added = page.evaluate(READ)
    only(written, added, where)
    new = Obj([("Effect", "Allow"), ("Action", []), ("Resource", "*")])
    assert read(added) == put(written.tree, where, [*found, new])
    number = data.draw(st.integers(0, len(found)))
    page.get_by_role("button", name=f"Remove statement {number + 1}", exact=True).click()
    left = [each for at, each in enumerate([*found, new]) if at != number]
    assert read(page.evaluate(READ)) == put(written.tree, where, left)
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(READ) == added
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate(READ) == written.text


def _chosen(page: Page, written: Written, data: st.DataObject) -> tuple[int, Obj, Locator]:
    """Show a policy and choose one of its statements."""
    show(page, written.text)
    _, found = statements(written.tree)
    number = data.draw(st.integers(0, len(found) - 1))
    return number, found[number], page.locator(f'[data-statement="{number}"]')
