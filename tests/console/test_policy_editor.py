"""The policy editor's two tabs, by keyboard and by pointer, on a page of its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.console.editor_site import site
from tests.console.looks import LOOKS, WIDE, Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.console.pages import Visits

pytestmark = pytest.mark.console

ALICE = """{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "RAM": "acs:ram::1000000000000100:user/Alice"
      },
      "Action": "sts:AssumeRole"
    }
  ]
}"""
PRINTED = """{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "iot:QueryProduct",
      "Resource": ["acs:ram::1000000000000100:role/reader"]
    }
  ]
}"""
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with site() as origin:
        yield origin


def opened(visits: Visits, origin: str, text: str = "", kind: str = "identity", look: Look = WIDE) -> Page:
    page = visits.open(origin, look=look)
    page.goto(f"/{kind}?{urlencode({'text': text})}")
    return page


def json_of(page: Page) -> Locator:
    """Go to the JSON tab; return its field."""
    page.get_by_role("tab", name="JSON").click()
    return page.get_by_label("Policy Document")


@pytest.mark.parametrize(
    "text", [ALICE, PRINTED, '{"Version":"1","Statement":[{"Sid":"a \\" [","Effect":"Deny"}]}']
)
def test_a_policy_typed_key_by_key_is_the_policy(visits: Visits, origin: str, text: str) -> None:
    field = json_of(opened(visits, origin))
    field.press_sequentially(text)
    assert json.loads(field.input_value()) == json.loads(text)


def test_a_policy_pasted_in_stays_as_it_is(visits: Visits, origin: str) -> None:
    field = json_of(opened(visits, origin))
    field.fill(PRINTED)
    expect(field).to_have_value(PRINTED)


def test_brackets_and_quotes_come_in_pairs_and_go_in_pairs(visits: Visits, origin: str) -> None:
    field = json_of(opened(visits, origin))
    field.press_sequentially('{"')
    expect(field).to_have_value('{""}')
    field.press("Backspace")
    expect(field).to_have_value("{}")
    field.press("Enter")
    expect(field).to_have_value("{\n  \n}")
    field.press_sequentially("}")
    expect(field).to_have_value("{\n  \n}")


def test_undo_takes_back_what_the_editor_typed(visits: Visits, origin: str) -> None:
    field = json_of(opened(visits, origin, PRINTED))
    field.click()
    field.press("Control+Home")
    field.press("Tab")
    assert field.input_value() == "  " + PRINTED
    field.press("Control+z")
    expect(field).to_have_value(PRINTED)


def test_tab_indents_lines_and_escape_lets_the_keyboard_out(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, "[\n1,\n2\n]")
    field = json_of(page)
    field.focus()
    field.press("Control+a")
    field.press("Tab")
    expect(field).to_have_value("  [\n  1,\n  2\n  ]")
    field.press("Shift+Tab")
    expect(field).to_have_value("[\n1,\n2\n]")
    field.press("Escape")
    field.press("Tab")
    expect(page.get_by_role("button", name="Format")).to_be_focused()
    expect(field).to_have_value("[\n1,\n2\n]")


def test_whoever_only_passes_by_with_tab_is_let_through(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, PRINTED)
    field = json_of(page)
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Format")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(field).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Tab")
    expect(field).to_have_value("  " + PRINTED)


def test_format_writes_over_lines_and_keeps_every_token(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, r'{"a":[1e2, "\u0041"],"a":{},"b":[]}')
    field = json_of(page)
    page.get_by_role("button", name="Format").click()
    expect(field).to_have_value('{\n  "a": [\n    1e2,\n    "\\u0041"\n  ],\n  "a": {},\n  "b": []\n}')
    field.press("Control+z")
    expect(field).to_have_value(r'{"a":[1e2, "\u0041"],"a":{},"b":[]}')


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{\n  'a': 1}", "Line 2, column 3"),
        ('{"a": 1,}', "Line 1, column 9"),
        ('{"a": 1}\n x', "Line 2, column 2"),
        ('{"a": "\n"}', "Line 1, column 7"),
        ('["😀", nil]', "Line 1, column 7"),
        ("[" * 101, "Line 1, column 101"),
        ('{"a" 1}', "Line 1, column 6"),
        ("[1 2]", "Line 1, column 4"),
    ],
)
def test_a_broken_text_is_told_its_line_and_column(
    visits: Visits, origin: str, text: str, place: str
) -> None:
    page = opened(visits, origin)
    field = json_of(page)
    field.fill(text)
    expect(page.get_by_role("status")).to_contain_text(f"{place}:")
    expect(field).to_have_attribute("aria-invalid", "true")
    line = place.split()[1].rstrip(",")
    expect(page.locator(".line-error")).to_have_text(line)
    page.get_by_role("tab", name="Visual Editor").click()
    expect(page.get_by_role("alert")).to_contain_text(place)
    json_of(page)
    expect(field).to_have_value(text)
    field.fill("{}")
    expect(page.get_by_role("status")).to_have_text("")


def test_an_action_is_completed_by_keyboard(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, '{"Statement": [{"Action": ""}]}')
    field = json_of(page)
    field.focus()
    page.evaluate("document.querySelector('textarea').setSelectionRange(27, 27)")
    field.press_sequentially("io")
    expect(page.get_by_role("option", name="iot:")).to_be_visible()
    field.press_sequentially("t:q")
    expect(page.get_by_role("option")).to_have_text(["iot:QueryProduct"])
    field.press("Enter")
    expect(field).to_have_value('{"Statement": [{"Action": "iot:QueryProduct"}]}')
    expect(page.get_by_role("option")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ('{"|"}', "Statement"),
        ('{"Statement": [{"|"}]}', "NotAction"),
        ('{"Statement": [{"Effect": "|"}]}', "Deny"),
        ('{"Statement": [{"Condition": {"|"}}]}', "IpAddress"),
        ('{"Statement": [{"Condition": {"Bool": {"|"}}}]}', "acs:SourceIp"),
        ('{"Statement": [{"Condition": {"Bool": {"acs:MFAPresent": "|"}}}]}', "true"),
        ('{"Statement": [{"Principal": {"RAM": ["|"]}}]}', "acs:ram::1000000000000100:user/alice"),
        ('{"Statement": [{"Resource": "|"}]}', "acs:iot:*:*:product/*"),
    ],
)
def test_each_place_is_offered_what_may_stand_there(
    visits: Visits, origin: str, text: str, offered: str
) -> None:
    page = opened(visits, origin, text.replace("|", ""))
    field = json_of(page)
    field.focus()
    page.evaluate(
        f"document.querySelector('textarea').setSelectionRange({text.index('|')}, {text.index('|')})"
    )
    field.press("Control+Space")
    option = page.get_by_role("option", name=offered)
    expect(option.first).to_be_visible()
    option.first.click()
    expect(field).to_have_value(text.replace("|", offered))
    expect(field).to_be_focused()


def test_a_finding_marks_its_line_goes_there_and_is_fixed(visits: Visits, origin: str) -> None:
    page = opened(visits, origin)
    field = json_of(page)
    field.fill(PRINTED)
    panel = page.get_by_role("region", name="Review")
    expect(panel).to_contain_text("Found on line 10.")
    expect(page.locator(".line-error")).to_have_text("10")
    page.get_by_role("tab", name="Visual Editor").click()
    panel.get_by_role("button", name="Show").click()
    expect(field).to_be_focused()
    assert page.evaluate("document.querySelector('textarea').selectionStart") == PRINTED.rindex("\n") + 1
    panel.get_by_role("button", name="Fix").press("Enter")
    expect(field).to_have_value("{}")
    expect(panel).to_contain_text("Found on line 1.")
    expect(panel).to_be_focused()


def test_of_many_statements_the_lists_of_actions_open_when_asked(visits: Visits, origin: str) -> None:
    text = json.dumps({"Statement": [{"Action": "iot:ListDevices"}] * 60})
    page = opened(visits, origin, text)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    one = page.locator("[data-statement='7']")
    one.get_by_text("Choose from the list").click()
    one.get_by_role("checkbox", name="QueryProduct").check()
    expect(one.get_by_role("checkbox", name="QueryProduct")).to_be_focused()
    actions = [each["Action"] for each in json.loads(page.locator("textarea").input_value())["Statement"]]
    assert actions[7] == ["iot:ListDevices", "iot:QueryProduct"]
    assert actions[:7] + actions[8:] == ["iot:ListDevices"] * 59


def test_a_policy_is_made_in_the_visual_editor_alone(visits: Visits, origin: str) -> None:
    page = opened(
        visits,
        origin,
        '{\n  "Version": "1",\n  "Statement": [\n    {\n      "Effect": "Allow", "Action": []\n    }\n  ]\n}',
    )
    one = page.get_by_role("group", name="Statement 1")
    one.get_by_label("Service", exact=True).fill("io")
    page.get_by_role("option", name="iot").click()
    one.get_by_label("Search actions").fill("query")
    one.get_by_role("checkbox").check()
    one.get_by_label("Search actions").fill("")
    one.get_by_role("checkbox", name="ListDevices").check()
    one.get_by_label("Selected resources").check()
    one.get_by_text("Build an ARN").click()
    one.get_by_label("Resource path").fill("product/p1")
    one.get_by_role("button", name="Add ARN").click()
    one.get_by_label("Operator").select_option("IpAddress")
    one.get_by_label("Condition key").fill("acs:SourceIp")
    one.get_by_label("Value", exact=True).fill("10.0.0.0/8")
    one.get_by_role("button", name="Add Condition").click()
    field = json_of(page)
    expect(field).to_have_value(re.compile("acs:SourceIp"))
    assert json.loads(field.input_value())["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["iot:QueryProduct", "iot:ListDevices"],
            "Resource": ["acs:iot:*:1000000000000100:product/p1"],
            "Condition": {"IpAddress": {"acs:SourceIp": ["10.0.0.0/8"]}},
        }
    ]


def test_all_actions_of_a_service_replace_the_chosen_ones_of_it(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, '{"Statement": [{"Action": ["iot:ListDevices", "ram:GetUser"]}]}')
    one = page.get_by_role("group", name="Statement 1")
    one.get_by_label("Service", exact=True).fill("iot")
    one.get_by_label("Service", exact=True).press("Enter")
    one.get_by_label("All actions").check()
    expect(page.locator("textarea")).to_have_value('{"Statement": [{"Action": ["ram:GetUser", "iot:*"]}]}')
    expect(one.get_by_label("All actions")).to_be_focused()


def test_a_pattern_covers_what_ram_says_it_covers_and_takes_no_time(visits: Visits, origin: str) -> None:
    page = opened(visits, origin)
    page.evaluate("import('/policy-parts.js').then((parts) => { window.covers = parts.covers; })")
    told = {
        ("iot:Query*", "iot:QueryProduct"): True,
        ("IOT:query*", "iot:QueryProduct"): True,
        ("*", "iot:QueryProduct"): True,
        ("*:List*", "iot:ListDevices"): True,
        ("iot:Get?", "iot:GetX"): True,
        ("iot:Get?", "iot:Get"): False,
        ("iot:Get", "iot:GetX"): False,
        ("iot:*X*X", "iot:aXbXcX"): True,
        ("iot:*X*X", "iot:aXbXc"): False,
        ("*a" * 3000, "a" * 40): False,
        ("", "iot:x"): False,
    }
    for (pattern, text), covered in told.items():
        assert page.evaluate("([pattern, text]) => window.covers(pattern, text)", [pattern, text]) is covered


def test_undo_takes_back_what_was_done_here_and_never_what_was_typed_since(
    visits: Visits, origin: str
) -> None:
    page = opened(visits, origin, PRINTED)
    page.get_by_label("Effect").select_option("Deny")
    field = json_of(page)
    field.fill(ALICE)
    page.get_by_role("tab", name="Visual Editor").click()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.get_by_label("Effect").select_option("Deny")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("textarea")).to_have_value(ALICE)


def test_principals_of_each_type_are_trusted_and_removed(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, ALICE, "trust")
    one = page.get_by_role("group", name="Statement 1")
    one.get_by_label("Add principal").fill("alice")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    one.get_by_label("Add principal").press("ArrowDown")
    one.get_by_label("Add principal").press("Enter")
    one.get_by_label("Principal Type").select_option("Cloud Service")
    one.get_by_label("Add principal").fill("ecs.aliyuncs.com")
    one.get_by_role("group", name="Principal").get_by_role("button", name="Add", exact=True).click()
    one.get_by_role("button", name="Remove acs:ram::1000000000000100:user/Alice", exact=True).click()
    assert json.loads(page.locator("textarea").input_value())["Statement"][0]["Principal"] == {
        "RAM": ["acs:ram::1000000000000100:user/alice"],
        "Service": ["ecs.aliyuncs.com"],
    }


def test_what_the_visual_editor_cannot_show_is_shown_as_text(visits: Visits, origin: str) -> None:
    text = (
        '{"Statement": [{"Sid": "s", "Action": {"no": 1}, "Effect": "Allow", "NotResource": "*"}], "Id": [1]}'
    )
    page = opened(visits, origin, text)
    one = page.get_by_role("group", name="Statement 1")
    expect(one.locator("pre")).to_have_text(['"Sid": "s"', '"Action": {"no": 1}', '"NotResource": "*"'])
    expect(page.locator(".policy-others pre").last).to_have_text('"Id": [1]')
    expect(one.get_by_label("Add action")).to_have_count(0)


def test_hostile_texts_are_shown_and_do_nothing(visits: Visits, origin: str) -> None:
    text = json.dumps(
        {
            HOSTILE: 1,
            "Statement": [
                {
                    "Effect": HOSTILE,
                    "Action": HOSTILE,
                    "Resource": [HOSTILE],
                    HOSTILE: 2,
                    "Condition": {HOSTILE: {HOSTILE: HOSTILE}},
                }
            ],
        }
    )
    page = opened(visits, origin, text)
    expect(page.get_by_role("list", name="Chosen actions")).to_contain_text(HOSTILE)
    json_of(page)
    page.get_by_role("tab", name="Visual Editor").click()
    assert page.locator("img, script:not([src])").count() == 0
    expect(page.locator("textarea")).to_have_value(text)


@pytest.mark.parametrize("filling", ["𠀀", "é", "\u202eabc", "نص", "👩‍👩‍👧", "\u2028"])
def test_a_text_of_6144_characters_of_any_script_is_edited_and_sent(
    visits: Visits, origin: str, filling: str
) -> None:
    start, end = '{"Statement": [{"Effect": "Allow", "Sid": "', '"}]}'
    room = 6144 - len(start) - len(end)
    text = start + (filling * room)[:room] + end
    page = opened(visits, origin)
    json_of(page).fill(text)
    page.get_by_role("tab", name="Visual Editor").click()
    page.get_by_label("Effect").select_option("Deny")
    field = json_of(page)
    expect(field).to_have_value(text.replace("Allow", "Deny"))
    page.get_by_role("button", name="OK").click()
    assert page.locator("pre").text_content() == text.replace("Allow", "Deny")


def test_without_scripts_the_field_is_sent_as_it_is(visits: Visits, origin: str) -> None:
    page = visits.open(origin, scripts=False)
    page.goto(f"/identity?{urlencode({'text': PRINTED})}")
    field = page.get_by_label("Policy Document")
    expect(field).to_have_value(PRINTED)
    expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("button", name="OK").click()
    assert page.locator("pre").text_content() == PRINTED


def test_tabs_are_reached_by_arrow_keys_and_remembered(visits: Visits, origin: str) -> None:
    page = opened(visits, origin, PRINTED)
    page.get_by_role("tab", name="Visual Editor").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="JSON")).to_be_focused()
    expect(page.get_by_label("Policy Document")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="JSON")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_both_tabs_keep_the_rules_of_accessibility(visits: Visits, origin: str, look: Look) -> None:
    page = opened(visits, origin, ALICE.replace('"Action"', '"Sid": "1", "Action"'), "trust", look)
    visits.check(page)
    field = json_of(page)
    field.fill(PRINTED + "!")
    expect(page.get_by_role("region", name="Review")).to_contain_text("Found on line 10.")
    visits.check(page)
    field.fill(PRINTED)
    page.get_by_role("tab", name="Visual Editor").click()
    page.get_by_label("Add action").click()
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    visits.check(page)
    visits.picture(page, look.name)
