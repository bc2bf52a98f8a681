"""What every page of the console has, whatever is on it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import httpx
import pytest

from daypass.console import assets, guard
from daypass.console.routing import routes
from daypass.testing import Server
from tests.cli.processes import wait_for
from tests.console.browsing import OURS, Person, Shown
from tests.console.people import PASSWORD, READER, People
from tests.world import allow, document

ADMINISTRATOR = document(allow("*"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(console=True) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    people = People(server)
    people.user("admin", ADMINISTRATOR)
    people.user("reader", READER)
    people.user("nobody")
    return people


def signed_in(people: People, name: str = "admin", language: str = "en") -> Person:
    person = Person(people.server, language)
    assert person.sign_in(f"{name}@{people.id}", PASSWORD.reveal()).status in {200, 404}
    return person


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.mark.parametrize("path", ["/sign-in", "/roles", "/nothing-here", "/roles?marker=none"])
def test_every_page_keeps_browsers_strict(people: People, path: str) -> None:
    answer = signed_in(people).get(path).response
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    for part in ("frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    page = answer.text
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


def test_somebody_who_is_not_signed_in_is_asked_to_and_comes_back(people: People) -> None:
    person = Person(people.server)
    asked = person.get("/roles?q=x")
    assert asked.response.url.path == "/sign-in"
    assert "name" in dict(asked.form("/sign-in").fields)
    values = {"name": f"admin@{people.id}", "password": PASSWORD.reveal()}
    came = person.send(asked, "/sign-in", values)
    assert came.response.url.raw_path == b"/roles?q=x"
    assert came.status == 200
    assert came.title == "Roles · daypass"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(people: People, back: str) -> None:
    person = Person(people.server)
    shown = person.get("/sign-in")
    values = {"name": f"admin@{people.id}", "password": PASSWORD.reveal(), "back": back}
    person.client.follow_redirects = False
    assert person.send(shown, "/sign-in", values).response.headers["location"] == "/"


def test_a_wrong_password_is_told_on_the_page_and_keeps_the_name(people: People) -> None:
    person = Person(people.server)
    values = {"name": f"admin@{people.id}", "password": "wrong"}
    shown = person.send(person.get("/sign-in"), "/sign-in", values)
    assert shown.status == 403
    assert "The name or the password is wrong." in shown.text
    assert dict(shown.form("/sign-in").fields)["name"] == f"admin@{people.id}"
    assert dict(shown.form("/sign-in").fields)["password"] == ""


def test_signing_out_ends_the_session_and_clears_the_browser(people: People) -> None:
    person = signed_in(people)
    cookies = person.cookies()
    person.client.follow_redirects = False
    answer = person.send(person.get("/roles"), "/sign-out").response
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    person.client.cookies.update(cookies)
    assert person.get("/roles").response.status_code == 303


def test_the_sessions_cookie_is_of_no_use_to_scripts_and_other_sites(people: People) -> None:
    person = Person(people.server)
    person.client.follow_redirects = False
    values = {"name": f"admin@{people.id}", "password": PASSWORD.reveal()}
    answer = person.send(person.get("/sign-in"), "/sign-in", values).response
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if "visitor" not in line]
    assert cookie.startswith("daypass-on-plain-loopback=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))


def test_over_https_the_cookie_belongs_to_this_host_alone() -> None:
    with Server(console=True, tls=True) as server:
        people = People(server)
        people.user("admin", ADMINISTRATOR)
        person = Person(server)
        assert person.sign_in(f"admin@{people.id}", PASSWORD.reveal()).status in {200, 404}
        assert "__Host-daypass" in person.cookies()
        assert person.get("/roles").status == 200


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "ForeignForm"),
        ({"Sec-Fetch-Site": "same-site"}, "ForeignForm"),
        ({"Sec-Fetch-Site": "none"}, "ForeignForm"),
        ({"Sec-Fetch-Site": ""}, "ForeignForm"),
        ({"Origin": "http://127.0.0.1:1"}, "ForeignForm"),
    ],
)
@pytest.mark.parametrize("form", ["/preferences", "/sign-out"])
def test_a_form_from_elsewhere_does_nothing(
    people: People, form: str, harm: dict[str, str], code: str
) -> None:
    person = signed_in(people)
    refused = person.send(person.get("/roles"), form, {"theme": "dark"}, headers={**OURS, **harm})
    assert refused.status == 403
    assert code in refused.text
    assert "daypass-theme" not in person.cookies()
    assert person.get("/roles").response.url.path == "/roles"


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
def test_a_form_with_another_sessions_token_does_nothing(people: People, token: str) -> None:
    person = signed_in(people)
    values = {guard.TOKEN: token, "theme": "dark"}
    refused = person.send(person.get("/roles"), "/preferences", values)
    assert refused.status == 403
    assert "StaleForm" in refused.text
    assert "daypass-theme" not in person.cookies()


def test_one_session_cannot_use_the_token_of_another(people: People) -> None:
    one, other = signed_in(people), signed_in(people, "reader")
    assert "StaleForm" in other.send(one.get("/roles"), "/preferences", {"theme": "dark"}).text


def test_every_route_that_is_posted_to_refuses_what_is_forged(people: People) -> None:
    person = signed_in(people)
    for route in routes():
        if route.method == "POST":
            path = re.sub(r"{\w+(:\w+)?}", "x", route.path)
            answer = person.client.post(
                path, data={"RoleName": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
            )
            assert (path, answer.status_code) == (path, 403)
            answer = person.client.post(path, data={guard.TOKEN: "x"}, headers=OURS)
            assert (path, answer.status_code) == (path, 403)


def test_a_form_counts_once(people: People) -> None:
    person = signed_in(people)
    shown = person.get("/roles")
    person.send(shown, "/preferences", {"theme": "dark"})
    assert person.cookies()["daypass-theme"] == "dark"
    again = person.send(shown, "/preferences", {"theme": "light"})
    assert person.cookies()["daypass-theme"] == "dark"
    assert "nothing was done a second time" in person.get("/roles").text or "second time" in again.text


def test_a_form_that_is_too_large_is_told_so(people: People) -> None:
    person = signed_in(people)
    shown = person.send(person.get("/roles"), "/preferences", {"theme": "x" * 1_100_000})
    assert shown.status == 413
    many = person.client.post(
        "/preferences", content="&".join(f"f{n}=1" for n in range(3000)), headers={**OURS, **FORM}
    )
    assert many.status_code == 413


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "body", [b"\xff\xfe%%%", b"--x\r\nnot multipart", b"{}", b"form_token=%00%ff&form_once=1"]
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_that_is_no_form_is_refused(people: People, kind: str, body: bytes) -> None:
    person = signed_in(people)
    answer = person.client.post("/preferences", content=body, headers={**OURS, "Content-Type": kind})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8621", "127.0.0.1.evil.example", "", "[::2]"])
@pytest.mark.parametrize("path", ["/sign-in", "/roles", "/static/x/base.css"])
def test_a_name_that_is_not_ours_gets_nothing(people: People, path: str, host: str) -> None:
    answer = signed_in(people).client.get(path, headers={"Host": host}, follow_redirects=False)
    assert answer.status_code == 421
    assert "form_token" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8621", "localhost."])
def test_a_name_of_this_machine_is_ours(people: People, host: str) -> None:
    answer = Person(people.server).client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/roles", "/roles?q=x", "/create-role"])
def test_the_navigation_shows_where_a_page_belongs(people: People, path: str) -> None:
    page = signed_in(people).get(path).response.text
    assert re.findall(r'<a href="([^"]+)"[^>]* aria-current="page">', page) == ["/roles"]


def test_what_is_not_there_is_a_page_that_says_so(people: People) -> None:
    shown = signed_in(people).get("/no/such/page")
    assert shown.status == 404
    assert "This does not exist" in shown.text
    assert shown.response.headers["x-acs-request-id"] in shown.text


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/roles", 405), ("POST", "/roles", 405)])
def test_a_method_that_a_page_does_not_take_is_refused(
    people: People, method: str, path: str, status: int
) -> None:
    assert signed_in(people).client.request(method, path, headers=OURS).status_code == status


def test_a_denial_explains_itself_and_says_what_to_ask_for(people: People) -> None:
    shown = signed_in(people, "nobody").get("/roles")
    assert shown.status == 403
    assert "ram:ListRoles" in shown.text
    assert f"acs:ram:*:{people.id}:role/*" in shown.text
    assert '"Effect": "Allow"' in shown.text
    asked_for = document(allow("ram:ListRoles", f"acs:ram:*:{people.id}:role/*"))
    people.user("asked", asked_for)
    assert signed_in(people, "asked").get("/roles").status == 200


def test_a_denial_leads_to_its_explanation_for_whoever_may_read_it(people: People) -> None:
    people.user("denied", document(allow("daypass:ExplainRequest")))
    person = signed_in(people, "denied")
    denied = person.get("/roles")
    explanation = denied.links["Explain this denial"]
    wait_for(lambda: person.get(explanation).status == 200)  # decisions go on record within a second
    assert explanation.rpartition("=")[2] in person.get(explanation).response.text
    assert person.get("/no/such/page").links.keys().isdisjoint({"Explain this denial"})


def test_a_link_from_elsewhere_reaches_a_signed_in_user_the_second_time(people: People) -> None:
    person = Person(people.server)
    shown = person.get("/roles", **{"Sec-Fetch-Site": "cross-site"})
    assert shown.status == 200
    assert '<meta http-equiv="refresh" content="0">' in shown.response.text


def test_a_fragment_without_a_session_is_refused_so_that_a_script_can_ask(people: People) -> None:
    assert Person(people.server).get("/roles", **{"X-Fragment": "1"}).status == 401


def test_a_form_that_comes_after_the_sessions_end_is_given_back_but_for_what_is_secret(
    people: People,
) -> None:
    person = signed_in(people)
    shown = person.get("/roles")
    person.client.cookies.clear()
    values = {"Description": "<b>typed</b>\nfor long", "Password": "Hush-1", "AccessKeySecret": "Hush-2"}
    given_back = person.send(shown, "/sign-out", values)
    assert given_back.status == 401
    assert "<b>typed</b> for long" in given_back.text
    assert "Hush" not in given_back.response.text
    assert "Sign in again" in given_back.links
    refused = person.send(shown, "/sign-out", values, headers={**OURS, "Sec-Fetch-Site": "cross-site"})
    assert refused.status == 403
    assert "typed" not in refused.text


def test_signing_in_again_in_a_dialog_gives_the_page_the_new_sessions_token(people: People) -> None:
    person = Person(people.server)
    shown = person.get("/sign-in", **{"X-Fragment": "1"})
    assert "<html" not in shown.response.text
    values = {"name": f"admin@{people.id}", "password": PASSWORD.reveal()}
    answer = person.send(shown, "/sign-in", values, headers={**OURS, "X-Fragment": "1"}).response
    assert answer.status_code == 204
    page = person.get("/roles")
    assert dict(page.form("/preferences").fields)[guard.TOKEN] == answer.headers["x-form-token"]


def test_a_choice_of_language_and_theme_stays(people: People) -> None:
    person = signed_in(people)
    shown = person.send(person.get("/roles"), "/preferences", button="简体中文")
    assert shown.response.url.path == "/roles"
    assert '<html lang="zh-CN" data-theme="system">' in shown.response.text
    assert "角色" in shown.text
    shown = person.send(shown, "/preferences", button="深色")
    assert '<html lang="zh-CN" data-theme="dark">' in shown.response.text


@pytest.mark.parametrize("value", ["xx", "<script>", '"'])
def test_a_choice_that_is_none_changes_nothing(people: People, value: str) -> None:
    person = signed_in(people)
    person.client.cookies.set("daypass-theme", "pink")
    person.client.cookies.set("daypass-language", "xx")
    shown = person.send(person.get("/roles"), "/preferences", {"theme": value, "language": value})
    assert '<html lang="en" data-theme="system">' in shown.response.text


def test_a_note_made_up_by_another_server_of_this_machine_is_not_shown(people: People) -> None:
    person = signed_in(people)
    person.client.cookies.set("daypass-on-plain-loopback-note", "00.WyJ3YXJuaW5nIiwgImV2aWwiXQ==")
    assert "evil" not in person.get("/roles").response.text


def test_files_are_kept_for_good_and_sent_compressed(people: People) -> None:
    client = Person(people.server).client
    for name, asset in assets.assets().items():
        answer = client.get(assets.url(name), headers={"Accept-Encoding": "gzip"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == asset.body == gzip.decompress(asset.compressed)
        plain = client.get(assets.url(name), headers={"Accept-Encoding": "identity"})
        assert plain.content == asset.body


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "nothing.css", "base.css/"])
def test_no_other_file_is_served(people: People, name: str) -> None:
    answer = Person(people.server).client.get(f"/static/{assets.version()}/{name}")
    assert answer.status_code == 404


def loaded(shown: Shown, client: httpx.Client) -> int:
    """Return the compressed bytes of scripts and style sheets that a page loads, with what they import."""
    wanted = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', shown.response.text)
    seen: set[str] = set()
    total = 0
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        name = path.rpartition("/")[2]
        total += len(assets.assets()[name].compressed)
        text = client.get(path).text
        wanted += [
            path.replace(name, other)
            for other in re.findall(
                r'^(?:import|} from|import .* from) "\./([\w-]+\.js)"', text, re.MULTILINE
            )
        ]
    return total


def test_the_first_page_loads_few_bytes(people: People) -> None:
    person = signed_in(people)
    assert 5_000 < loaded(person.get("/"), person.client) <= 20_000


def test_text_of_others_is_shown_as_text(people: People) -> None:
    with people.database.write() as txn:
        txn.roles.create(
            people.id, "hostile", document(), trusted=(), description="<img src=x onerror=alert(1)>\"'{{7*7}}"
        )
    shown = signed_in(people).get("/roles")
    assert "<img src=x" not in shown.response.text
    assert "<img src=x onerror=alert(1)>\"'{{7*7}}" in shown.text


def test_a_list_goes_on_where_the_page_ends_and_is_filtered(people: People) -> None:
    with people.database.write() as txn:
        for number in range(120):
            txn.roles.create(
                people.id, f"many-{number:03}", document(), trusted=(), description="one of many"
            )
    person = signed_in(people)
    first = person.get("/roles?q=many-")
    shown = person.get("/roles")
    assert "many-000" in shown.text
    names = set(re.findall(r"many-\d{3}", shown.text))
    while "Next page" in shown.links:
        shown = person.get(shown.links["Next page"])
        fresh = set(re.findall(r"many-\d{3}", shown.text))
        assert not fresh & names
        names |= fresh
    assert len(names) == 120
    assert "First page" in shown.links
    assert "many-119" in person.get("/roles?q=MANY-119").text
    assert "No role matches" in person.get("/roles?q=zzz").text
    assert "many-000" in first.text


def test_what_a_filter_finds_comes_in_pages_too(people: People) -> None:
    with people.database.write() as txn:
        for number in range(120):
            for name in (f"odd-{number:03}", f"even-{number:03}"):
                txn.roles.create(people.id, name, document(), trusted=())
    person = signed_in(people)
    shown = person.get("/roles?q=even-")
    sizes: list[int] = []
    names: set[str] = set()
    while True:
        fresh = set(re.findall(r"even-\d{3}", shown.text))
        assert "odd-" not in shown.text
        assert not fresh & names
        sizes.append(len(fresh))
        names |= fresh
        if "Next page" not in shown.links:
            break
        shown = person.get(shown.links["Next page"])
    assert sizes == [50, 50, 20]


def test_what_an_answer_leaves_out_is_empty(people: People) -> None:
    with people.database.write() as txn:
        txn.roles.create(people.id, "bare", document(), trusted=())
    assert "bare" in signed_in(people).get("/roles").text


def test_a_marker_that_is_none_is_an_error_page(people: People) -> None:
    assert signed_in(people).get("/roles?marker=none").status == 400
