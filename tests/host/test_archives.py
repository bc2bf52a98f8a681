"""Archives that are cut short, altered or made by somebody else are refused, and leave nothing behind."""

from __future__ import annotations

import hashlib
import io
import os
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daypass.directory.master_key import KeyFile
from daypass.directory.records import ConsoleSession
from daypass.host.snapshots import SnapshotError, restore, snapshot
from daypass.host.snapshots.encryption import BEGIN, END
from daypass.secret import Secret
from tests.directory.stores import Clock, Seeded, open_store, sqlite_url

PASSPHRASE: Final = Secret("correct horse battery")


class Archived:
    """A store and two archives of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.plain, self.encrypted = folder / "plain.zip", folder / "encrypted.age"
        (self.data / "decisions.jsonl").write_text('{"outcome":"allow"}\n' * 1000)
        (self.data / "tls").mkdir()
        (self.data / "tls" / "ca-key.pem").write_text("a private key")
        (self.data / "root-credentials.json").write_text("{}")
        with open_store(self.data, sqlite_url(self.data)) as database:
            with database.write() as txn:
                self.account = txn.accounts.create().id
                self.key = txn.access_keys.create(self.account)
            snapshot(database, self.data, self.plain, passphrase=None, with_decisions=True)
            snapshot(database, self.data, self.encrypted, passphrase=PASSPHRASE, with_decisions=False)

    def refused(self, content: bytes, place: Path, passphrase: Secret | None = None) -> str:
        """Restore from what must be refused; return the complaint."""
        place.mkdir(exist_ok=True)
        archive, data = place / "archive", place / "restored"
        archive.write_bytes(content)
        with pytest.raises(SnapshotError) as refusal:
            restored(archive, data, passphrase, None if passphrase else self.data / "master.key")
        assert sorted(path.name for path in place.iterdir()) == ["archive"]
        assert "\n" not in str(refusal.value)
        return str(refusal.value)


def restored(archive: Path, data: Path, passphrase: Secret | None, key: Path | None) -> None:
    source = None if key is None else KeyFile(key)
    restore(archive, data, passphrase=passphrase, master_key=source, clock=Clock(), entropy=Seeded(7))


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Archived:
    return Archived(tmp_path_factory.mktemp("archived"))


def test_what_is_restored_is_what_was_there(archived: Archived, tmp_path: Path) -> None:
    for archive, passphrase, key in (
        (archived.plain, None, archived.data / "master.key"),
        (archived.encrypted, PASSPHRASE, None),
    ):
        data = tmp_path / archive.stem
        restored(archive, data, passphrase, key)
        assert data.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o077 for path in data.iterdir() if path.name != "nonce-store"} == {0}
        with open_store(data, sqlite_url(data)) as database, database.read() as txn:
            assert txn.accounts.find(archived.account) is not None
            assert txn.access_keys.list(archived.account) == (archived.key,)
            actions = [event.action for event in txn.audit.list().items]
        assert actions[0] == "Restore"
        assert "Snapshot" in actions
    plain, encrypted = tmp_path / "plain", tmp_path / "encrypted"
    assert (plain / "decisions.jsonl").read_text().count("allow") == 1000
    assert (encrypted / "tls" / "ca-key.pem").read_text() == "a private key"
    assert (encrypted / "tls" / "ca-key.pem").stat().st_mode & 0o077 == 0
    assert not (plain / "tls").exists()
    assert not (encrypted / "root-credentials.json").exists()


def test_console_sessions_end_with_a_restoration(archived: Archived, tmp_path: Path) -> None:
    with open_store(archived.data, sqlite_url(archived.data)) as database:
        with database.write() as txn:
            session = ConsoleSession(
                digest="d" * 64,
                session_id="s" * 32,
                account_id=archived.account,
                user_id=None,
                access_key_id="STS.N",
                token=Secret("token"),
                awaits="",
                source_ip="10.0.0.1",
                user_agent="",
                created_at=txn.now,
                used_at=txn.now,
                expires_at=txn.now + 3600,
            )
            txn.console_sessions.add(session)
        archive = tmp_path / "archive.zip"
        snapshot(database, archived.data, archive, passphrase=None, with_decisions=False)
        with database.write() as txn:
            assert txn.console_sessions.end(session.digest)
    data = tmp_path / "restored"
    restored(archive, data, None, archived.data / "master.key")
    with open_store(data, sqlite_url(data)) as database, database.read() as txn:
        assert txn.console_sessions.find(session.digest) is None


def test_the_master_key_is_in_an_encrypted_archive_alone(archived: Archived) -> None:
    with zipfile.ZipFile(archived.plain) as archive:
        assert sorted(archive.namelist()) == [
            "daypass.db",
            "decisions.jsonl",
            "manifest.json",
            "manifest.seal",
        ]
        content = b"".join(archive.read(name) for name in archive.namelist())
    key = (archived.data / "master.key").read_bytes().strip()
    assert key not in content
    assert archived.key.secret.reveal().encode() not in content
    assert archived.plain.stat().st_mode & 0o777 == archived.encrypted.stat().st_mode & 0o777 == 0o600
    assert archived.encrypted.read_bytes().startswith(BEGIN)


def test_an_encrypted_archive_opens_with_the_tools_of_age(archived: Archived) -> None:
    head, end, body = archived.encrypted.read_bytes().partition(END)
    opened = msgspec.json.decode(pyrage.passphrase.decrypt(head + end, PASSPHRASE.reveal()))
    archive = pyrage.decrypt(body, [pyrage.x25519.Identity.from_str(opened["identity"])])
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.read("master.key") == (archived.data / "master.key").read_bytes()


@given(at=st.floats(0, 1, exclude_max=True))
def test_an_archive_that_is_cut_short_is_refused(
    archived: Archived, tmp_path_factory: pytest.TempPathFactory, at: float
) -> None:
    content = archived.plain.read_bytes()
    archived.refused(content[: int(at * len(content))], tmp_path_factory.mktemp("cut"))


@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_bit_of_an_archive_can_be_changed_to_any_effect(
    archived: Archived, tmp_path_factory: pytest.TempPathFactory, at: float, bit: int
) -> None:
    content = bytearray(archived.plain.read_bytes())
    content[int(at * len(content))] ^= 1 << bit
    place = tmp_path_factory.mktemp("altered")
    (place / "archive").write_bytes(content)
    data = place / "restored"
    try:
        restored(place / "archive", data, None, archived.data / "master.key")
    except SnapshotError:
        assert not data.exists()
        return
    # A bit that nothing depends on, as in a time stamp of the zip form: the content is the same.
    with open_store(data, sqlite_url(data)) as database, database.read() as txn:
        assert txn.access_keys.list(archived.account) == (archived.key,)
    assert (data / "decisions.jsonl").read_bytes() == (archived.data / "decisions.jsonl").read_bytes()


def test_an_encrypted_archive_that_is_cut_short_or_altered_is_refused(
    archived: Archived, tmp_path: Path
) -> None:
    content = archived.encrypted.read_bytes()
    body = content.index(END) + len(END)
    changed = bytearray(content)
    changed[body + (len(content) - body) // 2] ^= 1
    head = bytearray(content)
    head[len(BEGIN) + 60] ^= 1
    for number, wrong in enumerate(
        (content[: body - 40], content[:body], content[:-1], content + b"x", bytes(changed), bytes(head))
    ):
        complaint = archived.refused(wrong, tmp_path / str(number), PASSPHRASE)
        assert "or it was" in complaint


def test_parts_of_two_encrypted_archives_do_not_go_together(archived: Archived, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Archived(tmp_path / "other")
    head, end, _ = archived.encrypted.read_bytes().partition(END)
    body = other.encrypted.read_bytes().partition(END)[2]
    assert "altered" in archived.refused(head + end + body, tmp_path / "mixed", PASSPHRASE)


def test_a_wrong_passphrase_or_none_is_refused(archived: Archived, tmp_path: Path) -> None:
    encrypted, plain = archived.encrypted.read_bytes(), archived.plain.read_bytes()
    wrong = Secret("wrong horse battery")
    assert "the passphrase is another one" in archived.refused(encrypted, tmp_path / "a", wrong)
    assert "it is encrypted; say with" in archived.refused(encrypted, tmp_path / "b")
    assert "it is not encrypted, though" in archived.refused(plain, tmp_path / "c", PASSPHRASE)


def test_an_archive_of_another_installation_is_refused(archived: Archived, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Archived(tmp_path / "other")
    (tmp_path / "other" / "data" / "master.key").unlink()
    KeyFile(tmp_path / "other" / "data" / "master.key").create(os.urandom)
    with pytest.raises(SnapshotError, match="it was made under another master key"):
        restored(archived.plain, tmp_path / "data", None, other.data / "master.key")
    with pytest.raises(SnapshotError, match="it does not hold the master key; give it with --master-key"):
        restored(archived.plain, tmp_path / "data", None, None)
    assert not (tmp_path / "data").exists()


def rewritten(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """Return an archive with other members; its seal stays."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, value)
    return written.getvalue()


