"""The console of a server with two workers: whichever answers, it is the same session."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tests.cli.processes import serving
from tests.console.browsing import Person


def test_a_session_goes_on_and_ends_on_every_worker(tmp_path: Path) -> None:
    with serving(tmp_path, "--data", tmp_path / "data", "--workers", "2") as server:
        person = Person(SimpleNamespace(console_url=server.ready["console"], ca_file=None))
        key = {
            "access_key_id": server.root.access_key_id,
            "access_key_secret": server.root.access_key_secret.reveal(),
        }
        came = person.send(person.get("/sign-in/root"), "/sign-in/root", key)
        assert came.response.url.path == "/"
        # Each request is a connection of its own, which either worker may take.
        assert {person.get("/roles").status for _ in range(20)} == {200}
        shown = person.get("/roles")
        person.send(shown, "/preferences", {"theme": "dark"})
        for _ in range(10):
            assert "second time" in person.send(shown, "/preferences", {"theme": "light"}).text + (
                person.get("/roles").text
            )
        cookies = person.cookies()
        assert cookies["daypass-theme"] == "dark"
        person.send(person.get("/roles"), "/sign-out")
        person.client.cookies.update(cookies)
        assert {person.get("/roles").response.url.path for _ in range(20)} == {"/sign-in"}