def forged(members: dict[str, bytes], name: str, value: bytes) -> None:
    """Put a file in, and make the manifest agree with it."""
    manifest = msgspec.json.decode(members["manifest.json"])
    members[name] = value
    manifest["files"][name] = {"size": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    members["manifest.json"] = msgspec.json.encode(manifest)


HOSTILE: dict[str, Callable[[dict[str, bytes]], object]] = {
    "a file outside": lambda members: members.update({"../evil": b"x"}),
    "a file outside that the manifest lists": lambda members: forged(members, "../../evil", b"x"),
    "an absolute path": lambda members: forged(members, "/evil", b"x"),
    "a file that no snapshot has": lambda members: forged(members, "root-credentials.json", b"{}"),
    "another database": lambda members: forged(members, "daypass.db", b"SQLite format 3\0"),
    "a database that the manifest does not list": lambda members: members.update({"daypass.db": b"x"}),
    "a file less": lambda members: members.pop("decisions.jsonl"),
    "no manifest": lambda members: members.pop("manifest.json"),
    "no seal": lambda members: members.pop("manifest.seal"),
    "another seal": lambda members: members.update({"manifest.seal": b"x" * 60}),
    "a manifest of another form": lambda members: members.update({"manifest.json": b'{"format":2}'}),
    "a manifest that is no JSON": lambda members: members.update({"manifest.json": b"[" * 100_000}),
    "an endless manifest": lambda members: members.update({"manifest.json": b" " * 300_000_000}),
    "a bomb": lambda members: members.update({"decisions.jsonl": b"\0" * 300_000_000}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_and_writes_nothing(
    archived: Archived, tmp_path: Path, case: str
) -> None:
    content = rewritten(archived.plain.read_bytes(), HOSTILE[case])
    complaint = archived.refused(content, tmp_path / "place")
    assert complaint.startswith(f"{tmp_path / 'place' / 'archive'} is refused: ")
    assert not (tmp_path / "evil").exists()


def test_a_name_that_stands_twice_is_refused(archived: Archived, tmp_path: Path) -> None:
    written = io.BytesIO(archived.plain.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the library knows it is wrong
        with zipfile.ZipFile(written, "a") as archive:
            archive.writestr("decisions.jsonl", b"x")
    assert "other files than its manifest lists" in archived.refused(written.getvalue(), tmp_path / "place")


def test_what_is_no_archive_at_all_is_refused(archived: Archived, tmp_path: Path) -> None:
    dice = random.Random(1)  # noqa: S311 (repeatable, not secret)
    for number, content in enumerate((b"", b"x", b"PK\5\6", b"PK\3\4" * 100, dice.randbytes(5000))):
        archived.refused(content, tmp_path / str(number))
    for number, content in enumerate((BEGIN, BEGIN + b"\n" + END, BEGIN + b"\nYWdl\n" + END + b"x")):
        archived.refused(content, tmp_path / f"age{number}", PASSPHRASE)


def test_only_an_empty_directory_is_restored_into(archived: Archived, tmp_path: Path) -> None:
    data, key = tmp_path / "data", archived.data / "master.key"
    data.mkdir()
    (data / "mine").write_text("x")
    with pytest.raises(SnapshotError, match="is not empty; restore into a new directory"):
        restored(archived.plain, data, None, key)
    (data / "mine").unlink()
    restored(archived.plain, data, None, key)
    with pytest.raises(SnapshotError, match="is not empty"):
        restored(archived.plain, data, None, key)
    with pytest.raises(SnapshotError, match="is no directory"):
        restored(archived.plain, data / "daypass.db", None, key)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
